import assert from 'node:assert/strict';
import { Rejections } from '../../../../src/core/completion/rejections.ts';
import { FakeEditor } from '../../../support/fakeEditor.ts';

describe('Rejections', () => {
  it('hold at their place, for what was rejected and the same with more after it', () => {
    const rejections = new Rejections();
    rejections.add(spot('a\n\n  con¦'), 'sole');
    assert.equal(rejections.has(spot('a\n  con¦'), 'sole'), true, 'blank lines are no other place');
    assert.equal(rejections.has(spot('a\n\n  conso¦'), 'le'), true);
    assert.equal(rejections.has(spot('a\n\n  con¦'), 'sole.log()'), true);
    assert.equal(rejections.has(spot('a\n\n  con¦'), 'sol'), false);
    assert.equal(rejections.has(spot('a\n\ncon¦'), 'sole'), false);
    assert.equal(rejections.has(spot('b\n\n  con¦'), 'sole'), false);
    rejections.remove(spot('a\n\n  con¦'));
    assert.equal(rejections.has(spot('a\n\n  con¦'), 'sole'), false);
  });

  it('are forgotten where there are too many, the oldest first', () => {
    const rejections = new Rejections();
    for (let index = 0; index < 1_000; index += 1) {
      rejections.add(spot(`${index}\ncon¦`), 'sole');
    }
    assert.ok(rejections.size <= 500);
    assert.equal(rejections.has(spot('0\ncon¦'), 'sole'), false);
    assert.equal(rejections.has(spot('999\ncon¦'), 'sole'), true);
    rejections.clear();
    assert.equal(rejections.size, 0);
  });
});

function spot(marked: string) {
  return new FakeEditor(marked).spot();
}

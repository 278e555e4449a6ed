import assert from 'node:assert/strict';
import { putBack } from '../../../../../src/core/edit/review/putBack.ts';

function check(text: string, start: number, count: number, removed: readonly string[]): string {
  return putBack(text, [{ id: 1, start, count, removed, isTouched: false }]);
}

describe('putBack', () => {
  it('puts lines in the place of others, with the line ends of the file', () => {
    assert.equal(check('a\r\nB\r\nc\r\n', 1, 1, ['b', 'bb']), 'a\r\nb\r\nbb\r\nc\r\n');
    assert.equal(check('a\nB\nc', 1, 1, ['b']), 'a\nb\nc');
  });

  it('leaves every other byte alone, whatever its line ends', () => {
    assert.equal(check('a\r\nB\nc\rd', 1, 1, []), 'a\r\nc\rd');
  });

  it('takes as many lines as a file may have', () => {
    const many = 'x\n'.repeat(300_000);
    assert.equal(check(`${many}B\n${many}`, 300_000, 1, ['b']), `${many}b\n${many}`);
    const removed = Array.from({ length: 300_000 }, () => 'x');
    assert.equal(check('B\n', 0, 1, removed), many);
  });

  it('knows a text without a line end at its end', () => {
    assert.equal(check('a\nb', 1, 1, []), 'a');
    assert.equal(check('a', 1, 0, ['b']), 'a\nb');
    assert.equal(check('a\n', 1, 1, []), 'a');
    assert.equal(check('a', 1, 0, ['']), 'a\n');
    assert.equal(check('x', 0, 1, ['']), '');
  });
});

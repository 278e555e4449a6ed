import assert from 'node:assert/strict';
import { countLineEnds, lineStartAt, lineStopAt } from '../../../src/base/lineBounds.ts';

describe('The bounds of a line', () => {
  const text = '\nfirst\n\nlast';

  it('hold every offset of a text, that before a blank first line and that at the end included', () => {
    for (let offset = 0; offset <= text.length; offset += 1) {
      const start = lineStartAt(text, offset);
      const stop = lineStopAt(text, offset);
      assert.ok(start <= offset && offset <= stop, `${offset}: ${start} to ${stop}`);
      assert.ok(!text.slice(start, stop).includes('\n'), `${offset}`);
      assert.ok(start === 0 || text[start - 1] === '\n', `${offset}`);
      assert.ok(stop === text.length || text[stop] === '\n', `${offset}`);
    }
  });

  it('count the line ends of a range, its end left out', () => {
    assert.equal(countLineEnds(text, 0, text.length), 3);
    assert.equal(countLineEnds(text, 1, 6), 0);
    assert.equal(countLineEnds(text, 1, 7), 1);
    assert.equal(countLineEnds(text, 9, text.length), 0);
  });
});

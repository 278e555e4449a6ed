import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineIndex } from '../../../../src/core/syntax/lineIndex.ts';
import { applyChange, changeBetween } from '../../../../src/core/syntax/textChange.ts';

const texts = fc
  .array(fc.constantFrom('a', '\n', '\r\n', '😀', ' '), { maxLength: 30 })
  .map((parts) => parts.join(''));

describe('LineIndex', () => {
  it('says after a change what one made anew says', () => {
    fc.assert(
      fc.property(texts, texts, fc.nat(), fc.nat(), (before, inserted, one, other) => {
        const [start = 0, end = 0] = [one, other]
          .map((place) => place % (before.length + 1))
          .sort((left, right) => left - right);
        const change = { start, end, text: inserted };
        const after = applyChange(before, change);
        const lines = new LineIndex(before);
        lines.apply(change);
        const wanted = new LineIndex(after);
        for (let offset = 0; offset <= after.length; offset += 1) {
          assert.deepEqual(lines.pointAt(offset), wanted.pointAt(offset));
        }
      }),
    );
  });

  it('counts columns in UTF-16 units', () => {
    assert.deepEqual(new LineIndex('a\n😀b').pointAt(4), { row: 1, column: 2 });
  });
});

describe('changeBetween', () => {
  it('is what makes the one text of the other', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const change = changeBetween(before, after);
        assert.equal(change ? applyChange(before, change) : before, after);
        assert.equal(change === undefined, before === after);
      }),
    );
  });

  it('touches only what is different', () => {
    assert.deepEqual(changeBetween('abcd', 'abxd'), { start: 2, end: 3, text: 'x' });
    assert.deepEqual(changeBetween('aa', 'aaa'), { start: 2, end: 2, text: 'a' });
  });
});

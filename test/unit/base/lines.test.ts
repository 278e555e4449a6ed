import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linesWithEnds, splitLines } from '../../../src/base/lines.ts';

describe('splitLines', () => {
  it('counts lines as VS Code does', () => {
    assert.deepEqual(splitLines('a\r\nb\rc\n'), ['a', 'b', 'c', '']);
    assert.deepEqual(splitLines(''), ['']);
  });
});

describe('linesWithEnds', () => {
  it('gives lines with their ends, and none of an empty text', () => {
    assert.deepEqual(linesWithEnds('a\r\n\nb'), ['a\r\n', '\n', 'b']);
    assert.deepEqual(linesWithEnds(''), []);
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\r', '\n', '\r\n')), (parts) => {
        assert.equal(linesWithEnds(parts.join('')).join(''), parts.join(''));
      }),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type LineRange,
  RangeReader,
  type ReadRange,
} from '../../../../src/core/tools/lineRange.ts';

const limits = { maxLines: 4, maxCharacters: 40, maxLineCharacters: 10 };

function read(text: string, range: Partial<LineRange> = {}, pieceSize = 1_000): ReadRange {
  const whole = { startLine: 1, endLine: Number.MAX_SAFE_INTEGER, startCharacter: undefined };
  const reader = new RangeReader({ ...whole, ...range }, limits);
  let at = 0;
  for (; at < text.length && !reader.isDone; at += pieceSize) {
    reader.take(text.slice(at, at + pieceSize));
  }
  return reader.finish(at >= text.length);
}

describe('RangeReader', () => {
  it('numbers lines', () => {
    assert.deepEqual(read('a\nb\n').rows, ['1\ta', '2\tb']);
    assert.deepEqual(read('a\n\nb').rows, ['1\ta', '2\t', '3\tb']);
    assert.deepEqual(read('').rows, []);
  });

  it('leaves out carriage returns', () =>
    assert.deepEqual(read('a\r\nb\r\n').rows, ['1\ta', '2\tb']));

  it('reads a range and stops', () => {
    const result = read('a\nb\nc\nd', { startLine: 2, endLine: 3 });
    assert.deepEqual(result.rows, ['2\tb', '3\tc']);
    assert.deepEqual([result.continuation, result.reachedEnd], [undefined, false]);
  });

  it('says where to read on after as many lines as are read at once', () => {
    const result = read('1\n2\n3\n4\n5\n6');
    assert.equal(result.rows.length, 4);
    assert.deepEqual(result.continuation, { startLine: 5, startCharacter: undefined });
  });

  it('cuts long lines and says how to read on in them', () => {
    const [row] = read(`${'x'.repeat(26)}\nnext`).rows;
    assert.equal(
      row,
      '1\txxxxxxxxxx… [line of 26 characters; read on with start_line 1, start_character 11]',
    );
  });

  it('reads on in a long line until its end', () => {
    const text = `head\n${Array.from({ length: 100 }, (_, index) => index % 10).join('')}\ntail`;
    let joined = '';
    let startCharacter = 1;
    for (;;) {
      const result = read(text, { startLine: 2, endLine: 2, startCharacter }, 7);
      joined += result.rows[0]?.replace(/^2\t/, '') ?? '';
      if (!result.continuation?.startCharacter) {
        break;
      }
      startCharacter = result.continuation.startCharacter;
    }
    assert.equal(joined, text.split('\n')[1]);
  });

  it('never cuts a character in two', () => {
    const text = `a${'😀'.repeat(50)}`;
    const first = read(text, { startCharacter: 1 });
    assert.equal(first.rows[0], `1\ta${'😀'.repeat(19)}`);
    assert.equal(first.continuation?.startCharacter, 40);
    assert.doesNotThrow(() => encodeURIComponent(read(text).rows[0] ?? ''));
  });

  it('gives the same for any pieces', () => {
    const text = fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n', 'x'.repeat(15), '😀'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), fc.nat(6), (parts, size, start) => {
        const joined = parts.join('');
        const range = { startLine: start + 1 };
        const { rows, continuation } = read(joined, range, size);
        const whole = read(joined, range);
        assert.deepEqual(
          { rows, continuation },
          { rows: whole.rows, continuation: whole.continuation },
        );
      }),
    );
  });
});

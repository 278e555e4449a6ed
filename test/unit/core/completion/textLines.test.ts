import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TextLines } from '../../../../src/core/completion/textLines.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '(', '\n'), maxLength: 20 });

describe('TextLines', () => {
  it('knows the same of a text that was changed as of one that is read anew', () => {
    const change = fc.record({ at: fc.nat(100), length: fc.nat(5), text, look: fc.nat(100) });
    fc.assert(
      fc.property(text, fc.array(change, { maxLength: 10 }), (start, changes) => {
        let whole = start;
        const lines = new TextLines(start);
        for (const { at, length, text: inserted, look } of changes) {
          const from = at % (whole.length + 1);
          const to = Math.min(whole.length, from + length);
          const [startLine, startCharacter] = positionOf(whole, from);
          const [endLine, endCharacter] = positionOf(whole, to);
          lines.apply({ startLine, startCharacter, endLine, endCharacter, text: inserted });
          whole = whole.slice(0, from) + inserted + whole.slice(to);
          const anew = new TextLines(whole);
          assert.deepEqual(lines.slice(0, lines.count), anew.slice(0, anew.count));
          const line = look % lines.count;
          // Twice, because what was counted up for a line is kept while it is typed in.
          for (const _ of [1, 2]) {
            assert.equal(lines.headOf(line), anew.headOf(line));
            assert.equal(lines.tailOf(line, 'rest'), anew.tailOf(line, 'rest'));
            assert.deepEqual(lines.headsAbove(line, 3), anew.headsAbove(line, 3));
            const all = lines.textAbove(line) + lines.line(line) + lines.textBelow(line);
            assert.equal(all, whole);
          }
        }
      }),
    );
  });

  it('takes in as many lines as a file may have', () => {
    const many = 'x\n'.repeat(300_000);
    const lines = new TextLines('a\nb');
    lines.apply({
      startLine: 0,
      startCharacter: 1,
      endLine: 1,
      endCharacter: 0,
      text: `\n${many}`,
    });
    assert.equal(lines.count, 300_002);
    const anew = new TextLines(`a\n${many}b`);
    assert.equal(lines.headOf(300_001), anew.headOf(300_001));
    assert.equal(lines.line(300_001), 'b');
  });

  it('has different fingerprints for different surroundings', () => {
    const heads = ['', 'a\n', 'b\n', 'a\n\n', '\na\n', 'ab\n', 'a\nb\n', 'b\na\n'];
    const fingerprints = heads.map((head) => {
      const lines = new TextLines(`${head}x`);
      return lines.headOf(lines.count - 1);
    });
    assert.equal(new Set(fingerprints).size, heads.length);
    const tails = ['', ')', '\n', ')\n', '\n)', '\na\nb', '\nb\na', ' '];
    const after = tails.map((tail) => {
      const [rest = ''] = tail.split('\n', 1);
      return new TextLines(`x${tail}`).tailOf(0, rest);
    });
    assert.equal(new Set(after).size, tails.length);
  });

  it('knows the head of each line above as it was when that line was the one typed in', () => {
    const lines = new TextLines('a\nb\nc\nd');
    assert.deepEqual(lines.headsAbove(3, 2), [lines.headOf(2), lines.headOf(1)]);
    assert.deepEqual(lines.headsAbove(1, 5), [lines.headOf(0)]);
  });

  it('takes all kinds of line ends for the same', () => {
    assert.equal(new TextLines('a\r\nb\rc').headOf(2), new TextLines('a\nb\nc').headOf(2));
  });
});

function positionOf(whole: string, offset: number): [number, number] {
  const before = whole.slice(0, offset).split('\n');
  return [before.length - 1, before.at(-1)?.length ?? 0];
}

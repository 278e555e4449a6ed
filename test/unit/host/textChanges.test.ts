import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyReplacements, replacementsBetween } from '../../../src/host/textChanges.ts';

function check(before: string, after: string, expected: readonly [string, string][]): void {
  const replacements = replacementsBetween(before, after);
  assert.equal(applyReplacements(before, replacements), after);
  assert.deepEqual(
    replacements.map((one) => [before.slice(one.start, one.end), one.text]),
    expected,
  );
}

describe('replacementsBetween', () => {
  it('has nothing to do for equal texts', () => check('a\nb\n', 'a\nb\n', []));

  it('touches only the part of a line that changed', () =>
    check('const a = 1;\nconst b = 2;\n', 'const a = 1;\nconst b = 30;\n', [['2', '30']]));

  it('keeps two far edits apart', () => {
    const middle = Array.from({ length: 50 }, (_, index) => `line ${index}\n`).join('');
    check(`one\n${middle}two\n`, `ONE\n${middle}TWO\n`, [
      ['one', 'ONE'],
      ['two', 'TWO'],
    ]);
  });

  it('inserts and deletes whole lines', () => {
    check('a\nc\nd\n', 'a\nb\nc\nd\n', [['', 'b\n']]);
    check('a\nb\nc\nd\n', 'a\nc\nd\n', [['b\n', '']]);
  });

  it('fills an empty text and empties a full one', () => {
    check('', 'a\n', [['', 'a\n']]);
    check('a\nb', '', [['a\nb', '']]);
  });

  it('never splits a line end or a surrogate pair', () => {
    check('a\r\n', 'a\n', [['\r\n', '\n']]);
    check('a\n', 'a\r\n', [['\n', '\r\n']]);
    check('😀', '😁', [['😀', '😁']]);
  });

  it('gives up telling changes apart in a rewrite, and is still right', () => {
    const lines = (mark: string): string =>
      Array.from({ length: 5_000 }, (_, index) => `${mark} ${index}\n`).join('');
    const replacements = replacementsBetween(`${lines('old')}tail\n`, `${lines('new')}tail\n`);
    assert.equal(replacements.length, 1);
    assert.ok((replacements[0]?.text.length ?? 0) < lines('new').length);
  });

  it('turns any text into any other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'é', '😀', '😁', '\n', '\r\n', '{', '}\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const [from, to] = [before.join(''), after.join('')];
        const replacements = replacementsBetween(from, to);
        assert.equal(applyReplacements(from, replacements), to);
        let position = 0;
        for (const one of replacements) {
          assert.ok(one.start >= position && one.end >= one.start);
          position = one.end;
        }
      }),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { unifiedDiff } from '../../../src/core/edit/unifiedDiff.ts';
import { applyUnifiedDiff } from '../../../src/host/unifiedPatch.ts';

describe('applyUnifiedDiff', () => {
  it('gives back what a diff was made of', () => {
    const lines = fc.array(
      fc.constantFrom('a\n', 'b\n', 'c\n', '\n', '--- x\n', '@@ y\n', '+z\n'),
      {
        maxLength: 40,
      },
    );
    const text = fc
      .tuple(lines, fc.constantFrom('', 'no end'))
      .map(([whole, end]) => whole.join('') + end);
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== after);
        const diff = unifiedDiff({ file: 'a.txt', before, after });
        assert.equal(applyUnifiedDiff(before, diff), after);
      }),
    );
  });

  it('makes a new file', () => {
    const diff = unifiedDiff({ file: 'a.txt', before: undefined, after: 'a\nb\n' });
    assert.equal(applyUnifiedDiff('', diff), 'a\nb\n');
  });

  it('does not touch a text that the diff was not made of', () => {
    const diff = unifiedDiff({ file: 'a.txt', before: 'a\nb\n', after: 'a\nc\n' });
    assert.equal(applyUnifiedDiff('x\nb\n', diff), undefined);
    assert.equal(applyUnifiedDiff('', diff), undefined);
  });

  it('does not apply a diff that was cut', () => {
    const before = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join('');
    const diff = unifiedDiff({ file: 'a.txt', before, after: before.replaceAll('line', 'LINE') });
    assert.match(diff, /not shown/);
    assert.equal(applyUnifiedDiff(before, diff), undefined);
    assert.equal(applyUnifiedDiff('a\n', '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n'), undefined);
  });
});

import assert from 'node:assert/strict';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { unifiedDiff } from '../../../../src/core/edit/unifiedDiff.ts';

const file = 'src/a b.ts';

describe('unifiedDiff', () => {
  it('shows a change with three lines around it', () => {
    const before = Array.from({ length: 9 }, (_, index) => `${index + 1}`).join('\n');
    assert.equal(
      unifiedDiff({ file, before, after: before.replace('5', 'five') }),
      '--- a/src/a b.ts\n+++ b/src/a b.ts\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    );
  });

  it('shows a new file as nothing but additions', () => {
    assert.equal(
      unifiedDiff({ file, before: undefined, after: 'a\nb\n' }),
      '--- /dev/null\n+++ b/src/a b.ts\n@@ -0,0 +1,2 @@\n+a\n+b\n',
    );
  });

  it('leaves out differences of line ends alone', () => {
    assert.doesNotMatch(unifiedDiff({ file, before: 'a\r\nb\r\n', after: 'a\nb\n' }), /@@/);
  });

  it('is a patch that makes the one text out of the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const before = left.join('\n');
        const after = right.join('\n');
        assert.equal(applyPatch(before, unifiedDiff({ file, before, after })), after);
      }),
    );
  });

  it('stays right where the least diff would take too long', () => {
    const before = Array.from({ length: 5_000 }, (_, index) => `a${index}`).join('\n');
    const diff = unifiedDiff({ file, before: `same\n${before}`, after: 'same\nother' });
    assert.match(diff, /@@ -2,5000 \+2,1 @@\n-a0\n/);
  });

  it('says how much is missing where it is cut', () => {
    const diff = unifiedDiff({ file, before: '', after: 'some line of code\n'.repeat(20_000) });
    assert.ok(diff.length < 61_000);
    assert.match(diff, /\\ \d+ more lines of this diff are not shown\n$/);
    assert.ok(unifiedDiff({ file, before: '', after: 'x'.repeat(16_000_000) }).length < 61_000);
  });
});

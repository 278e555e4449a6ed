import assert from 'node:assert/strict';
import { createTwoFilesPatch } from 'diff';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readDiff } from '../../../../../src/webview/chat/text/unifiedDiff.ts';

describe('A unified diff', () => {
  it('is read into lines with their numbers before and after', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\nh\n';
    const after = 'a\nb\nC\nd\ne\nf\ng\nh\ni\n';
    const { lines, added, removed } = readDiff(createTwoFilesPatch('x', 'x', before, after));
    assert.deepEqual([added, removed], [2, 1]);
    const changed = lines.filter(({ kind }) => kind === 'added' || kind === 'removed');
    assert.deepEqual(changed, [
      { kind: 'removed', text: 'c', before: 3 },
      { kind: 'added', text: 'C', after: 3 },
      { kind: 'added', text: 'i', after: 9 },
    ]);
  });

  it('gives back both files, whatever they are', () => {
    const line = fc.constantFrom('', 'x', '-', '+', '--- a', '+++ b', '@@', ' y', '\\ z');
    const file = fc.array(line, { maxLength: 12 });
    fc.assert(
      fc.property(file, file, (one, other) => {
        const text = (lines: string[]): string => lines.map((each) => `${each}\n`).join('');
        const patch = createTwoFilesPatch('f', 'f', text(one), text(other), '', '', {
          context: 99,
        });
        const { lines } = readDiff(patch);
        const side = (gone: string): string[] =>
          lines.filter(({ kind }) => kind !== gone && kind !== 'hunk').map((each) => each.text);
        if (text(one) !== text(other)) {
          assert.deepEqual(side('added'), one);
          assert.deepEqual(side('removed'), other);
        }
      }),
    );
  });

  it('leaves out headers and the remark about the last line', () => {
    const diff =
      'diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1 +1 @@ top\n-a\n\\ No newline\n+b';
    assert.deepEqual(
      readDiff(diff).lines.map(({ kind, text }) => `${kind} ${text}`),
      ['hunk top', 'removed a', 'added b'],
    );
  });
});

import assert from 'node:assert/strict';
import { splitDiff } from '../../../../src/core/actions/changeDiff.ts';
import {
  type CommitSource,
  commitRequest,
  messageOf,
  partsToSummarize,
  summarizeDiffs,
  wholeDiff,
} from '../../../../src/core/actions/commitMessage.ts';

const model = { id: 'request-1', model: 'claude-sonnet-5-5', maxOutputTokens: 1_000 };

function diffOf(path: string, line: string, count = 1): string {
  return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n${`+${line}\n`.repeat(count)}`;
}

function promptOf(changes: Partial<CommitSource>): string {
  const files = splitDiff(diffOf('src/a.ts', 'const a = 1;') + diffOf('.env', 'KEY=hunter2'));
  const source = { files, recent: [], begun: '', ...changes };
  const request = commitRequest(source, wholeDiff(source.files), model);
  assert.equal(request.surface, 'commitMessage');
  const [block] = request.messages[0]?.content ?? [];
  return block?.type === 'text' ? block.text : '';
}

describe('A commit message', () => {
  it('is asked for with the changes, but never with what holds secrets', () => {
    const prompt = promptOf({});
    assert.match(prompt, /const a = 1;/);
    assert.match(prompt, /- \.env \(content left out: secrets\)/);
    assert.doesNotMatch(prompt, /hunter2/);
  });

  it('follows the last messages, the branch and what was begun', () => {
    const prompt = promptOf({
      recent: ['fix: mend the cart\n\nIt broke.'],
      branch: 'cart-totals',
      begun: 'feat: ',
    });
    assert.match(prompt, /- fix: mend the cart/);
    assert.match(prompt, /cart-totals/);
    assert.match(prompt, /begun the message so; keep what it says:\nfeat: $/);
  });

  it('is made of notes on parts where the changes are long, secrets left out', () => {
    const long = splitDiff(
      diffOf('src/a.ts', 'const a = 1;', 4_000) + diffOf('.env', 'hunter2', 9),
    );
    const parts = partsToSummarize(long);
    assert.ok(parts && parts.length >= 4);
    assert.ok(parts.every((part) => part.length < 13_000));
    assert.doesNotMatch(parts.join(''), /hunter2/);
    assert.equal(partsToSummarize(splitDiff(diffOf('src/a.ts', 'short'))), undefined);
  });

  it('takes small files together into one part', () => {
    const many = Array.from({ length: 100 }, (_, index) =>
      diffOf(`src/${index}.ts`, 'x'.repeat(300)),
    );
    const parts = partsToSummarize(splitDiff(many.join('')));
    assert.ok(parts && parts.length <= 5, String(parts?.length));
  });

  it('is the answer without what models like to put around it', () => {
    for (const answer of ['Mend it', '```\nMend it\n```', '"Mend it"', '`Mend it`', ' Mend it\n']) {
      assert.equal(messageOf(answer), 'Mend it');
    }
    assert.equal(messageOf('Say "no"\n\nTo `all`'), 'Say "no"\n\nTo `all`');
    assert.equal(messageOf('```text\nMend'), 'Mend', 'while it is still written');
  });

  it('takes only notes that say something', () => {
    assert.equal(summarizeDiffs.read(' It adds. '), 'It adds.');
    assert.equal(summarizeDiffs.read(' '), undefined);
    assert.equal(summarizeDiffs.read(1), undefined);
  });
});

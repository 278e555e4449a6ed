import assert from 'node:assert/strict';
import { EditReviews } from '../../../../../src/core/edit/review/editReviews.ts';
import { FileReview } from '../../../../../src/core/edit/review/fileReview.ts';
import { ReviewDecisions } from '../../../../../src/core/edit/review/reviewDecisions.ts';
import type { TextEdit } from '../../../../../src/core/edit/review/textEdit.ts';
import { UserChanges } from '../../../../../src/core/edit/review/userChanges.ts';
import type { FileChange } from '../../../../../src/core/tools/workspace.ts';

const before = 'one\ntwo\nthree\nfour\n';
const after = 'ONE\ntwo\nthree\nFOUR\n';
const owner = { threadId: 't', turnId: 'turn' };

describe('What the user does to a thread’s edits', () => {
  let texts: Map<string, string>;
  let reviews: EditReviews;
  let decisions: ReviewDecisions;
  let changes: UserChanges;

  beforeEach(() => {
    texts = new Map([['a', before]]);
    reviews = new EditReviews((path) => texts.get(path));
    changes = new UserChanges(reviews);
    decisions = new ReviewDecisions(reviews, {
      readText: async (path) => texts.get(path) ?? assert.fail(`no ${path}`),
      applyChanges: write,
      deleteFile: async (path) => void texts.delete(path),
    });
  });

  afterEach(() => {
    changes.dispose();
    reviews.dispose();
  });

  async function write(files: readonly FileChange[]): Promise<void> {
    for (const { path, after: text } of files) {
      texts.set(path, text);
    }
  }

  async function edit(to: string, by = owner, path = 'a'): Promise<void> {
    const files = [{ path, before: texts.get(path), after: to }];
    await reviews.recording(files, () => write(files));
    changes.edited(path, by);
  }

  /** Makes this of the text as an editor tells it: by the piece that is different. */
  function typed(text: string, isUndoOrRedo = false): void {
    const old = texts.get('a') ?? assert.fail();
    texts.set('a', text);
    reviews.follow('a', {
      edits: [differenceOf(old, text)],
      isUndoOrRedo,
      lineCount: text.split('\n').length,
      text: () => text,
    });
  }

  const reject = (index: number): Promise<unknown> => decide(index, (one) => decisions.reject(one));
  const accept = (index: number): Promise<unknown> =>
    decide(index, async (one) => decisions.accept(one));

  async function decide(
    index: number,
    act: (selection: ReadonlyMap<string, ReadonlySet<number>>) => Promise<unknown>,
  ): Promise<unknown> {
    const hunk = reviews.file('a')?.hunks[index] ?? assert.fail();
    return act(new Map([['a', new Set([hunk.id])]]));
  }

  /** A line for each change. */
  const told = (threadId = 't'): string[] =>
    changes
      .of(threadId)
      .map(
        ({ path, kind, lines, now }) => `${path} ${kind}: ${lines.join('|')} → ${now.join('|')}`,
      );

  it('is nothing where it was accepted, or waits', async () => {
    await edit(after);
    await accept(0);
    assert.deepEqual(told(), []);
  });

  it('is a rejection, once', async () => {
    await edit(after);
    await reject(1);
    assert.deepEqual(told(), ['a rejected: FOUR → four']);
    changes.told('t');
    assert.deepEqual(told(), []);
    await reject(0);
    assert.deepEqual(told(), ['a rejected: ONE → one']);
  });

  it('is nothing where a rejection was undone, unless it was told', async () => {
    await edit(after);
    await reject(0);
    typed(after, true);
    assert.deepEqual(told(), []);
    await reject(0);
    changes.told('t');
    typed(after, true);
    assert.deepEqual(told(), ['a restored: one → ONE']);
    changes.told('t');
    assert.deepEqual(told(), []);
  });

  it('is what was typed within a piece, accepted or not, and not what was typed elsewhere', async () => {
    await edit(after);
    typed('ONE!\ntwo\nthree and a half\nFOUR\n');
    assert.deepEqual(told(), ['a changed: ONE → ONE!']);
    await accept(0);
    assert.deepEqual(told(), ['a changed: ONE → ONE!']);
    changes.told('t');
    assert.deepEqual(told(), []);
  });

  it('is a rejection where the edit was undone, or typed back', async () => {
    await edit(after);
    typed(before, true);
    assert.deepEqual(told(), ['a rejected: ONE → one', 'a rejected: FOUR → four']);
    typed(after, true);
    assert.deepEqual(told(), []);
    typed('one\ntwo\nthree\nFOUR\n');
    assert.deepEqual(told(), ['a rejected: ONE → one']);
  });

  it('is no rejection where pieces became one', async () => {
    await edit(after);
    typed('ONE, FOUR\n');
    assert.deepEqual(told(), ['a changed: ONE → ONE, FOUR']);
  });

  it('stays to be told where the file is edited again', async () => {
    await edit(after);
    await reject(1);
    await edit(`${texts.get('a')}five\n`, { threadId: 't', turnId: 'next' });
    assert.deepEqual(told(), ['a rejected: FOUR → four']);
    await edit('all new\n', { threadId: 'other', turnId: 'x' });
    assert.deepEqual(told('other'), []);
    assert.deepEqual(told(), ['a rejected: FOUR → four']);
  });

  it('is for nobody where no thread made the edit', async () => {
    await edit(after);
    const files = [{ path: 'a', before: after, after: 'else\n' }];
    await reviews.recording(files, () => write(files));
    await decisions.reject(decisions.everyHunk());
    assert.deepEqual(told(), []);
  });

  it('is the end of a file that was made', async () => {
    await edit('new\n', owner, 'b');
    await decisions.reject(decisions.everyHunk(['b']));
    assert.deepEqual(told(), ['b deleted: new| → ']);
  });

  it('is not known of a file that went by other ways', async () => {
    await edit(after);
    reviews.forget('a');
    assert.deepEqual(told(), []);
  });

  it('moves with the file’s name', async () => {
    await edit(after);
    texts.set('b', texts.get('a') ?? '');
    reviews.rename('a', 'b');
    await decisions.reject(decisions.everyHunk(['b']));
    assert.deepEqual(told(), ['b rejected: ONE → one', 'b rejected: FOUR → four']);
  });

  it('is nothing to a thread whose turn was taken back', async () => {
    await edit(after);
    await reject(0);
    await edit('again\n', { threadId: 't', turnId: 'next' });
    typed('by hand\n');
    changes.forgetTurns(new Set(['turn']));
    assert.deepEqual(told(), ['a changed: again → by hand']);
    changes.forgetTurns(new Set(['next']));
    assert.deepEqual(told(), []);
  });

  it('outlives a reload of the window', async () => {
    await edit(after);
    await reject(0);
    const kept = JSON.parse(JSON.stringify([changes.keep(), reviews.file('a')?.keep()]));
    const [text, [keptChanges, keptReview]] = [texts.get('a') ?? '', kept];
    reviews = new EditReviews((path) => texts.get(path));
    changes = new UserChanges(reviews);
    reviews.resume('a', FileReview.restore(keptReview, text, reviews.newId));
    changes.resume(keptChanges);
    assert.deepEqual(told(), ['a rejected: ONE → one']);
    typed('one\ntwo\nthree\nfour!\n');
    assert.deepEqual(told(), ['a rejected: ONE → one', 'a changed: FOUR → four!']);
  });

  it('tells little of a long piece', async () => {
    const long = 'line\n'.repeat(5_000);
    await edit(long, owner, 'b');
    await decisions.reject(decisions.everyHunk(['b']));
    assert.equal(changes.of('t')[0]?.lines.length, 100);
  });
});

function differenceOf(old: string, next: string): TextEdit {
  const shorter = Math.min(old.length, next.length);
  let head = 0;
  while (head < shorter && old[head] === next[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === next.at(-1 - tail)) {
    tail += 1;
  }
  const [start, end] = [old.slice(0, head), old.slice(0, old.length - tail)].map((part) => {
    const lines = part.split('\n');
    return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  });
  assert.ok(start && end);
  return {
    startLine: start.line,
    startCharacter: start.character,
    endLine: end.line,
    endCharacter: end.character,
    text: next.slice(head, next.length - tail),
  };
}

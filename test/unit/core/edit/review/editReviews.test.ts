import assert from 'node:assert/strict';
import { join } from 'node:path';
import { UserError } from '../../../../../src/base/errors.ts';
import { EditReviews } from '../../../../../src/core/edit/review/editReviews.ts';
import { FileReview } from '../../../../../src/core/edit/review/fileReview.ts';
import { ReviewDecisions } from '../../../../../src/core/edit/review/reviewDecisions.ts';
import { viewOf } from '../../../../../src/core/edit/review/reviewView.ts';
import type { FileChange } from '../../../../../src/core/tools/workspace.ts';
import { idsOf } from './reviewKit.ts';

const before = 'one\ntwo\nthree\nfour\n';
const after = 'ONE\ntwo\nthree\nFOUR\n';

describe('Edits under review', () => {
  let texts: Map<string, string>;
  let reviews: EditReviews;
  let decisions: ReviewDecisions;
  let told: string[];
  let rejected: string[];
  let refusal: string | undefined;

  beforeEach(() => {
    texts = new Map([['a', before]]);
    told = [];
    rejected = [];
    refusal = undefined;
    reviews = new EditReviews((path) => texts.get(path));
    reviews.onDidChange((path) => told.push(path));
    reviews.onDidReject((path) => rejected.push(path));
    decisions = new ReviewDecisions(reviews, {
      readText: async (path) => texts.get(path) ?? assert.fail(`no ${path}`),
      applyChanges: write,
      deleteFile: async (path) => void texts.delete(path),
    });
  });

  afterEach(() => reviews.dispose());

  async function write(changes: readonly FileChange[]): Promise<void> {
    if (refusal !== undefined) {
      throw new UserError(refusal);
    }
    for (const { path, after } of changes) {
      texts.set(path, after);
    }
  }

  function edit(path: string, from: string | undefined, to: string): Promise<void> {
    const changes = [{ path, before: from, after: to }];
    return reviews.recording(changes, () => write(changes));
  }

  function typed(path: string, text: string, isUndoOrRedo = false): void {
    texts.set(path, text);
    reviews.follow(path, {
      edits: [],
      isUndoOrRedo,
      lineCount: text.split('\n').length,
      text: () => text,
    });
  }

  it('hold what was applied, and nothing that was not', async () => {
    refusal = 'The file is read-only.';
    await assert.rejects(edit('a', before, after), UserError);
    assert.deepEqual(reviews.paths(), []);
    refusal = undefined;
    await edit('a', before, after);
    assert.deepEqual(reviews.paths(), ['a']);
    assert.deepEqual(told.at(-1), 'a');
  });

  it('take in what a formatter did when the file was saved', async () => {
    const changes = [{ path: 'a', before, after }];
    await reviews.recording(changes, async () => void texts.set('a', `/* kept */\n${after}`));
    assert.equal(reviews.file('a')?.baseline(), `/* kept */\n${before}`);
  });

  it('do not take their own edits for the user’s', async () => {
    const changes = [{ path: 'a', before, after }];
    await reviews.recording(changes, async () => {
      await write(changes);
      typed('a', after);
    });
    assert.equal(reviews.file('a')?.hunks.length, 2);
    const ids = idsOf(reviews.file('a') ?? assert.fail());
    await decisions.reject(new Map([['a', ids]]));
    assert.equal(texts.get('a'), before);
    assert.deepEqual(reviews.paths(), []);
    assert.deepEqual(rejected, ['a']);
  });

  it('do not take a further edit of their own for the user’s', async () => {
    await edit('a', before, after);
    const next = after.replace('ONE', 'ONE!');
    const changes = [{ path: 'a', before: after, after: next }];
    await reviews.recording(changes, async () => {
      await write(changes);
      reviews.follow('a', {
        edits: [{ startLine: 0, startCharacter: 3, endLine: 0, endCharacter: 3, text: '!' }],
        isUndoOrRedo: false,
        lineCount: 5,
        text: () => next,
      });
    });
    assert.deepEqual(
      reviews.file('a')?.hunks.map(({ isTouched }) => isTouched),
      [false, false],
    );
  });

  it('come back where somebody puts back the text they had', async () => {
    await edit('a', before, after);
    await decisions.reject(decisions.everyHunk());
    await reviews.holding(['a'], async () => void texts.set('a', after));
    assert.equal(reviews.file('a')?.hunks.length, 2);
  });

  it('catch up with a change that they were not told of', async () => {
    await edit('a', before, after);
    typed('a', `zero\n${after}`);
    assert.deepEqual(
      reviews.file('a')?.hunks.map(({ start }) => start),
      [1, 4],
    );
  });

  it('come back where a rejection is undone, also when no other was left', async () => {
    await edit('a', before, after);
    await decisions.reject(decisions.everyHunk());
    typed('a', after, true);
    assert.equal(reviews.file('a')?.hunks.length, 2);
    typed('a', before, true);
    assert.deepEqual(reviews.paths(), []);
  });

  it('stay, all of them, where a rejection fails', async () => {
    texts.set('b', before);
    await edit('a', before, after);
    await edit('b', before, after);
    refusal = 'The disk is full.';
    await assert.rejects(decisions.reject(decisions.everyHunk()), /disk is full/);
    assert.deepEqual([texts.get('a'), texts.get('b')], [after, after]);
    assert.deepEqual(reviews.paths(), ['a', 'b']);
    assert.deepEqual(rejected, []);
  });

  it('are rejected in the text as it is by then', async () => {
    await edit('a', before, after);
    texts.set('a', `zero\n${after}`);
    await decisions.reject(decisions.everyHunk(['a']));
    assert.equal(texts.get('a'), `zero\n${before}`);
  });

  it('tell what a rejection takes along', async () => {
    await edit('a', before, after);
    assert.deepEqual(decisions.costOfRejecting(decisions.everyHunk()), {
      deleted: [],
      touched: [],
    });
    reviews.follow('a', {
      edits: [{ startLine: 0, startCharacter: 0, endLine: 0, endCharacter: 0, text: 'x' }],
      isUndoOrRedo: false,
      lineCount: 5,
      text: () => `x${after}`,
    });
    await edit('new', undefined, 'text\n');
    assert.deepEqual(decisions.costOfRejecting(decisions.everyHunk()), {
      deleted: ['new'],
      touched: ['a'],
    });
  });

  it('delete a file that was made', async () => {
    await edit('new', undefined, 'text\n');
    assert.deepEqual(await decisions.reject(decisions.everyHunk()), [
      { path: 'new', text: 'text\n' },
    ]);
    assert.equal(texts.has('new'), false);
    assert.deepEqual(reviews.paths(), []);
  });

  it('wait for each other', async () => {
    const order: string[] = [];
    const slow = reviews.holding(['a'], async () => {
      await Promise.resolve();
      order.push('first');
      throw new UserError('No.');
    });
    const next = reviews.holding(['a'], async () => void order.push('second'));
    await assert.rejects(slow, UserError);
    await next;
    assert.deepEqual(order, ['first', 'second']);
  });

  it('move with a file’s name, and end with the file', async () => {
    await edit('a', before, after);
    reviews.rename('a', 'b');
    assert.deepEqual(reviews.paths(), ['b']);
    reviews.forget('b');
    assert.deepEqual(reviews.paths(), []);
    assert.deepEqual(told.slice(-3), ['a', 'b', 'b']);
  });

  it('move with the folder that holds their files, and none beside it', async () => {
    const inside = join('src', 'deep', 'a');
    for (const path of [inside, 'srcs', join('src', 'b')]) {
      texts.set(path, before);
      await edit(path, before, after);
    }
    assert.deepEqual(reviews.pathsIn('src'), [inside, join('src', 'b')]);
    assert.deepEqual(reviews.pathsIn('srcs'), ['srcs']);
    reviews.rename('src', 'lib');
    const moved = join('lib', 'deep', 'a');
    assert.deepEqual(reviews.paths(), ['srcs', moved, join('lib', 'b')]);
    assert.equal(reviews.file(moved)?.hunks.length, 2);
    assert.deepEqual(told.slice(-4), [inside, moved, join('src', 'b'), join('lib', 'b')]);
  });

  it('do not take up what was kept over a newer edit', async () => {
    await edit('a', before, after);
    const kept = reviews.file('a')?.keep() ?? assert.fail();
    const other = FileReview.restore(kept, after, reviews.newId);
    const hunks = reviews.file('a')?.hunks;
    reviews.resume('a', other);
    assert.equal(reviews.file('a')?.hunks, hunks);
    reviews.resume('b', other);
    assert.deepEqual(reviews.paths(), ['a', 'b']);
  });

  it('are counted in lines as people count them', async () => {
    await edit('a', before, after);
    await edit('new', undefined, 'one\ntwo\n');
    const view = (path: string) =>
      viewOf(`/w/src/${path}`, `src/${path}`, reviews.file(path) ?? assert.fail());
    assert.deepEqual(view('a'), {
      path: '/w/src/a',
      name: 'a',
      folder: 'src',
      added: 2,
      removed: 2,
      changes: 2,
      isNew: false,
    });
    assert.equal(view('new').added, 2);
    assert.equal(viewOf('/w/a', 'a', reviews.file('a') ?? assert.fail()).folder, '');
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { ThreadSummary } from '../../../../../src/shared/views.ts';
import {
  History,
  type ListThreads,
  splitExcerpt,
  type ThreadPage,
} from '../../../../../src/webview/chat/state/history.ts';

function summary(id: number): ThreadSummary {
  return { id: `t${id}`, title: `Thread ${id}`, updatedAt: 1_000 - id, messageCount: 1 };
}

describe('History', () => {
  let asked: { params: Parameters<ListThreads>[0]; signal: AbortSignal }[];
  let answers: ((page: ThreadPage | Error) => void)[];
  let history: History;

  beforeEach(() => {
    asked = [];
    answers = [];
    history = new History((params, signal) => {
      asked.push({ params, signal });
      return new Promise((resolve, reject) => {
        answers.push((page) => (page instanceof Error ? reject(page) : resolve(page)));
      });
    });
  });

  function ids(): string[] {
    return history.threads.value.map(({ id }) => id);
  }

  it('goes on where the last page ended', async () => {
    const first = history.search('');
    answers[0]?.({ threads: [summary(1), summary(2)], hasMore: true });
    await first;
    const second = history.loadMore();
    assert.deepEqual(asked[1]?.params.before, { updatedAt: 998, id: 't2' });
    await history.loadMore();
    assert.equal(asked.length, 2, 'one page at a time');
    answers[1]?.({ threads: [summary(3)], hasMore: false });
    await second;
    assert.deepEqual(ids(), ['t1', 't2', 't3']);
    await history.loadMore();
    assert.equal(asked.length, 2, 'nothing beyond the last page');
  });

  it('shows the answer to the newest search alone', async () => {
    const older = history.search('a');
    const newer = history.search('ab');
    assert.equal(asked[0]?.signal.aborted, true);
    answers[1]?.({ threads: [summary(2)], hasMore: false });
    answers[0]?.({ threads: [summary(1)], hasMore: false });
    await Promise.all([older, newer]);
    assert.deepEqual(ids(), ['t2']);
  });

  it('tells a failure, but not that of a search that was given up', async () => {
    const first = history.search('a');
    answers[0]?.(new Error('locked'));
    await assert.rejects(first, /locked/);
    assert.equal(history.state.value, 'failed');
    const second = history.search('b');
    history.close();
    answers[1]?.(new Error('aborted'));
    await second;
    assert.equal(history.state.value, 'idle');
  });

  it('renames and removes rows without asking again', async () => {
    const search = history.search('');
    answers[0]?.({ threads: [summary(1), summary(2)], hasMore: false });
    await search;
    history.rename('t1', 'New');
    history.remove('t2');
    assert.deepEqual(
      history.threads.value.map(({ title }) => title),
      ['New'],
    );
  });

  it('finds the matches in an excerpt', () => {
    assert.deepEqual(splitExcerpt('… a ‹cart› and ‹b›'), [
      { text: '… a ', isMatch: false },
      { text: 'cart', isMatch: true },
      { text: ' and ', isMatch: false },
      { text: 'b', isMatch: true },
    ]);
    assert.equal(
      splitExcerpt('a ‹ b')
        .map(({ text }) => text)
        .join(''),
      'a ‹ b',
    );
  });
});

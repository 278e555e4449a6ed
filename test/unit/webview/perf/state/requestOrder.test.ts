import assert from 'node:assert/strict';
import type { RequestRow } from '../../../../../src/shared/perf.ts';
import {
  arrange,
  everything,
  type RequestFilter,
  type RequestOrder,
} from '../../../../../src/webview/perf/state/requestOrder.ts';

const newestFirst: RequestOrder = { key: 'startedAt', isAscending: false };

function row(id: string, changes: Partial<RequestRow> = {}): RequestRow {
  return {
    id,
    startedAt: 0,
    surface: 'Chat',
    model: 'Haiku',
    durationMs: 10,
    inputTokens: 1,
    cacheReadTokens: 0,
    outputTokens: 1,
    source: 'model',
    outcome: 'done',
    ...changes,
  };
}

function check(
  rows: readonly RequestRow[],
  options: { filter?: Partial<RequestFilter>; order?: RequestOrder },
  expected: string,
): void {
  const shown = arrange(rows, { ...everything, ...options.filter }, options.order ?? newestFirst);
  assert.equal(shown.map(({ id }) => id).join(' '), expected);
}

describe('The list of requests', () => {
  const rows = [
    row('a', { startedAt: 1, costUsd: 0.2, model: 'Opus', firstTokenMs: 900 }),
    row('b', { startedAt: 2, outcome: 'failed', failure: 'Overloaded', surface: 'Completion' }),
    row('c', { startedAt: 3, costUsd: 0.1, source: 'disk', firstTokenMs: 1 }),
  ];

  it('has the newest first', () => check(rows, {}, 'c b a'));

  it('is sorted by a figure, with what has none last in both directions', () => {
    check(rows, { order: { key: 'costUsd', isAscending: true } }, 'c a b');
    check(rows, { order: { key: 'costUsd', isAscending: false } }, 'a c b');
  });

  it('is sorted by all tokens together', () =>
    check(
      [row('few', { inputTokens: 5, outputTokens: 1 }), row('many', { outputTokens: 9 })],
      { order: { key: 'tokens', isAscending: false } },
      'many few',
    ));

  it('keeps the newest first among equals', () =>
    check(rows, { order: { key: 'durationMs', isAscending: true } }, 'c b a'));

  it('finds rows that have every word, in any case', () => {
    check(rows, { filter: { text: 'OVERLOADED completion' } }, 'b');
    check(rows, { filter: { text: 'overloaded opus' } }, '');
    check(rows, { filter: { text: '  ' } }, 'c b a');
  });

  it('shows one surface, or what failed, alone', () => {
    check(rows, { filter: { surface: 'Completion' } }, 'b');
    check(rows, { filter: { onlyFailed: true } }, 'b');
  });

  it('leaves the rows that it was given as they are', () => {
    arrange(rows, everything, { key: 'model', isAscending: true });
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['a', 'b', 'c'],
    );
  });
});

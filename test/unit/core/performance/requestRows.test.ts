import assert from 'node:assert/strict';
import { RequestRows } from '../../../../src/core/performance/requestRows.ts';
import { madeUpRequest } from '../../../support/reportHistory.ts';

const names = { nameOf: (model: string) => `The ${model}`, costOf: () => 0.25 };

function ids(rows: RequestRows, since: number): readonly string[] {
  return rows.since(since).map(({ id }) => id);
}

describe('The rows of requests', () => {
  it('are all there for who has seen none, and then the new ones alone', () => {
    const rows = new RequestRows([madeUpRequest({ id: 'a' }), madeUpRequest({ id: 'b' })], names);
    assert.deepEqual(ids(rows, 0), ['a', 'b']);
    const seen = rows.sequence;
    assert.deepEqual(ids(rows, seen), []);
    rows.add(madeUpRequest({ id: 'c' }));
    assert.deepEqual(ids(rows, seen), ['c']);
    assert.deepEqual(ids(rows, 0), ['a', 'b', 'c']);
  });

  it('number even an empty list, so that it is not asked for as a whole again', () => {
    assert.notEqual(new RequestRows([], names).sequence, 0);
  });

  it('forget what is cleared, and still tell of what comes next', () => {
    const rows = new RequestRows([madeUpRequest({ id: 'a' })], names);
    const seen = rows.sequence;
    rows.clear();
    assert.ok(rows.sequence > seen);
    const cleared = rows.sequence;
    rows.add(madeUpRequest({ id: 'b' }));
    assert.deepEqual(ids(rows, cleared), ['b']);
    assert.deepEqual(ids(rows, 0), ['b']);
  });

  it('keep the newest of more than anybody reads', () => {
    const rows = new RequestRows([], names);
    for (let count = 0; count < 12_000; count += 1) {
      rows.add(madeUpRequest({ id: `request ${count}` }));
    }
    const kept = ids(rows, 0);
    assert.ok(kept.length >= 10_000 && kept.length <= 11_000, `${kept.length}`);
    assert.equal(kept.at(-1), 'request 11999');
  });

  it('have the whole prompt, cached parts included', () => {
    const usage = {
      inputTokens: 100,
      outputTokens: 20,
      thinkingTokens: 0,
      cacheReadTokens: 800,
      cacheWriteTokens: 50,
    };
    const [row] = new RequestRows([madeUpRequest({ usage, model: 'm' })], names).since(0);
    assert.equal(row?.inputTokens, 950);
    assert.equal(row?.cacheReadTokens, 800);
    assert.equal(row?.costUsd, 0.25);
    assert.equal(row?.model, 'The m');
    assert.equal(row?.surface, 'Chat');
    assert.equal(row?.source, 'model');
  });

  it('cost nothing where an answer was given again, and are without a price where none is known', () => {
    const { usage: _, ...uncounted } = madeUpRequest({ id: 'c', outcome: 'failed' });
    const rows = new RequestRows(
      [madeUpRequest({ id: 'a', answeredFrom: 'disk' }), madeUpRequest({ id: 'b' }), uncounted],
      { ...names, costOf: () => undefined },
    );
    assert.deepEqual(
      rows.since(0).map(({ id, costUsd, source }) => [id, costUsd, source]),
      [
        ['a', 0, 'disk'],
        ['b', undefined, 'model'],
        ['c', undefined, 'model'],
      ],
    );
  });
});

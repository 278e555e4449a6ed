import assert from 'node:assert/strict';
import { cacheView } from '../../../../src/core/performance/cacheView.ts';
import { metricPoints } from '../../../support/reportHistory.ts';

const memory = { bytes: 1_000, limitBytes: 9_000, evictions: 2 };
const sources = {
  sizes: () => ({ memory }),
  remote: () => [],
  prepared: () => [{ name: 'Prepared prompt cache', used: 3, wasted: 1 }],
  readSavesUsd: (model: string, tokens: number) =>
    model === 'sonnet' ? tokens / 1_000 : undefined,
};
const request = { operation: 'chat', surface: 'chat', model: 'sonnet' } as const;

describe('The view of the cache', () => {
  it('has hits and misses of each tier, and its size where it has one', () => {
    const tier = { operation: 'cache.tier', surface: 'codeAction' } as const;
    const view = cacheView(
      metricPoints([
        { name: 'cacheHit', ...tier, tier: 'memory', count: 6, value: 1 },
        { name: 'cacheMiss', ...tier, tier: 'memory', count: 4, value: 1 },
        { name: 'cacheMiss', ...tier, tier: 'disk', count: 4, value: 1 },
      ]),
      sources,
    );
    assert.deepEqual(view.tiers, [
      { name: 'Memory', hits: 6, misses: 4, ...memory },
      { name: 'Disk', hits: 0, misses: 4 },
    ]);
  });

  it('has the tiers of the team, and says what is wrong with one', () => {
    const figures = { hits: 0, misses: 0, failures: 0, writes: 0, rejected: 0 };
    const bytes = { bytesRead: 0, bytesWritten: 0 };
    const redis = { ...figures, ...bytes, state: 'ready', reason: '' } as const;
    const http = { ...redis, state: 'refused', reason: 'It wants another token.' } as const;
    const view = cacheView(
      metricPoints([
        { name: 'cacheHit', operation: 'cache.tier', tier: 'redis', count: 2, value: 1 },
        { name: 'cacheMiss', operation: 'cache.tier', tier: 'http', count: 3, value: 1 },
      ]),
      {
        ...sources,
        remote: () => [
          { name: 'redis', figures: redis },
          { name: 'http', figures: http },
        ],
      },
    );
    assert.deepEqual(view.tiers.slice(2), [
      { name: 'The team’s Redis', hits: 2, misses: 0 },
      { name: 'The team’s HTTP cache, refused: It wants another token.', hits: 0, misses: 3 },
    ]);
  });

  it('has the share of prompts that the provider’s own cache held', () => {
    const view = cacheView(
      metricPoints([
        { name: 'inputTokens', ...request, count: 2, value: 5_000 },
        { name: 'cacheReadTokens', ...request, count: 2, value: 4_000 },
      ]),
      sources,
    );
    const provider = view.tiers.at(-1);
    assert.deepEqual([provider?.hits, provider?.misses], [8_000, 2_000]);
    assert.equal(provider?.savedUsd, 8);
  });

  it('counts as saved what a request takes and costs, for each that was spared', () => {
    const view = cacheView(
      metricPoints([
        { name: 'timeToFirstToken', ...request, count: 4, value: 800 },
        { name: 'cost', ...request, count: 4, value: 0.02 },
        // A hit is counted by its tier, too: it spared one request all the same.
        { name: 'cacheHit', operation: 'cache.lookup', tier: 'memory', count: 3, value: 1 },
        { name: 'cacheHit', operation: 'cache.tier', tier: 'memory', count: 3, value: 1 },
        { name: 'singleFlightShared', ...request, count: 2, value: 1 },
      ]),
      sources,
    );
    assert.equal(Math.round(view.savedMs), 4_000);
    assert.equal(Number(view.savedUsd.toFixed(6)), 0.1);
    assert.deepEqual(view.sharing, [
      { name: 'Shared with an equal request', used: 2, wasted: 0 },
      { name: 'Prepared prompt cache', used: 3, wasted: 1 },
    ]);
  });

  it('says what each tier spared, and has those that only a team has', () => {
    const tier = { operation: 'cache.tier', surface: 'codeAction' } as const;
    const { tiers } = cacheView(
      metricPoints([
        { name: 'timeToFirstToken', ...request, count: 4, value: 500 },
        { name: 'cost', ...request, count: 4, value: 0.5 },
        { name: 'cacheHit', ...tier, tier: 'http', count: 1, value: 1 },
        { name: 'cacheMiss', ...tier, tier: 'redis', count: 3, value: 1 },
        { name: 'cacheHit', ...tier, tier: 'memory', count: 2, value: 1 },
      ]),
      { ...sources, sizes: () => ({ memory, redis: { bytes: 5, limitBytes: 9, evictions: 0 } }) },
    );
    assert.deepEqual(
      tiers.map(({ name, hits, misses, savedMs, savedUsd }) => [
        name,
        hits,
        misses,
        savedMs,
        savedUsd,
      ]),
      [
        ['Memory', 2, 0, 1_000, 1],
        ['Disk', 0, 0, 0, 0],
        ['The team’s Redis', 0, 3, 0, 0],
        ['The team’s HTTP cache', 1, 0, 500, 0.5],
      ],
    );
    assert.equal(tiers[2]?.bytes, 5);
  });

  it('counts what batches asked for as a saving of its own', () => {
    const { sharing } = cacheView(
      metricPoints([
        { name: 'attempts', operation: 'bulk.read', surface: 'bulk', count: 7, value: 1 },
      ]),
      sources,
    );
    assert.equal(sharing.find(({ name }) => name.startsWith('In message batches'))?.used, 7);
  });

  it('claims no saving where nothing is known of what a request takes', () => {
    const hits = metricPoints([
      { name: 'cacheHit', operation: 'cache.lookup', tier: 'disk', count: 3, value: 1 },
    ]);
    const { savedMs, savedUsd } = cacheView(hits, sources);
    assert.deepEqual([savedMs, savedUsd], [0, 0]);
  });
});

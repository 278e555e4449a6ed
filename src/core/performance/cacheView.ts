import type { CacheRow, CacheView, SavingRow } from '../../shared/perf.ts';
import type { CacheTierSize } from '../cache/tieredCache.ts';
import { Figures } from '../report/figures.ts';
import type { MetricPoint } from '../telemetry/metricKey.ts';
import { operation } from '../telemetry/spanNames.ts';

export interface CacheSources {
  readonly sizes: () => { readonly memory: CacheTierSize; readonly disk?: CacheTierSize };
  /** What was prepared ahead, by kind. */
  readonly prepared: () => readonly SavingRow[];
}

/** Hits and misses of each tier in the last hour, and what sharing and preparing were of use for. */
export function cacheView(points: readonly MetricPoint[], sources: CacheSources): CacheView {
  const figures = new Figures(points);
  const hits = figures.sum({ name: 'cacheHit', operation: operation.cacheLookup });
  const shared = figures.sum({ name: 'singleFlightShared' });
  const requests = figures.histogram({ name: 'timeToFirstToken' });
  const cost = figures.histogram({ name: 'cost' });
  const spared = hits + shared;
  return {
    tiers: tierRows(figures, sources),
    sharing: [
      { name: 'Shared with an equal request', used: shared, wasted: 0 },
      ...sources.prepared(),
    ],
    // What a request takes and costs on average is what each one spared would have.
    savedMs: requests.count === 0 ? 0 : (requests.sum / requests.count) * spared,
    savedUsd: cost.count === 0 ? 0 : (cost.sum / cost.count) * spared,
  };
}

function tierRows(figures: Figures, { sizes }: CacheSources): readonly CacheRow[] {
  const { memory, disk } = sizes();
  const tier = (name: string, id: string, size: CacheTierSize | undefined): CacheRow => ({
    name,
    hits: figures.sum({ name: 'cacheHit', operation: operation.cacheTier, tier: id }),
    misses: figures.sum({ name: 'cacheMiss', operation: operation.cacheTier, tier: id }),
    ...size,
  });
  const read = figures.sum({ name: 'cacheReadTokens' });
  const all = figures.sum({ name: 'inputTokens' });
  const rows = [tier('Memory', 'memory', memory), tier('Disk', 'disk', disk)];
  return all === 0
    ? rows
    : [...rows, { name: 'The provider’s prompt cache, tokens', hits: read, misses: all - read }];
}

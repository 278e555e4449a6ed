import type { CacheRow, CacheView, SavingRow } from '../../shared/perf.ts';
import { Figures } from '../report/figures.ts';
import type { MetricPoint } from '../telemetry/metricKey.ts';
import { operation } from '../telemetry/spanNames.ts';

/** The size of one tier of the answer cache. */
export interface CacheTierSize {
  readonly bytes: number;
  readonly limitBytes: number;
  /** Entries that had to go for others, since the window was opened. */
  readonly evictions: number;
}

export interface CacheSources {
  readonly memory: () => CacheTierSize;
  /** Undefined where the disk is not used. */
  readonly disk: () => CacheTierSize | undefined;
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

function tierRows(figures: Figures, { memory, disk }: CacheSources): readonly CacheRow[] {
  const tier = (name: string, id: string, size: CacheTierSize | undefined): CacheRow => ({
    name,
    hits: figures.sum({ name: 'cacheHit', operation: operation.cacheTier, tier: id }),
    misses: figures.sum({ name: 'cacheMiss', operation: operation.cacheTier, tier: id }),
    ...size,
  });
  const read = figures.sum({ name: 'cacheReadTokens' });
  const all = figures.sum({ name: 'inputTokens' });
  const rows = [tier('Memory', 'memory', memory()), tier('Disk', 'disk', disk())];
  return all === 0
    ? rows
    : [...rows, { name: 'The provider’s prompt cache, tokens', hits: read, misses: all - read }];
}

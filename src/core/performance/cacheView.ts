import type { CacheRow, CacheView, SavingRow } from '../../shared/perf.ts';
import type { CacheTierSize } from '../cache/tieredCache.ts';
import { Figures } from '../report/figures.ts';
import type { MetricPoint } from '../telemetry/metricKey.ts';
import { operation } from '../telemetry/spanNames.ts';

export interface CacheSources {
  /** Of those tiers that have a size. */
  readonly sizes: () => Readonly<Partial<Record<string, CacheTierSize>>>;
  /** What was prepared ahead or asked together, by kind. */
  readonly prepared: () => readonly SavingRow[];
  /** What so many tokens cost less for being read from the provider's cache, US dollars. */
  readonly readSavesUsd: (model: string, tokens: number) => number | undefined;
}

/** In the order in which they are looked at. */
const tierNames: ReadonlyMap<string, string> = new Map([
  ['memory', 'Memory'],
  ['disk', 'Disk'],
  ['redis', 'Redis'],
  ['http', 'HTTP'],
]);
/** These are there for everybody, whether or not they were looked at. */
const ownTiers = ['memory', 'disk'];

/** Hits and misses of each tier in the last hour, and what sharing and preparing were of use for. */
export function cacheView(points: readonly MetricPoint[], sources: CacheSources): CacheView {
  const figures = new Figures(points);
  const hits = figures.sum({ name: 'cacheHit', operation: operation.cacheLookup });
  const shared = figures.sum({ name: 'singleFlightShared' });
  const batched = figures.count({ name: 'attempts', operation: operation.bulkRead });
  const { ms, usd } = averageRequest(figures);
  return {
    tiers: [...tierRows(figures, sources), ...providerRow(figures, sources)],
    sharing: [
      { name: 'Shared with an equal request', used: shared, wasted: 0 },
      ...(batched === 0
        ? []
        : [{ name: 'In message batches, at half the price', used: batched, wasted: 0 }]),
      ...sources.prepared(),
    ],
    savedMs: (ms ?? 0) * (hits + shared),
    savedUsd: (usd ?? 0) * (hits + shared),
  };
}

/** What a request takes until its first word and costs: what each one spared would have. */
function averageRequest(figures: Figures): { readonly ms?: number; readonly usd?: number } {
  const requests = figures.histogram({ name: 'timeToFirstToken' });
  const cost = figures.histogram({ name: 'cost', operation: operation.request });
  return {
    ...(requests.count === 0 ? {} : { ms: requests.sum / requests.count }),
    ...(cost.count === 0 ? {} : { usd: cost.sum / cost.count }),
  };
}

function tierRows(figures: Figures, { sizes }: CacheSources): readonly CacheRow[] {
  const known = sizes();
  const about = { operation: operation.cacheTier } as const;
  const hits = figures.by('tier', { ...about, name: 'cacheHit' });
  const misses = figures.by('tier', { ...about, name: 'cacheMiss' });
  const used = new Set([...ownTiers, ...Object.keys(known), ...hits.keys(), ...misses.keys()]);
  const { ms, usd } = averageRequest(figures);
  const order = [...tierNames.keys()];
  return [...used]
    .filter((tier) => tier !== '')
    .sort((left, right) => order.indexOf(left) - order.indexOf(right))
    .map((tier) => {
      const found = hits.get(tier)?.sum ?? 0;
      return {
        name: tierNames.get(tier) ?? tier,
        hits: found,
        misses: misses.get(tier)?.sum ?? 0,
        ...known[tier],
        ...(ms === undefined ? {} : { savedMs: ms * found }),
        ...(usd === undefined ? {} : { savedUsd: usd * found }),
      };
    });
}

function providerRow(figures: Figures, { readSavesUsd }: CacheSources): readonly CacheRow[] {
  const read = figures.sum({ name: 'cacheReadTokens' });
  const all = figures.sum({ name: 'inputTokens' });
  if (all === 0) {
    return [];
  }
  const saved = [...figures.by('model', { name: 'cacheReadTokens' })].flatMap(
    ([model, { sum }]) => readSavesUsd(model, sum) ?? [],
  );
  return [
    {
      name: 'The provider’s prompt cache, tokens',
      hits: read,
      misses: all - read,
      ...(saved.length === 0 ? {} : { savedUsd: saved.reduce((sum, usd) => sum + usd, 0) }),
    },
  ];
}

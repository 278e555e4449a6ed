import type { CacheRow, CacheView, SavingRow } from '../../shared/perf.ts';
import type { RemoteTierFigures } from '../cache/remoteTier.ts';
import type { CacheTierSize, RemoteTierState } from '../cache/tieredCache.ts';
import { Figures } from '../report/figures.ts';
import type { MetricPoint } from '../telemetry/metricKey.ts';
import { operation } from '../telemetry/spanNames.ts';

export interface CacheSources {
  /** Those that a team shares. */
  readonly remote: () => readonly RemoteTierState[];
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
  ['redis', 'The team’s Redis'],
  ['http', 'The team’s HTTP cache'],
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

function tierRows(figures: Figures, { sizes, remote }: CacheSources): readonly CacheRow[] {
  const known = sizes();
  const words = new Map(remote().map(({ name, figures: own }) => [name as string, stateOf(own)]));
  const about = { operation: operation.cacheTier } as const;
  const hits = figures.by('tier', { ...about, name: 'cacheHit' });
  const misses = figures.by('tier', { ...about, name: 'cacheMiss' });
  const used = new Set([
    ...[...ownTiers, ...Object.keys(known), ...words.keys()],
    ...[...hits.keys(), ...misses.keys()],
  ]);
  const { ms, usd } = averageRequest(figures);
  const order = [...tierNames.keys()];
  return [...used]
    .filter((tier) => tier !== '')
    .sort((left, right) => order.indexOf(left) - order.indexOf(right))
    .map((tier) => {
      const found = hits.get(tier)?.sum ?? 0;
      return {
        name: `${tierNames.get(tier) ?? tier}${words.get(tier) ?? ''}`,
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

const stateWords: Readonly<Record<RemoteTierFigures['state'], string>> = {
  ready: '',
  connecting: ', connecting',
  passedOver: ', passed over',
  refused: ', refused',
};

function stateOf({ state, reason }: RemoteTierFigures): string {
  return `${stateWords[state]}${reason === '' ? '' : `: ${reason}`}`;
}

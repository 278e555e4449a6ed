import type { HistogramSnapshot } from './exponentialHistogram.ts';

/**
 * What is measured. A counter is a histogram of what was added at a time: its `sum` is the count, so
 * that one way of keeping and merging serves both.
 */
export type MetricName =
  /** Of every span, by its operation, milliseconds. */
  | 'duration'
  /** Of requests to models, milliseconds. */
  | 'timeToFirstToken'
  /** Output tokens a second, from the first to the last. */
  | 'tokensPerSecond'
  | 'inputTokens'
  | 'outputTokens'
  /** The provider's prompt cache, tokens. */
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  /** US dollars. */
  | 'cost'
  /** HTTP tries of a request. */
  | 'attempts'
  /** One for each request or span that failed; the operation is followed by `/` and the kind. */
  | 'error'
  /** One for each request that was cancelled. */
  | 'cancelled'
  /** One for each look-up; the tier is where it was found. */
  | 'cacheHit'
  | 'cacheMiss'
  /** One for each request that missed the provider's; the operation is followed by `/` and the cause. */
  | 'promptCacheMiss'
  /** One for each request that another's call answered. */
  | 'singleFlightShared';

/** What a series of figures is about. A field is empty where it does not apply. */
export interface MetricKey {
  readonly name: MetricName;
  /** The operation of `spanNames.ts`. */
  readonly operation: string;
  readonly surface: string;
  readonly model: string;
  /** Of the cache; of a connection, its way. */
  readonly tier: string;
}

/** All values of one series in one stretch of time. */
export interface MetricPoint {
  readonly key: MetricKey;
  /** The start of its minute or hour, milliseconds since 1970. */
  readonly atMs: number;
  readonly histogram: HistogramSnapshot;
}

/** All values of one series, whenever they were recorded. */
export type MetricTotal = Omit<MetricPoint, 'atMs'>;

/** A stretch of time, milliseconds since 1970. */
export interface MetricSpan {
  readonly fromMs: number;
  /** Not in it any more. */
  readonly toMs: number;
}

/** What to read: fields that are absent match everything. Times are `fromMs` to below `toMs`. */
export interface MetricQuery extends Partial<MetricKey> {
  readonly fromMs?: number;
  readonly toMs?: number;
}

export function matches(
  { key, atMs }: Pick<MetricPoint, 'key' | 'atMs'>,
  query: MetricQuery,
): boolean {
  return (
    (query.name === undefined || query.name === key.name) &&
    (query.operation === undefined || query.operation === key.operation) &&
    (query.surface === undefined || query.surface === key.surface) &&
    (query.model === undefined || query.model === key.model) &&
    (query.tier === undefined || query.tier === key.tier) &&
    atMs >= (query.fromMs ?? Number.NEGATIVE_INFINITY) &&
    atMs < (query.toMs ?? Number.POSITIVE_INFINITY)
  );
}

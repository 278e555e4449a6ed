import type { Usage } from '../model/message.ts';
import type { RequestRecord } from '../model/requestLog.ts';
import { general, slipstream } from './genAiAttributes.ts';
import type { MetricKey, MetricName } from './metricKey.ts';
import type { Metrics } from './metrics.ts';
import { noAttributes, RecordingSpan, type SpanRecord } from './recordingSpan.ts';
import { operation, operationOf } from './spanNames.ts';

/** The provider's words; whatever else a server says is no name of a series. */
const plainCause = /^[a-z_]{1,40}$/;

/** What a request of a batch used. */
export interface BatchAnswer {
  readonly model: string;
  readonly usage: Usage;
  /** US dollars; undefined where no price is known. */
  readonly costUsd: number | undefined;
}

/** Puts the duration of a span, and that it failed, into the figures. Runs for every span. */
export function measureSpan(metrics: Metrics, span: SpanRecord): void {
  if (span.attributes === noAttributes) {
    const { surface, durationMs = 0 } = span;
    const key = { surface, model: '', tier: '' };
    metrics.record({ name: 'duration', operation: operationOf(span.name), ...key }, durationMs);
    return;
  }
  const isOwn = span instanceof RecordingSpan;
  const series = {
    operation: operationOf(span.name),
    surface: span.surface,
    model: isOwn ? span.model : '',
    tier: isOwn ? span.tier : '',
  };
  metrics.record({ name: 'duration', ...series }, measuredMs(span));
  const errorType = span.attributes[general.errorType];
  // A failed request is counted with its own kind, from its record.
  if (typeof errorType === 'string' && series.operation !== operation.request) {
    const failed = { ...series, operation: `${series.operation}/${errorType}` };
    metrics.record({ name: 'error', ...failed }, 1);
  }
  const outcome = span.attributes[slipstream.cacheOutcome];
  if (outcome !== undefined) {
    metrics.record({ name: outcome === 'miss' ? 'cacheMiss' : 'cacheHit', ...series }, 1);
  }
}

/** What a span took; of a tool's call without what the user took to decide on it. */
export function measuredMs({ durationMs = 0, attributes }: SpanRecord): number {
  const userMs = attributes[slipstream.userMs];
  return typeof userMs === 'number' ? Math.max(0, durationMs - userMs) : durationMs;
}

/** Puts what one request of a batch used into the figures: it has no record of its own. */
export function measureBatchAnswer(metrics: Metrics, { model, usage, costUsd }: BatchAnswer): void {
  const key = (name: MetricName): MetricKey => ({
    name,
    operation: operation.bulkRead,
    surface: 'bulk',
    model,
    tier: '',
  });
  metrics.record(key('attempts'), 1);
  recordUsage(metrics, key, usage);
  if (costUsd !== undefined) {
    metrics.record(key('cost'), costUsd);
  }
}

/** Puts what one request used and how it ended into the figures. */
export function measureRequest(
  metrics: Metrics,
  record: RequestRecord,
  costUsd: number | undefined,
): void {
  const { surface, model, outcome, usage, firstTokenMs, failureKind, answeredFrom } = record;
  const key = (name: MetricName, operationName: string = operation.request): MetricKey => ({
    name,
    operation: operationName,
    surface,
    model,
    tier: '',
  });
  metrics.record(key('attempts'), record.attempts);
  if (firstTokenMs !== undefined && answeredFrom === undefined) {
    metrics.record(key('timeToFirstToken'), firstTokenMs);
  }
  if (outcome === 'failed') {
    metrics.record(key('error', `${operation.request}/${failureKind ?? 'unknown'}`), 1);
  } else if (outcome === 'cancelled') {
    metrics.record(key('cancelled'), 1);
  }
  recordPromptCacheMiss(metrics, key, record);
  if (answeredFrom === 'shared') {
    metrics.record(key('singleFlightShared'), 1);
  }
  if (usage && answeredFrom === undefined) {
    const { outputTokens } = usage;
    recordUsage(metrics, key, usage);
    const streamMs = record.durationMs - (firstTokenMs ?? record.durationMs);
    if (outputTokens > 1 && streamMs > 0) {
      metrics.record(key('tokensPerSecond'), (outputTokens * 1_000) / streamMs);
    }
  }
  if (costUsd !== undefined && answeredFrom === undefined) {
    metrics.record(key('cost'), costUsd);
  }
}

function recordUsage(metrics: Metrics, key: (name: MetricName) => MetricKey, usage: Usage): void {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  metrics.record(key('inputTokens'), inputTokens + cacheReadTokens + cacheWriteTokens);
  metrics.record(key('outputTokens'), outputTokens);
  metrics.record(key('cacheReadTokens'), cacheReadTokens);
  metrics.record(key('cacheWriteTokens'), cacheWriteTokens);
}

function recordPromptCacheMiss(
  metrics: Metrics,
  key: (name: MetricName, operationName: string) => MetricKey,
  { promptCacheMiss, answeredFrom }: RequestRecord,
): void {
  if (promptCacheMiss !== undefined && answeredFrom === undefined) {
    const cause = plainCause.test(promptCacheMiss) ? promptCacheMiss : 'unknown';
    metrics.record(key('promptCacheMiss', `${operation.request}/${cause}`), 1);
  }
}

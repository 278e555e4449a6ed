import type { RequestRecord } from '../../src/core/model/requestLog.ts';
import { Figures } from '../../src/core/report/figures.ts';
import type { ReportData } from '../../src/core/report/reportData.ts';
import { type SettingValues, settingDefinitions } from '../../src/core/settings.ts';
import type { MetricKey, MetricName, MetricPoint } from '../../src/core/telemetry/metricKey.ts';
import { Metrics } from '../../src/core/telemetry/metrics.ts';
import type { ProcessSample } from '../../src/core/telemetry/processMonitor.ts';
import type { SpanRecord } from '../../src/core/telemetry/recordingSpan.ts';
import type { Trace } from '../../src/core/telemetry/traceTree.ts';
import { FakeClock } from './fakeClock.ts';

/** The made-up history begins then: the sixth of a month of 31 days, at noon of this machine. */
export const historyStart = new Date(2030, 0, 6, 12).getTime();
const dayMs = 24 * 60 * 60_000;

/** `count` values of one series, all the same. */
export interface MadeUpSeries extends Partial<Omit<MetricKey, 'name'>> {
  readonly name: MetricName;
  readonly count: number;
  readonly value: number;
}

export interface MadeUpHistory
  extends Partial<Omit<ReportData, 'figures' | 'before' | 'ways' | 'settings'>> {
  readonly series?: readonly MadeUpSeries[];
  readonly seriesBefore?: readonly MadeUpSeries[];
  /** Of 30 days. */
  readonly ways?: readonly MadeUpSeries[];
  readonly settings?: Partial<SettingValues>;
}

/** A history of which nothing is known but what is given. */
export function reportHistory(given: MadeUpHistory = {}): ReportData {
  const { series = [], seriesBefore = [], ways = [], settings = {}, ...rest } = given;
  return {
    period: { name: 'day', fromMs: historyStart - dayMs, toMs: historyStart },
    requests: [],
    endpoints: [],
    pauses: [],
    traces: [],
    process: [],
    completions: [],
    alerts: [],
    hasProxy: false,
    spent: { dayUsd: 0, monthUsd: 0 },
    model: (id) => ({ name: id }),
    ...rest,
    figures: figuresOf(series),
    before: figuresOf(seriesBefore),
    ways: figuresOf(ways),
    settings: { get: (key) => settings[key] ?? settingDefinitions[key].default },
  };
}

export function figuresOf(series: readonly MadeUpSeries[]): Figures {
  return new Figures(metricPoints(series));
}

export function metricPoints(series: readonly MadeUpSeries[]): readonly MetricPoint[] {
  const metrics = new Metrics(new FakeClock(historyStart));
  for (const { count, value, ...key } of series) {
    for (let at = 0; at < count; at += 1) {
      metrics.record({ operation: '', surface: '', model: '', tier: '', ...key }, value);
    }
  }
  return metrics.read();
}

export function madeUpRequest(changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 'request',
    surface: 'chat',
    priority: 'interactive',
    model: 'claude-sonnet-5-5',
    startedAt: historyStart - 60_000,
    durationMs: 1_000,
    attempts: 1,
    outcome: 'done',
    usage: tokens(1_000, 100),
    decisions: [],
    ...changes,
  };
}

/** As many requests of one kind. */
export function requests(count: number, changes: Partial<RequestRecord> = {}): RequestRecord[] {
  return Array.from({ length: count }, (_, at) => madeUpRequest({ id: `${at}`, ...changes }));
}

export function tokens(
  inputTokens: number,
  outputTokens: number,
  thinkingTokens = 0,
): NonNullable<RequestRecord['usage']> {
  return { inputTokens, outputTokens, thinkingTokens, cacheReadTokens: 0, cacheWriteTokens: 0 };
}

export function madeUpSpan(changes: Partial<SpanRecord> = {}): SpanRecord {
  return {
    traceId: 'trace',
    spanId: 'span',
    parentSpanId: undefined,
    name: 'turn',
    kind: 0,
    startMs: historyStart - 60_000,
    durationMs: 1_000,
    attributes: {},
    events: [],
    isError: false,
    surface: 'chat',
    content: undefined,
    ...changes,
  };
}

export function madeUpTrace(...spans: readonly SpanRecord[]): Trace {
  const [root = madeUpSpan()] = spans;
  return { traceId: root.traceId, root, spans, isRunning: false };
}

export function madeUpSample(changes: Partial<ProcessSample> = {}): ProcessSample {
  return {
    atMs: historyStart,
    residentBytes: 200_000_000,
    heapBytes: 60_000_000,
    loopDelayMs: { p50: 1, p99: 4, max: 10 },
    openHandles: 10,
    ...changes,
  };
}

import type { RequestRecord } from '../model/requestLog.ts';
import type { SpanRecord } from '../telemetry/recordingSpan.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { FigureQuery, Figures } from './figures.ts';
import { labelOf, surfaceLabel } from './operationLabels.ts';
import type { Recommendation } from './recommendation.ts';
import { recommend } from './recommendations.ts';
import type { ReportAlert, ReportData, ReportPeriod } from './reportData.ts';
import { periodBefore } from './reportPeriods.ts';
import { type SlowerLine, slowerThanBefore } from './slower.ts';
import { type Trend, trendsOf } from './trends.ts';

/** One operation in the breakdown. */
export interface OperationLine {
  readonly label: string;
  readonly count: number;
  readonly totalMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** One of the slowest operations of this window. */
export interface SlowLine {
  readonly traceId: string;
  readonly label: string;
  readonly startedAt: number;
  readonly durationMs: number;
  /** The part of it that took longest, with its share. */
  readonly mostly: string;
}

export interface SpendingLine {
  readonly name: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined where nothing of it has a known price. */
  readonly costUsd: number | undefined;
}

export interface ErrorLine {
  readonly kind: string;
  readonly count: number;
}

/** A finished report: figures and names, never content. JSON only. */
export interface PerformanceReport {
  readonly period: ReportPeriod;
  readonly isEmpty: boolean;
  readonly operations: readonly OperationLine[];
  readonly slowest: readonly SlowLine[];
  /** What took longer than before, by what that added. */
  readonly slower: readonly SlowerLine[];
  readonly trends: readonly Trend[];
  readonly bySurface: readonly SpendingLine[];
  readonly byModel: readonly SpendingLine[];
  /** This month, whatever the period. Absent without a team; for nobody outside of it. */
  readonly byMember?: NonNullable<ReportData['members']>;
  /** Host and port of the servers that were asked. */
  readonly servers: readonly string[];
  readonly errors: readonly ErrorLine[];
  /** How often requests needed no call of their own, and why models were chosen. */
  readonly savings: {
    readonly fromCache: number;
    readonly shared: number;
    readonly requests: number;
    /** Share of prompt tokens that the provider read from its cache, 0 to 1. */
    readonly promptCacheShare: number;
  };
  readonly alerts: readonly ReportAlert[];
  readonly recommendations: readonly Recommendation[];
}

const mostSlow = 10;

/** Made from what was measured alone: no model is asked. */
export function performanceReport(data: ReportData): PerformanceReport {
  const { figures, before, period, alerts, requests, endpoints } = data;
  return {
    period,
    isEmpty: figures.isEmpty && requests.length === 0,
    operations: operationLines(figures),
    slowest: slowestOf(data),
    slower: slowerThanBefore(figures, before),
    trends: trendsOf(figures, before, lengthOf(period) / lengthOf(periodBefore(period))),
    bySurface: spendingBy(figures, 'surface', surfaceLabel),
    byModel: spendingBy(figures, 'model', (id) => data.model(id).name),
    ...(data.members ? { byMember: data.members } : {}),
    servers: [...new Set([...endpoints, ...requests].flatMap(({ endpoint }) => endpoint ?? []))],
    errors: errorLines(figures),
    savings: savingsOf(figures),
    alerts,
    recommendations: recommend(data),
  };
}

/** By the time they took together: what takes longest in all comes first. */
function operationLines(figures: Figures): readonly OperationLine[] {
  return [...figures.by('operation', { name: 'duration' })]
    .map(([name, { count, sum }]) => {
      const at = (rank: number): number =>
        figures.percentile({ name: 'duration', operation: name }, rank) ?? 0;
      return {
        label: labelOf(name),
        count,
        totalMs: sum,
        p50Ms: at(50),
        p95Ms: at(95),
        p99Ms: at(99),
      };
    })
    .sort((left, right) => right.totalMs - left.totalMs);
}

function slowestOf({ traces, period }: ReportData): readonly SlowLine[] {
  return traces
    .filter(({ root, isRunning }) => !isRunning && isWithin(period, root.startMs))
    .map(({ traceId, root, spans }) => {
      const durationMs = root.durationMs ?? 0;
      // Of a turn in the panel it is the turn's parts that tell.
      const inner = root.name === operation.panelTurn ? spans.find(isTurn) : undefined;
      const [longest] = spans
        .filter(({ parentSpanId }) => parentSpanId === (inner ?? root).spanId)
        .toSorted((left, right) => (right.durationMs ?? 0) - (left.durationMs ?? 0));
      return {
        traceId,
        label: labelOf(root.name),
        startedAt: root.startMs,
        durationMs,
        mostly: longest ? mostlyText(longest.name, longest.durationMs ?? 0, durationMs) : '–',
      };
    })
    .sort((left, right) => right.durationMs - left.durationMs)
    .slice(0, mostSlow);
}

function isTurn({ name }: SpanRecord): boolean {
  return name === operation.turn;
}

function mostlyText(name: string, partMs: number, wholeMs: number): string {
  const share = wholeMs === 0 ? 0 : Math.min(1, partMs / wholeMs);
  return `${labelOf(name)} (${Math.round(share * 100)} %)`;
}

function spendingBy(
  figures: Figures,
  field: 'surface' | 'model',
  nameOf: (value: string) => string,
): readonly SpendingLine[] {
  return [...figures.by(field, { name: 'attempts' })]
    .map(([value, { count }]) => {
      const about: FigureQuery = { [field]: value };
      const cost = figures.histogram({ ...about, name: 'cost' });
      return {
        name: nameOf(value),
        requests: count,
        inputTokens: figures.sum({ ...about, name: 'inputTokens' }),
        outputTokens: figures.sum({ ...about, name: 'outputTokens' }),
        costUsd: cost.count === 0 ? undefined : cost.sum,
      };
    })
    .sort((left, right) => (right.costUsd ?? 0) - (left.costUsd ?? 0));
}

function errorLines(figures: Figures): readonly ErrorLine[] {
  return [...figures.by('operation', { name: 'error' })]
    .map(([name, { sum }]) => {
      const [what = name, kind = 'unknown'] = name.split('/');
      return { kind: `${labelOf(what)}: ${kind}`, count: sum };
    })
    .sort((left, right) => right.count - left.count);
}

function savingsOf(figures: Figures): PerformanceReport['savings'] {
  const inputTokens = figures.sum({ name: 'inputTokens' });
  const read = figures.sum({ name: 'cacheReadTokens' });
  return {
    fromCache: figures.sum({ name: 'cacheHit', operation: operation.cacheLookup }),
    shared: figures.sum({ name: 'singleFlightShared' }),
    requests: figures.count({ name: 'attempts' }),
    promptCacheShare: inputTokens === 0 ? 0 : read / inputTokens,
  };
}

function lengthOf({ fromMs, toMs }: ReportPeriod): number {
  return toMs - fromMs;
}

function isWithin({ fromMs, toMs }: ReportPeriod, atMs: number): boolean {
  return atMs >= fromMs && atMs < toMs;
}

/** The requests of this window that began in the period. */
export function requestsWithin(
  requests: readonly RequestRecord[],
  period: ReportPeriod,
): readonly RequestRecord[] {
  return requests.filter(({ startedAt }) => isWithin(period, startedAt));
}

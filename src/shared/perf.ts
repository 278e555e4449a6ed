/**
 * What crosses between the host and the performance panel. JSON types only, figures and names, never
 * content. The panel asks for changes while it is visible; the host tells nothing unasked.
 *
 * Durations are in milliseconds, moments in milliseconds since 1970, money in US dollars.
 */

/** What the panel asks of the host. */
export interface PerfRequests {
  /** What is new of one section since an earlier answer; all of it for `since: 0`. */
  'perf/update': {
    params: { readonly section: PerfSection; readonly since: number; readonly period: PerfPeriod };
    result: PerfUpdate;
  };
  /** `null` where the trace is no longer kept. */
  'perf/trace': { params: { readonly traceId: string }; result: TraceView | null };
  'perf/copyTrace': { params: { readonly traceId: string }; result: null };
  'perf/openThread': { params: { readonly threadId: string }; result: null };
  /** Saves everything that is kept to a file of the user's choice. */
  'perf/export': { params: { readonly format: 'json' | 'otlp' }; result: null };
  /** Forgets all traces, figures and alerts, those that are kept too. */
  'perf/clear': { params: Record<string, never>; result: null };
  'perf/openReport': { params: Record<string, never>; result: null };
  'perf/openSettings': { params: Record<string, never>; result: null };
  'perf/snoozeAlert': { params: { readonly alertId: string }; result: null };
}

export type PerfSection =
  | 'requests'
  | 'latency'
  | 'cost'
  | 'cache'
  | 'models'
  | 'system'
  | 'alerts';

/** How far back the charts go. */
export type PerfPeriod = 'hour' | 'day' | 'week' | 'month';

export interface PerfUpdate {
  /** To be given as `since` the next time. */
  readonly sequence: number;
  /** False where the user has turned measuring off: then nothing is shown but that. */
  readonly isOn: boolean;
  readonly running: readonly RunningView[];
  /** Alerts in force in this window, for the mark on their tab. */
  readonly alertCount: number;
  readonly data: PerfData;
  /** Set once where the user asked for this trace elsewhere, as in the report. */
  readonly openTraceId?: string;
}

export type PerfData =
  | {
      readonly section: 'requests';
      /** True where the rows replace those that the panel has. */
      readonly isWhole: boolean;
      /** New and changed rows, the newest last. */
      readonly rows: readonly RequestRow[];
    }
  | { readonly section: 'latency'; readonly latency: LatencyView }
  | { readonly section: 'cost'; readonly cost: CostView }
  | { readonly section: 'cache'; readonly cache: CacheView }
  | { readonly section: 'models'; readonly models: readonly ModelRow[] }
  | { readonly section: 'system'; readonly system: SystemView }
  | { readonly section: 'alerts'; readonly alerts: readonly AlertView[] };

/** An operation under way. */
export interface RunningView {
  readonly id: string;
  /** For example "Chat turn". */
  readonly title: string;
  /** For example "waiting for the first word". */
  readonly phase: string;
  readonly startedAt: number;
  readonly traceId?: string;
}

export type RequestOutcome = 'running' | 'done' | 'cancelled' | 'failed';

export interface RequestRow {
  readonly id: string;
  /** Absent where no trace is kept. */
  readonly traceId?: string;
  readonly threadId?: string;
  readonly startedAt: number;
  readonly surface: string;
  readonly model: string;
  readonly firstTokenMs?: number;
  readonly durationMs: number;
  /** The whole prompt, cached parts included. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
  /** Absent where no price is known. */
  readonly costUsd?: number;
  /** Where the answer came from. */
  readonly source: 'model' | 'memory' | 'disk' | 'redis' | 'http' | 'shared';
  readonly outcome: RequestOutcome;
  readonly failure?: string;
}

/** One operation with all that it consisted of. */
export interface TraceView {
  readonly traceId: string;
  readonly title: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly threadId?: string;
  readonly modelReason?: string;
  readonly cacheMissCause?: string;
  /** Parents before their children. */
  readonly spans: readonly SpanView[];
}

export interface SpanView {
  readonly id: string;
  /** Absent for the root. */
  readonly parentId?: string;
  readonly name: string;
  /** Since the root's start. */
  readonly startMs: number;
  readonly durationMs: number;
  /** The user was waited for: their time, not ours. */
  readonly isUserTime: boolean;
  /** A batch was waited for: the provider's time. */
  readonly isProviderTime: boolean;
  readonly isError: boolean;
  readonly isRunning: boolean;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** Figures over time, for a chart: `lines[i].values[j]` belongs to `times[j]`. */
export interface SeriesView {
  readonly times: readonly number[];
  readonly lines: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

export interface LatencyRow {
  readonly operation: string;
  readonly surface: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface LatencyView {
  readonly rows: readonly LatencyRow[];
  /** p50, p95 and p99 of requests to models. */
  readonly series: SeriesView;
}

export interface SpendingRow {
  readonly name: string;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Absent where no price is known. */
  readonly costUsd?: number;
}

export interface BudgetRow {
  /** For example "Today". */
  readonly name: string;
  readonly spentUsd: number;
  /** Absent where there is no limit. */
  readonly limitUsd?: number;
}

/** What a member of the team spent. */
export interface MemberRow {
  readonly name: string;
  readonly calls: number;
  readonly costUsd: number;
}

export interface CostView {
  readonly budgets: readonly BudgetRow[];
  readonly bySurface: readonly SpendingRow[];
  readonly byModel: readonly SpendingRow[];
  readonly byThread: readonly SpendingRow[];
  /** Of the team, this month, from its ledger; absent without a team. */
  readonly byMember?: readonly MemberRow[];
  /** Dollars by surface: of a week or a month by the user's day, else by minute or hour. */
  readonly series: SeriesView;
  /** Tokens sent, read from the provider's cache among them, and written, over the same times. */
  readonly tokens: SeriesView;
}

export interface CacheRow {
  readonly name: string;
  readonly hits: number;
  readonly misses: number;
  readonly bytes?: number;
  readonly limitBytes?: number;
  readonly evictions?: number;
  /** What its hits spared; absent where it is not known. */
  readonly savedMs?: number;
  readonly savedUsd?: number;
}

/** Work that was done ahead or shared, and whether it was of use. */
export interface SavingRow {
  readonly name: string;
  readonly used: number;
  readonly wasted: number;
}

export interface CacheView {
  readonly tiers: readonly CacheRow[];
  readonly sharing: readonly SavingRow[];
  readonly savedMs: number;
  readonly savedUsd: number;
}

export interface ModelRow {
  readonly model: string;
  readonly calls: number;
  /** 0 to 1; absent before anything is known. */
  readonly success?: number;
  readonly firstTokenMs?: number;
  readonly tokensPerSecond?: number;
}

export interface PoolRow {
  readonly name: string;
  readonly created: number;
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
  readonly waits: number;
  readonly totalWaitMs: number;
}

export interface DatabaseRow {
  readonly name: string;
  readonly queries: number;
  readonly totalMs: number;
  readonly errors: number;
  /** Rows written together, on average. */
  readonly rowsPerBatch?: number;
}

/** Requests to models in this window, over all endpoints. */
export interface QueueView {
  readonly running: number;
  /** For their turn. */
  readonly waiting: number;
}

export interface SystemView {
  readonly queue: QueueView;
  readonly pools: readonly PoolRow[];
  readonly databases: readonly DatabaseRow[];
  readonly memoryBytes: number;
  readonly heapBytes: number;
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly openHandles: number;
  /** Memory in MB and event-loop delay in ms. */
  readonly series: SeriesView;
}

export type AlertSeverity = 'info' | 'warning' | 'error';

export interface AlertView {
  readonly id: string;
  readonly severity: AlertSeverity;
  readonly title: string;
  /** What happened against what, the likely cause, what to do. */
  readonly detail: string;
  readonly since: number;
  /** Absent while it is in force. */
  readonly endedAt?: number;
  readonly isSnoozed: boolean;
  /** Whether it is in force in another window of this machine, and not in this one. */
  readonly isElsewhere: boolean;
  readonly traceId?: string;
}

/** What the panel, the report and the alerts read. Everything is a copy or does not change. */
import type { MetricPoint, MetricQuery, MetricSpan, MetricTotal } from './metricKey.ts';
import type { ProcessSample } from './processMonitor.ts';
import type { SpanRecord } from './recordingSpan.ts';
import type { SourceKind, SourceValues } from './telemetrySources.ts';
import type { Trace } from './traceTree.ts';

/** An operation under way. */
export interface RunningOperation {
  readonly traceId: string;
  readonly root: SpanRecord;
  /** What it is at: the span that began last and has no child under way. */
  readonly phase: SpanRecord;
}

export interface TelemetryReader {
  /** False where the user has turned measuring off: nothing new will come. */
  readonly isOn: boolean;
  /** Stays the same while there is nothing new in traces, running operations and recent figures. */
  readonly sequence: number;
  /** Operations that are kept, by when they began; those under way among them. */
  traces(): readonly Trace[];
  /** Undefined where it is no longer kept. */
  trace(traceId: string): Trace | undefined;
  running(): readonly RunningOperation[];
  /** Figures of the last hour by minute, of this window. */
  recent(query?: MetricQuery): readonly MetricPoint[];
  /**
   * Figures of the last 30 days by hour (UTC), of all windows. Add points that shall be one with
   * `mergeHistograms`; read them with `percentileOf`.
   */
  history(query?: MetricQuery): Promise<readonly MetricPoint[]>;
  /** The same with all hours of a series as one, which is quicker. */
  totals(span: MetricSpan): Promise<readonly MetricTotal[]>;
  /** The process over the last hour, the oldest first. */
  processSamples(): readonly ProcessSample[];
  /** Pools, databases and other counters as they are now, by name. */
  sources<Kind extends SourceKind>(kind: Kind): ReadonlyMap<string, SourceValues[Kind]>;
  /** Everything that is kept, as JSON. For a bug report without paths, names and content. */
  exportJson(options: { readonly isRedacted: boolean }): Promise<string>;
  /** The spans that have ended, as OTLP's JSON: one `ExportTraceServiceRequest`. Never content. */
  exportOtlp(): Promise<string>;
  /** Forgets all traces and figures, those in the store too. */
  clear(): void;
}

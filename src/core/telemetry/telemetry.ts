import type { Attributes, Tracer } from '@opentelemetry/api';
import type { Clock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { RenderReport } from '../../shared/protocol.ts';
import { parseTraceparent } from '../../shared/traceparent.ts';
import type { RequestLog, RequestRecord } from '../model/requestLog.ts';
import type { DatabasePools } from '../store/postgres/databasePools.ts';
import type { StoreConnection } from '../store/storeConnection.ts';
import { Exporting } from './exporting.ts';
import { general } from './genAiAttributes.ts';
import { type BatchAnswer, measureBatchAnswer, measureRequest, measureSpan } from './measures.ts';
import { MetricHistory } from './metricHistory.ts';
import type { MetricPoint, MetricQuery, MetricSpan, MetricTotal } from './metricKey.ts';
import { Metrics } from './metrics.ts';
import type { OtlpTarget } from './otlpExporter.ts';
import { ProcessMonitor, type ProcessProbe, type ProcessSample } from './processMonitor.ts';
import type { SpanRecord } from './recordingSpan.ts';
import { RecordingTracer } from './recordingTracer.ts';
import { addRenderSpans } from './renderSpans.ts';
import { runningOperations } from './runningOperations.ts';
import { contextOf, remoteSpan } from './spanContext.ts';
import { operation } from './spanNames.ts';
import { SpanStore } from './spanStore.ts';
import { exportedJson, redactedJson } from './telemetryExport.ts';
import type { RunningOperation, TelemetryReader } from './telemetryReader.ts';
import { type SourceKind, type SourceValues, TelemetrySources } from './telemetrySources.ts';
import { TraceScope } from './traceScope.ts';
import { buildTrace, buildTraces, type Trace } from './traceTree.ts';
import type { OperationOptions, Tracing } from './tracing.ts';

/** Three frames: by then a user can see that the window stood still. */
const slowDatabaseMs = 50;
/** Nobody's window stands still for it; in a far region an answer takes a third of a second. */
const slowServerMs = 500;
const shownPools = {
  read: { name: 'Team database, reading', operation: operation.teamRead },
  write: { name: 'Team database, writing', operation: operation.teamWrite },
  analytics: { name: 'Team database, analytics', operation: operation.teamAnalytics },
} as const;
const errorStatusCode = 2;

export interface TelemetryOptions {
  readonly clock: Clock;
  /** Slipstream's own. */
  readonly version: string;
  /** Whether anything is measured; asked for each operation, and in `applySettings`. */
  readonly isEnabled: () => boolean;
  /** Whether what users and models write is kept beside spans; asked each time. */
  readonly capturesContent: () => boolean;
  /** Where figures by hour are kept; absent to keep the last hour alone. Must outlive this. */
  readonly store?: StoreConnection;
  /** Told of what fails behind everyone's back, such as saving figures. */
  readonly onProblem: (error: unknown) => void;
  readonly probe?: () => ProcessProbe;
  /** Where spans and figures are sent besides; undefined while the user wants that nowhere. */
  readonly otlpTarget?: () => OtlpTarget | undefined;
  /** How many spans are kept. */
  readonly keptSpans?: number;
}

interface DatabaseDone {
  readonly name: string;
  readonly durationMs: number;
  readonly isError: boolean;
}

/**
 * All that is measured in this window: spans, figures and the process. Off means off: then nothing
 * here runs, and `begin` answers undefined, which costs its callers a comparison.
 */
export class Telemetry implements Tracing, TelemetryReader, Disposable {
  readonly spans: SpanStore;
  readonly metrics: Metrics;
  /** Where others say what figures they have. */
  readonly registry = new TelemetrySources();
  private readonly options: TelemetryOptions;
  private readonly resources = new ResourceManager('telemetry');
  private readonly recordingTracer: RecordingTracer;
  private readonly exporting: Exporting;
  private readonly metricHistory: MetricHistory | undefined;
  private monitor: ProcessMonitor | undefined;

  constructor(options: TelemetryOptions) {
    const { clock, store, onProblem } = options;
    this.options = options;
    this.metrics = new Metrics(clock);
    this.spans = this.resources.add(new SpanStore(options.keptSpans));
    this.spans.measureWith((span) => measureSpan(this.metrics, span));
    this.recordingTracer = new RecordingTracer({
      clock,
      sink: this.spans,
      capturesContent: options.capturesContent,
      ambient: () => this.monitor?.attributes,
    });
    const { metrics } = this;
    this.metricHistory =
      store && this.resources.add(new MetricHistory({ clock, metrics, store, onProblem }));
    this.exporting = this.resources.add(
      new Exporting({
        clock,
        version: options.version,
        spans: this.spans,
        metrics,
        target: options.otlpTarget ?? (() => undefined),
        onProblem,
      }),
    );
    this.resources.defer(() => this.monitor?.dispose());
    this.applySettings();
  }

  get isOn(): boolean {
    return !this.resources.isDisposed && this.options.isEnabled();
  }

  get sequence(): number {
    return this.spans.sequence + this.metrics.sequence;
  }

  /** For the gateway: undefined while nothing is measured. */
  readonly tracer = (): Tracer | undefined => (this.isOn ? this.recordingTracer : undefined);

  begin(name: string, options: OperationOptions = {}): TraceScope | undefined {
    if (!this.isOn) {
      return undefined;
    }
    const { kind = 0, traceparent } = options;
    const attributes: Attributes = { ...options.attributes };
    const remote = parseTraceparent(traceparent);
    const context = remote && contextOf(remoteSpan(remote));
    const span = this.recordingTracer.startSpan(name, { kind, attributes }, context);
    return new TraceScope(this.recordingTracer, span);
  }

  count(key: Parameters<Tracing['count']>[0]): void {
    if (this.isOn) {
      this.metrics.record({ surface: '', model: '', tier: '', ...key }, 1);
    }
  }

  /** Takes in what the panel tells of a turn. */
  rendered(report: RenderReport): void {
    if (this.isOn) {
      const sink = {
        tracer: this.recordingTracer,
        add: (span: SpanRecord) => this.spans.add(span),
      };
      addRenderSpans(sink, report, this.options.clock.wallTime());
    }
  }

  /** To be called when a setting has changed. */
  applySettings(): void {
    this.exporting.apply(this.isOn);
    if (this.isOn) {
      this.metricHistory?.start();
      this.monitor ??= new ProcessMonitor(this.options.clock, this.options.probe?.());
    } else {
      this.metricHistory?.stop();
      this.monitor?.dispose();
      this.monitor = undefined;
    }
  }

  /** Measures what is asked of models. Disposing the answer ends it. */
  observeRequests(
    log: RequestLog,
    costOf: (record: RequestRecord) => number | undefined,
  ): Disposable {
    return log.onDidEnd((record) => {
      if (this.isOn) {
        measureRequest(this.metrics, record, costOf(record));
      }
    });
  }

  /** Takes in what an answer of a batch used. */
  batchAnswered(answer: BatchAnswer): void {
    if (this.isOn) {
      measureBatchAnswer(this.metrics, answer);
    }
  }

  /**
   * Measures a database's reads and commits. Only slow ones become spans: a stream makes ten commits a
   * second, which would soon be all that is kept.
   */
  observeDatabase(name: string, connection: StoreConnection): Disposable {
    connection.observeWith((kind, durationMs, isError) => {
      if (this.isOn) {
        const name = kind === 'read' ? operation.databaseRead : operation.databaseCommit;
        this.databaseDone({ name, durationMs, isError }, slowDatabaseMs);
      }
    });
    return this.registry.add('databases', name, () => connection.figures);
  }

  /** Measures a team's database, by what its connections are for. */
  observePools(pools: DatabasePools): Disposable {
    const sources = new ResourceManager('teamDatabase');
    pools.observeWith((pool, durationMs, isError) => {
      if (this.isOn) {
        const { operation: name } = shownPools[pool];
        this.databaseDone({ name, durationMs, isError }, slowServerMs);
      }
    });
    for (const pool of ['read', 'write', 'analytics'] as const) {
      const { name } = shownPools[pool];
      sources.add(this.registry.add('pools', name, () => pools.poolCounts(pool)));
      sources.add(this.registry.add('databases', name, () => pools.figures(pool)));
    }
    return sources;
  }

  private databaseDone({ name, durationMs, isError }: DatabaseDone, slowMs: number): void {
    if (durationMs < slowMs && !isError) {
      const none = { surface: '', model: '', tier: '' };
      this.metrics.record({ name: 'duration', operation: name, ...none }, durationMs);
      return;
    }
    const startTime = this.options.clock.wallTime() - durationMs;
    const span = this.recordingTracer.startSpan(name, { startTime });
    if (isError) {
      span.setAttribute(general.errorType, 'database').setStatus({ code: errorStatusCode });
    }
    span.end();
  }

  traces(): readonly Trace[] {
    return buildTraces(this.spans.all());
  }

  trace(traceId: string): Trace | undefined {
    return buildTrace(this.spans.all().filter((span) => span.traceId === traceId))[0];
  }

  running(): readonly RunningOperation[] {
    return runningOperations(this.spans.live());
  }

  recent(query?: MetricQuery): readonly MetricPoint[] {
    return this.metrics.read(query);
  }

  async history(query?: MetricQuery): Promise<readonly MetricPoint[]> {
    return (await this.metricHistory?.read(query)) ?? [];
  }

  async totals(span: MetricSpan): Promise<readonly MetricTotal[]> {
    return (await this.metricHistory?.totals(span)) ?? [];
  }

  processSamples(): readonly ProcessSample[] {
    return this.monitor?.samples ?? [];
  }

  sources<Kind extends SourceKind>(kind: Kind): ReadonlyMap<string, SourceValues[Kind]> {
    return this.registry.read(kind);
  }

  async exportJson({ isRedacted }: { readonly isRedacted: boolean }): Promise<string> {
    const named = (kind: SourceKind): object => Object.fromEntries(this.sources(kind));
    const parts = {
      spans: this.spans.all(),
      recent: this.recent(),
      history: await this.history(),
      process: this.processSamples(),
      sources: {
        pools: named('pools'),
        databases: named('databases'),
        counters: named('counters'),
      },
    };
    return isRedacted ? redactedJson(parts) : exportedJson(parts);
  }

  async exportOtlp(): Promise<string> {
    const { otlpTraces } = await import('./otlp.ts');
    const { version } = this.options;
    return `${JSON.stringify(otlpTraces(this.spans.all(), { version }))}\n`;
  }

  clear(): void {
    this.spans.clear();
    this.metrics.clear();
    this.metricHistory?.clear();
  }

  /** Saves the figures that are not saved yet. */
  dispose(): void {
    this.resources.dispose();
  }
}

import type { Clock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type {
  AlertView,
  ModelRow,
  PerfData,
  PerfPeriod,
  PerfSection,
  PerfUpdate,
  RunningView,
  TraceView,
} from '../../shared/perf.ts';
import type { RequestLog } from '../model/requestLog.ts';
import { labelOf } from '../report/operationLabels.ts';
import type { RunningOperation, TelemetryReader } from '../telemetry/telemetryReader.ts';
import { type CacheSources, cacheView } from './cacheView.ts';
import { type CostSources, costView } from './costView.ts';
import { latencyView } from './latencyView.ts';
import { pointsOf } from './perfPeriod.ts';
import { type RequestNames, RequestRows } from './requestRows.ts';
import { systemView } from './systemView.ts';
import { traceView } from './traceView.ts';

export interface PerfFeedParts extends RequestNames {
  readonly reader: TelemetryReader;
  readonly requestLog: RequestLog;
  readonly clock: Clock;
  readonly cost: CostSources;
  readonly caches: CacheSources;
  /** As measured in this workspace. */
  readonly models: () => Promise<readonly ModelRow[]>;
  /** Those in force in this window, in the middle of each update. */
  readonly alertCount: () => number;
  /** Of the last 30 days, those in force first. */
  readonly alerts: () => Promise<readonly AlertView[]>;
}

/** What the performance panel shows, made when it asks. Nothing here runs while nobody looks. */
export class PerfFeed implements Disposable {
  private readonly parts: PerfFeedParts;
  private readonly resources = new ResourceManager('perfFeed');
  private readonly rows: RequestRows;

  constructor(parts: PerfFeedParts) {
    this.parts = parts;
    this.rows = new RequestRows(parts.requestLog.all(), parts);
    this.resources.add(parts.requestLog.onDidEnd((record) => this.rows.add(record)));
  }

  /** @param since The sequence of the answer before; 0 for all there is. */
  async update(section: PerfSection, since: number, period: PerfPeriod): Promise<PerfUpdate> {
    const { reader, alertCount } = this.parts;
    return {
      sequence: this.rows.sequence,
      isOn: reader.isOn,
      running: reader.running().map(runningView),
      alertCount: alertCount(),
      data: await this.dataOf(section, since, period),
    };
  }

  trace(traceId: string): TraceView | undefined {
    const trace = this.parts.reader.trace(traceId);
    return trace && traceView(trace, this.parts.clock.wallTime());
  }

  /** Forgets the rows; what else is kept, its owners forget. */
  clear(): void {
    this.rows.clear();
  }

  dispose(): void {
    this.resources.dispose();
  }

  private async dataOf(section: PerfSection, since: number, period: PerfPeriod): Promise<PerfData> {
    const { parts } = this;
    switch (section) {
      case 'requests':
        return { section, isWhole: since === 0, rows: this.rows.since(since) };
      case 'latency':
        return { section, latency: latencyView(await this.points(period, 'duration')) };
      case 'cost':
        return { section, cost: await costView(await this.points(period), parts.cost, period) };
      case 'cache':
        return { section, cache: cacheView(parts.reader.recent(), parts.caches) };
      case 'models':
        return { section, models: await parts.models() };
      case 'system':
        return { section, system: systemView(parts.reader) };
      case 'alerts':
        return { section, alerts: await parts.alerts() };
    }
  }

  private points(period: PerfPeriod, name?: 'duration') {
    return pointsOf(this.parts.reader, period, this.parts.clock.wallTime(), name);
  }
}

function runningView({ traceId, root, phase }: RunningOperation): RunningView {
  return {
    id: root.spanId,
    traceId,
    title: labelOf(root.name),
    phase: labelOf(phase.name).toLowerCase(),
    startedAt: root.startMs,
  };
}

import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { isCancellation, toError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type {
  PerfData,
  PerfPeriod,
  PerfRequests,
  PerfSection,
  RequestRow,
  RunningView,
  TraceView,
} from '../../shared/perf.ts';

/** Two updates a second: quicker than a figure can be read, slower than it could disturb. */
const updateMs = 500;
/** After a failure, so that a host that restarts is not asked all the time. */
const retryMs = 3_000;
/** As many as the host keeps; older rows go. */
const keptRows = 10_000;

/** Asks the host; see `RpcClient.request`. */
export type PerfRequester = <Name extends keyof PerfRequests & string>(
  name: Name,
  params: PerfRequests[Name]['params'],
) => Promise<PerfRequests[Name]['result']>;

export interface PerfPanelOptions {
  readonly request: PerfRequester;
  readonly clock: Clock;
}

/** The section in view: everything but the rows of requests, which are kept apart and grow. */
type SectionData = Exclude<PerfData, { section: 'requests' }>;

/** The state of the performance panel. It asks the host while it is visible, and at no other time. */
export class PerfPanel implements Disposable {
  readonly section: Signal<PerfSection> = signal('requests');
  readonly period: Signal<PerfPeriod> = signal('hour');
  readonly isReady: Signal<boolean> = signal(false);
  readonly isOn: Signal<boolean> = signal(true);
  readonly running: Signal<readonly RunningView[]> = signal([]);
  readonly alertCount: Signal<number> = signal(0);
  readonly data: Signal<SectionData | undefined> = signal(undefined);
  /** Requests, the oldest first. */
  readonly rows: Signal<readonly RequestRow[]> = signal([]);
  readonly trace: Signal<TraceView | undefined> = signal(undefined);
  /** What went wrong last, for the user; empty while all is well. */
  readonly failure: Signal<string> = signal('');
  private readonly request: PerfRequester;
  private readonly clock: Clock;
  private sequence = 0;
  private timer: Disposable | undefined;
  private isVisible = false;
  /** Counts what the user chose: an answer to an earlier choice is not shown. */
  private generation = 0;

  constructor({ request, clock }: PerfPanelOptions) {
    this.request = request;
    this.clock = clock;
  }

  /** The page came into view or went out of it. */
  setVisible(isVisible: boolean): void {
    if (this.isVisible === isVisible) {
      return;
    }
    this.isVisible = isVisible;
    if (isVisible) {
      this.restart();
    } else {
      this.timer?.dispose();
      this.generation += 1;
    }
  }

  choose(section: PerfSection): void {
    this.section.value = section;
    this.closeTrace();
    this.restart();
  }

  choosePeriod(period: PerfPeriod): void {
    this.period.value = period;
    this.restart();
  }

  async openTrace(traceId: string): Promise<void> {
    await this.run(async () => {
      const trace = await this.request('perf/trace', { traceId });
      if (!trace) {
        this.failure.value = 'This trace is no longer kept: newer ones took its place.';
        return;
      }
      this.trace.value = trace;
    });
  }

  closeTrace(): void {
    this.trace.value = undefined;
  }

  /** Asks the host for something that changes what is shown, and looks at once. */
  async act<Name extends keyof PerfRequests & string>(
    name: Name,
    params: PerfRequests[Name]['params'],
  ): Promise<void> {
    await this.run(() => this.request(name, params));
    this.restart();
  }

  dispose(): void {
    this.setVisible(false);
  }

  private restart(): void {
    this.generation += 1;
    this.sequence = 0;
    if (this.isVisible) {
      void this.update(this.generation);
    }
  }

  private async update(generation: number): Promise<void> {
    this.timer?.dispose();
    let nextMs = updateMs;
    try {
      const section = this.section.peek();
      const period = this.period.peek();
      const update = await this.request('perf/update', { section, since: this.sequence, period });
      if (generation !== this.generation) {
        return;
      }
      batch(() => {
        this.sequence = update.sequence;
        this.isReady.value = true;
        this.isOn.value = update.isOn;
        this.running.value = update.running;
        this.alertCount.value = update.alertCount;
        this.take(update.data);
        this.failure.value = '';
      });
      if (update.openTraceId !== undefined) {
        void this.openTrace(update.openTraceId);
      }
    } catch (error) {
      if (generation !== this.generation) {
        return;
      }
      this.failure.value = toError(error).message;
      nextMs = retryMs;
    }
    this.timer = this.clock.setTimeout(() => void this.update(generation), nextMs);
  }

  private take(data: PerfData): void {
    if (data.section !== 'requests') {
      this.data.value = data;
      return;
    }
    if (data.isWhole) {
      this.rows.value = data.rows;
    } else if (data.rows.length > 0) {
      this.rows.value = mergeRows(this.rows.peek(), data.rows);
    }
  }

  private async run(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isCancellation(error)) {
        this.failure.value = toError(error).message;
      }
    }
  }
}

/** Rows that changed take the place of their earlier selves; new ones come last. */
export function mergeRows(
  known: readonly RequestRow[],
  changes: readonly RequestRow[],
): readonly RequestRow[] {
  const byId = new Map(changes.map((row) => [row.id, row]));
  const merged = known.map((row) => {
    const change = byId.get(row.id);
    byId.delete(row.id);
    return change ?? row;
  });
  merged.push(...byId.values());
  return merged.length > keptRows ? merged.slice(merged.length - keptRows) : merged;
}

/** The data of one section, once it has come. */
export function dataOf<Section extends SectionData['section']>(
  data: ReadonlySignal<SectionData | undefined>,
  section: Section,
): Extract<SectionData, { section: Section }> | undefined {
  const { value } = data;
  // The discriminant was just compared, which the compiler cannot follow through a type parameter.
  return value?.section === section
    ? (value as Extract<SectionData, { section: Section }>)
    : undefined;
}

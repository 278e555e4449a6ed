import { type Clock, delay } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import type { BulkStore } from '../../store/bulkStore.ts';
import type { TraceScope } from '../../telemetry/traceScope.ts';

/** How long a window that is gone keeps the others from its jobs. */
export const leaseMs = 60_000;
/** So that a lease outlives two renewals that come late. */
const renewMs = 20_000;

/** A window's hold on a job: nobody else works on it while this one renews its lease. */
export class BulkControl implements Disposable {
  /** Aborted when the hold is lost or given up. */
  readonly signal: AbortSignal;
  /** Aborted when the user has cancelled the job, in whichever window. */
  readonly cancelled: AbortSignal;
  /** The operation that the work is; undefined where nobody measures. */
  trace: TraceScope | undefined;
  private readonly store: BulkStore;
  private readonly clock: Clock;
  private readonly jobId: string;
  private readonly owner: string;
  private readonly hold = new AbortController();
  private readonly cancellation = new AbortController();
  private wakeUp = new AbortController();
  private timer: Disposable | undefined;

  /** Undefined where another window has the job. */
  static claim(
    store: BulkStore,
    clock: Clock,
    jobId: string,
    owner: string,
  ): BulkControl | undefined {
    const control = new BulkControl(store, clock, jobId, owner);
    return control.renew() ? control : undefined;
  }

  private constructor(store: BulkStore, clock: Clock, jobId: string, owner: string) {
    this.store = store;
    this.clock = clock;
    this.jobId = jobId;
    this.owner = owner;
    this.signal = this.hold.signal;
    this.cancelled = this.cancellation.signal;
  }

  get lease(): { owner: string; nowMs: number; untilMs: number } {
    const nowMs = this.clock.wallTime();
    return { owner: this.owner, nowMs, untilMs: nowMs + leaseMs };
  }

  /** Waits, but no longer than until something is to be done or the hold is lost. */
  async rest(delayMs: number): Promise<void> {
    await delay(this.clock, delayMs, AbortSignal.any([this.signal, this.wakeUp.signal]));
    this.wakeUp = new AbortController();
  }

  /** The user did something about the job. */
  wake(): void {
    this.checkCancelled();
    this.wakeUp.abort();
  }

  /** Lets another window have the job. */
  dispose(): void {
    this.timer?.dispose();
    const isHeld = !this.hold.signal.aborted;
    this.hold.abort();
    if (isHeld) {
      this.store.release(this.jobId, this.owner);
    }
  }

  private renew(): boolean {
    if (!this.store.claim(this.jobId, this.lease)) {
      this.hold.abort();
      return false;
    }
    this.checkCancelled();
    this.timer = this.clock.setTimeout(() => this.tryRenew(), renewMs);
    return true;
  }

  /** A store that can't be written is as good as a lost hold: the next claim says what is wrong. */
  private tryRenew(): void {
    try {
      this.renew();
    } catch {
      this.hold.abort();
    }
  }

  private checkCancelled(): void {
    if (!this.cancelled.aborted && this.store.job(this.jobId)?.isCancelled) {
      this.cancellation.abort();
      this.wakeUp.abort();
    }
  }
}

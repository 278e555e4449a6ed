import type { Clock } from '../../base/clock.ts';
import { CircuitBreaker } from '../model/endpoints/circuitBreaker.ts';
import { remoteDeadlineMs } from './remoteTier.ts';

const late = Symbol('late');

/**
 * Keeps a tier that is away, slow or full from costing anybody more than the deadline. After failures
 * in a row it is passed over for a while; then one call is let through as a probe, and nobody waits
 * for that.
 */
export class TierGuard {
  private readonly clock: Clock;
  private readonly breaker: CircuitBreaker;
  /** Of its own: a tier that is full still answers, and one that is slow still takes what is written. */
  private readonly writes: CircuitBreaker;
  private readonly deadlineMs: number;
  private failed = 0;

  constructor(clock: Clock, deadlineMs = remoteDeadlineMs) {
    this.clock = clock;
    this.breaker = new CircuitBreaker(clock);
    this.writes = new CircuitBreaker(clock);
    this.deadlineMs = deadlineMs;
  }

  /** Whether nobody is made to wait for it at this time. */
  get isPassedOver(): boolean {
    return this.breaker.state !== 'closed';
  }

  /** Whether it takes no more values at this time, or at most one to see. */
  get isFull(): boolean {
    return this.writes.state !== 'closed';
  }

  /** Calls that failed or were given up. */
  get failures(): number {
    return this.failed;
  }

  /**
   * What `work` gives; undefined where the tier is passed over, or where it fails or is too slow.
   * @param work Gets a signal that is aborted at the deadline.
   */
  async read<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    if (!this.isPassedOver) {
      return this.attempt(work);
    }
    if (this.breaker.waitMs === 0) {
      // Whoever asks does not wait for a probe: it most likely fails.
      void this.attempt(work);
    }
    return undefined;
  }

  /** For what nobody waits for: no deadline. Tells whether it was done; never rejects. */
  async write(work: () => Promise<unknown>): Promise<boolean> {
    if (this.writes.state !== 'closed' && this.writes.waitMs > 0) {
      return false;
    }
    this.writes.tried();
    try {
      await work();
      this.writes.succeeded();
      return true;
    } catch {
      // Whatever it was, the value is one that this tier does not have: a miss for the next reader.
      this.failed += 1;
      this.writes.failed();
      return false;
    }
  }

  /** The tier is as new: after a connection was made. */
  reset(): void {
    this.breaker.succeeded();
    this.writes.succeeded();
  }

  private async attempt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const controller = new AbortController();
    this.breaker.tried();
    try {
      const result = await this.untilDeadline(work(controller.signal));
      if (result === late) {
        controller.abort();
        this.fail();
        return undefined;
      }
      this.breaker.succeeded();
      return result;
    } catch {
      // Why is for the tier to say, in its state: whoever reads goes on without it.
      this.fail();
      return undefined;
    }
  }

  /** After the deadline, one more turn of the loop: what had come while we were busy is not late. */
  private untilDeadline<T>(working: Promise<T>): Promise<T | typeof late> {
    return new Promise((resolve, reject) => {
      let timer = this.clock.setTimeout(() => {
        timer = this.clock.setTimeout(() => resolve(late), 0);
      }, this.deadlineMs);
      working.then(resolve, reject).finally(() => timer.dispose());
    });
  }

  private fail(): void {
    this.failed += 1;
    this.breaker.failed();
  }
}

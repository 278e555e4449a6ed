import type { Clock } from '../../../base/clock.ts';

/** Failures in a row that no longer look like chance: two of them a busy provider gives now and then. */
const failuresToOpen = 3;
/** How long an endpoint is first left alone: most hiccups of a gateway are over by then. */
const firstDelayMs = 5_000;
/** The longest that an endpoint is left alone: what is found out so late is no longer missed. */
const longestDelayMs = 300_000;

/**
 * Whether an endpoint may be asked. Closed: it may. After failures in a row open: it is left alone for
 * a while. Then half-open: one request goes there as a probe, and closes the circuit or leaves it open
 * for twice as long. A probe whose end is never told, as where it is cancelled, lets the next one
 * through after the same while.
 */
export class CircuitBreaker {
  private readonly clock: Clock;
  private failures = 0;
  private delayMs = firstDelayMs;
  /** When the next probe may go, by `clock.now()`; undefined while closed. */
  private probeAtMs: number | undefined;
  private isProbing = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get state(): 'closed' | 'open' | 'halfOpen' {
    if (this.probeAtMs === undefined) {
      return 'closed';
    }
    return this.isProbing ? 'halfOpen' : 'open';
  }

  get failuresInARow(): number {
    return this.failures;
  }

  /** Until a request may go there, milliseconds; 0 for now. */
  get waitMs(): number {
    return Math.max(0, (this.probeAtMs ?? 0) - this.clock.now());
  }

  /** A request goes there. While the circuit is open and the wait is over, it is the probe. */
  tried(): void {
    if (this.probeAtMs !== undefined && this.waitMs === 0) {
      this.isProbing = true;
      this.probeAtMs = this.clock.now() + this.delayMs;
    }
  }

  succeeded(): void {
    this.failures = 0;
    this.delayMs = firstDelayMs;
    this.probeAtMs = undefined;
    this.isProbing = false;
  }

  /** While the circuit is open, only the probe counts: the others were sent before it opened. */
  failed(): void {
    this.failures += 1;
    if (this.isProbing) {
      this.delayMs = Math.min(this.delayMs * 2, longestDelayMs);
    } else if (this.probeAtMs !== undefined || this.failures < failuresToOpen) {
      return;
    }
    this.isProbing = false;
    this.probeAtMs = this.clock.now() + this.delayMs;
  }
}

import type { Clock } from '../../base/clock.ts';

const shortestMs = 1_000;
/** So long nobody minds: whoever is back is used again within a minute. */
const longestMs = 60_000;

/** Pauses between tries that fail, each twice as long as the one before. */
export class RetryPause {
  private readonly clock: Clock;
  private failures = 0;
  private until = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** How much of the pause is left, milliseconds; 0 where it may be tried. */
  get leftMs(): number {
    return Math.max(0, this.until - this.clock.now());
  }

  failed(): void {
    this.until = this.clock.now() + Math.min(longestMs, shortestMs * 2 ** this.failures);
    this.failures += 1;
  }

  reset(): void {
    this.failures = 0;
    this.until = Number.NEGATIVE_INFINITY;
  }
}

import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/**
 * Notices when a wait for the other side takes too long. Only waits count: a consumer that takes its
 * time between two reads is no stall. Costs one look at the clock per wait; its one timer is set
 * anew only when it falls due.
 */
export class IdleWatchdog implements Disposable {
  private readonly clock: Clock;
  private readonly onIdle: (limitMs: number) => void;
  private timer: Disposable | undefined;
  private timerDueMs = 0;
  private waitingSince: number | undefined;
  private limitMs = 0;
  private isDisposed = false;

  /** @param onIdle Called at most once, with the limit that was passed. */
  constructor(clock: Clock, onIdle: (limitMs: number) => void) {
    this.clock = clock;
    this.onIdle = onIdle;
  }

  /** From now on the other side has `limitMs` to send something. */
  beginWait(limitMs: number): void {
    if (this.isDisposed) {
      return;
    }
    const now = this.clock.now();
    this.limitMs = limitMs;
    this.waitingSince = now;
    if (!this.timer || this.timerDueMs > now + limitMs) {
      this.setTimer(now, limitMs);
    }
  }

  endWait(): void {
    this.waitingSince = undefined;
  }

  dispose(): void {
    this.isDisposed = true;
    this.timer?.dispose();
    this.timer = undefined;
  }

  private check(): void {
    this.timer = undefined;
    if (this.isDisposed || this.waitingSince === undefined) {
      return;
    }
    const now = this.clock.now();
    const leftMs = this.limitMs - (now - this.waitingSince);
    if (leftMs > 0) {
      this.setTimer(now, leftMs);
      return;
    }
    this.dispose();
    this.onIdle(this.limitMs);
  }

  private setTimer(now: number, delayMs: number): void {
    this.timer?.dispose();
    this.timerDueMs = now + delayMs;
    this.timer = this.clock.setTimeout(() => this.check(), delayMs);
  }
}

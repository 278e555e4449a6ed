import type { Clock } from '../../src/base/clock.ts';
import { type Disposable, toDisposable } from '../../src/base/lifecycle.ts';

interface PendingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * Time that passes only in `advance`. Timers run in the order of their due times, equal ones in the
 * order they were set; each sees `now()` at its own due time, and promises settle before the next.
 */
export class FakeClock implements Clock {
  private readonly timers = new Set<PendingTimer>();
  private readonly startWallTime: number;
  private elapsedMs = 0;

  /** @param startWallTime What `wallTime()` says before any time has passed, ms since 1970. */
  constructor(startWallTime = Date.UTC(2030, 0, 1)) {
    this.startWallTime = startWallTime;
  }

  now(): number {
    return this.elapsedMs;
  }

  wallTime(): number {
    return this.startWallTime + this.elapsedMs;
  }

  setTimeout(callback: () => void, delayMs: number): Disposable {
    const timer: PendingTimer = {
      dueMs: this.elapsedMs + Math.max(0, delayMs),
      callback,
    };
    this.timers.add(timer);
    return toDisposable(() => this.timers.delete(timer));
  }

  /** How many timers are set and have neither run nor been disposed. */
  get pendingTimers(): number {
    return this.timers.size;
  }

  /** How long until the next timer runs, in ms; undefined if none is set. */
  get nextTimerMs(): number | undefined {
    const next = this.earliest();
    return next && next.dueMs - this.elapsedMs;
  }

  /**
   * Lets `byMs` pass, running what falls due on the way, timers set by timers included. Rejects with
   * what a timer's callback throws; the clock then stands at that timer.
   */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.elapsedMs + byMs;
    await settle();
    for (let timer = this.earliest(); timer && timer.dueMs <= untilMs; timer = this.earliest()) {
      this.elapsedMs = timer.dueMs;
      this.timers.delete(timer);
      timer.callback();
      await settle();
    }
    this.elapsedMs = untilMs;
  }

  private earliest(): PendingTimer | undefined {
    let best: PendingTimer | undefined;
    for (const timer of this.timers) {
      if (!best || timer.dueMs < best.dueMs) {
        best = timer;
      }
    }
    return best;
  }
}

/** Lets every promise that can settle without time or I/O do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

import type { Disposable } from './lifecycle.ts';

/** Where time comes from. Injected, so that tests decide when it passes. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. For durations. */
  now(): number;
  /** Milliseconds since 1970 (UTC); may jump. For what is stored or shown. */
  wallTime(): number;
  /** Runs `callback` once after `delayMs`; disposing the answer prevents it. */
  setTimeout(callback: () => void, delayMs: number): Disposable;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** Resolves after `delayMs`, or at once when the signal aborts. Never rejects. */
export function delay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      timer.dispose();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.setTimeout(finish, delayMs);
    signal.addEventListener('abort', finish, { once: true });
  });
}

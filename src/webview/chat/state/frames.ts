import { type Clock, systemClock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { toDisposable } from '../../../base/lifecycle.ts';

/** What frames need of a browser's window. */
export interface FrameSource {
  requestAnimationFrame(callback: () => void): number;
}

/**
 * Runs what draws, once per animation frame. Browsers give no frames to a hidden page, so nothing is
 * drawn while nobody sees it, and what came in the meantime is drawn in one go.
 */
export class Frames {
  private readonly source: FrameSource;
  private readonly clock: Clock;
  private tasks = new Set<() => void>();
  private isRequested = false;

  /** Told how long the work of each frame took, milliseconds. */
  onDrawn: (durationMs: number) => void = () => undefined;

  constructor(source: FrameSource, clock: Clock = systemClock) {
    this.source = source;
    this.clock = clock;
  }

  /** Runs `task` in the next frame; asking again before has no effect. */
  request(task: () => void): Disposable {
    this.tasks.add(task);
    if (!this.isRequested) {
      this.isRequested = true;
      this.source.requestAnimationFrame(() => this.run());
    }
    return toDisposable(() => this.tasks.delete(task));
  }

  private run(): void {
    const tasks = this.tasks;
    // What a task asks for is for the next frame.
    this.tasks = new Set();
    this.isRequested = false;
    const startedMs = this.clock.now();
    let failure: { readonly error: unknown } | undefined;
    for (const task of tasks) {
      try {
        task();
      } catch (error) {
        failure ??= { error };
      }
    }
    this.onDrawn(this.clock.now() - startedMs);
    if (failure) {
      throw failure.error;
    }
  }
}

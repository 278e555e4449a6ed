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
  private tasks = new Set<() => void>();
  private isRequested = false;

  constructor(source: FrameSource) {
    this.source = source;
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
    let failure: { readonly error: unknown } | undefined;
    for (const task of tasks) {
      try {
        task();
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure) {
      throw failure.error;
    }
  }
}

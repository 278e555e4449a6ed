import type { Clock } from '../base/clock.ts';
import { toError } from '../base/errors.ts';
import type { ResourceManager } from '../base/lifecycle.ts';
import type { Notifications } from './notifications.ts';

/**
 * How long the same problem is not told again, milliseconds. A full disk fails hundreds of writes
 * within one answer; who goes on working for longer must not believe that it has passed.
 */
export const repeatAfterMs = 60_000;

export interface SaveProblemParts {
  readonly clock: Clock;
  readonly notifications: Pick<Notifications, 'report'>;
  /** Disposed of when the extension ends. */
  readonly resources: Pick<ResourceManager, 'isDisposed'>;
}

/** Tells the user that the conversation could not be kept, once for each problem and minute. */
export class SaveProblems {
  private readonly parts: SaveProblemParts;
  /** When each was told, by its message. */
  private readonly toldAtMs = new Map<string, number>();

  constructor(parts: SaveProblemParts) {
    this.parts = parts;
  }

  readonly report = (error: unknown): void => {
    const { clock, notifications, resources } = this.parts;
    if (resources.isDisposed) {
      // The end of a turn that nobody waited for: the thread is found with an interrupted answer.
      return;
    }
    const nowMs = clock.now();
    const { message } = toError(error);
    const toldAtMs = this.toldAtMs.get(message);
    if (toldAtMs === undefined || nowMs - toldAtMs >= repeatAfterMs) {
      this.toldAtMs.set(message, nowMs);
      notifications.report('Keeping the conversation', error);
    }
  };
}

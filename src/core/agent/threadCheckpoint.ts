import { lazy } from '../../base/lazy.ts';
import type { HostEvent } from '../../shared/protocol.ts';
import type { CheckpointView } from '../../shared/views.ts';
import type { Checkpoints } from '../checkpoint/checkpoints.ts';
import type { TurnCheckpoint } from '../checkpoint/turnCheckpoint.ts';

export interface ThreadCheckpointParts {
  readonly threadId: string;
  readonly checkpoints: Checkpoints;
  readonly emit: (event: HostEvent) => void;
  readonly saveFailed: (error: unknown) => void;
}

/** What a thread's files can be restored to, as the panel knows it. */
export class ThreadCheckpoint {
  /** Reads it, once. */
  readonly load: () => Promise<void>;
  private readonly parts: ThreadCheckpointParts;
  private view: CheckpointView = {};
  private reads = 0;

  constructor(parts: ThreadCheckpointParts) {
    this.parts = parts;
    this.load = lazy(() => this.read());
  }

  get current(): CheckpointView {
    return this.view;
  }

  /** A turn begins: what is restored is no longer the last thing that happened. */
  beginTurn(turnId: string): TurnCheckpoint {
    const { restoreId, ...rest } = this.view;
    if (restoreId !== undefined) {
      this.show(rest);
    }
    const { threadId, checkpoints, saveFailed } = this.parts;
    return checkpoints.beginTurn({ threadId, turnId }, saveFailed, {
      kept: () => this.show({ ...this.view, lastTurnId: turnId }),
      released: () => this.tell(),
    });
  }

  /** Reads it again and tells the panel. */
  tell(): void {
    this.read().then(
      () => this.show(this.view),
      (error: unknown) => this.parts.saveFailed(error),
    );
  }

  private async read(): Promise<void> {
    this.reads += 1;
    const { reads } = this;
    const { lastTurnId, restore } = await this.parts.checkpoints.readSummary(this.parts.threadId);
    // Something newer may have been told, or be on its way.
    if (reads === this.reads) {
      this.view = {
        ...(lastTurnId === undefined ? {} : { lastTurnId }),
        ...(restore ? { restoreId: restore.id } : {}),
      };
    }
  }

  private show(view: CheckpointView): void {
    this.reads += 1;
    this.view = view;
    const { threadId, emit } = this.parts;
    emit({ type: 'thread/checkpoint', threadId, checkpoint: view });
  }
}

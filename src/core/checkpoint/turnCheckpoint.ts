import { UserError } from '../../base/errors.ts';
import type { CheckpointStore } from '../store/checkpointStore.ts';
import { contentHash } from '../store/contentHash.ts';
import type { FileEdit } from '../tools/fileEdit.ts';
import type { PreparedCall } from '../tools/tool.ts';
import type { Workspace } from '../tools/workspace.ts';
import { readBefore, readNow } from './fileBefore.ts';

/** Hears of files that can be restored. */
export interface TurnCheckpointListener {
  kept(): void;
  /** Some are not kept any more. */
  released(): void;
}

export interface TurnCheckpointParts {
  readonly turnId: string;
  readonly store: CheckpointStore;
  readonly workspace: Pick<Workspace, 'readText' | 'openFiles'>;
  /** Something could not be kept: the turn goes on without. */
  readonly failed: (error: unknown) => void;
  readonly makeRoom: () => Promise<void>;
  readonly listener: TurnCheckpointListener;
}

/** A file that the turn is about to change, or has changed. */
interface TurnFile {
  /** Hashes of its text: before the turn, as the last call meant to leave it, and as one has. */
  readonly before: string | undefined;
  intended: string;
  left: string | undefined;
}

/** Keeps each file as it was before a turn first changed it. */
export class TurnCheckpoint {
  private readonly parts: TurnCheckpointParts;
  private readonly files = new Map<string, TurnFile>();
  private hasCommands = false;

  constructor(parts: TurnCheckpointParts) {
    this.parts = parts;
  }

  /** Resolves once what the call is about to change is kept. Never rejects. */
  async beforeRun({ access, edits = [] }: Pick<PreparedCall, 'access' | 'edits'>): Promise<void> {
    const { store, turnId } = this.parts;
    if (!this.hasCommands && access.some((one) => one.kind === 'command')) {
      this.hasCommands = true;
      this.watch(store.noteCommands(turnId));
    }
    for (const edit of edits) {
      try {
        await this.keep(edit);
      } catch (error) {
        this.parts.failed(error);
      }
    }
  }

  /** A call has changed a file. It may come after the turn has ended, where that was stopped. */
  edited({ path, after }: FileEdit): void {
    const file = this.files.get(path);
    if (file) {
      file.left = after;
      this.watch(this.parts.store.noteLeft(this.parts.turnId, path, after));
    }
  }

  /**
   * The turn is over: files that were not changed after all are let go of, unless a call that was
   * stopped may still be at it.
   */
  async end(wasStopped: boolean): Promise<void> {
    if (this.files.size === 0) {
      return;
    }
    const { store, turnId } = this.parts;
    for (const [path, file] of this.files) {
      if (file.left === undefined) {
        if (!wasStopped && (await this.isAsBefore(path, file))) {
          await store.forget(turnId, [path]);
          this.files.delete(path);
        }
      } else if (file.left !== file.intended) {
        await store.noteLeft(turnId, path, file.left);
      }
    }
    await this.parts.makeRoom();
    this.parts.listener.released();
  }

  private async keep({ path, before, after }: FileEdit): Promise<void> {
    const { store, turnId, workspace } = this.parts;
    const known = this.files.get(path);
    if (known) {
      known.intended = after;
      this.watch(store.noteLeft(turnId, path, after));
      return;
    }
    const content = await readBefore(path, workspace);
    await store.keep(turnId, [{ path, before: content, left: after }]);
    this.files.set(path, { before, intended: after, left: undefined });
    this.parts.listener.kept();
  }

  private async isAsBefore(path: string, { before }: TurnFile): Promise<boolean> {
    try {
      const text = await readNow(path, this.parts.workspace);
      return (text === undefined ? undefined : contentHash(text)) === before;
    } catch (error) {
      if (error instanceof UserError) {
        return false;
      }
      throw error;
    }
  }

  private watch(write: Promise<void>): void {
    write.catch((error: unknown) => this.parts.failed(error));
  }
}

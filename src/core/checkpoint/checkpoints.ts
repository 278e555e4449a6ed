import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import {
  type CheckpointStore,
  type CheckpointSummary,
  type KeptFile,
  missingFile,
} from '../store/checkpointStore.ts';
import { contentHash } from '../store/contentHash.ts';
import type { Workspace } from '../tools/workspace.ts';
import { readBefore, readNow } from './fileBefore.ts';
import { type PlannedFile, planRestore, type RestorePlan } from './restorePlan.ts';
import { TurnCheckpoint, type TurnCheckpointListener } from './turnCheckpoint.ts';

export interface CheckpointParts {
  readonly store: CheckpointStore;
  readonly workspace: Pick<Workspace, 'readText' | 'openFiles' | 'applyChanges'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** How much all that is kept may take. */
  readonly maxMegabytes: () => number;
}

/** A deleted thread can be taken back for seconds; then what it kept of files goes as well. */
const deletedGraceMs = 3_600_000;

/** The way back: files as they were before each turn. */
export class Checkpoints {
  private readonly parts: CheckpointParts;

  constructor(parts: CheckpointParts) {
    this.parts = parts;
  }

  /** `failed` hears of what could not be kept. */
  beginTurn(
    turn: { readonly threadId: string; readonly turnId: string },
    failed: (error: unknown) => void,
    listener: TurnCheckpointListener,
  ): TurnCheckpoint {
    const { store, workspace, clock } = this.parts;
    const { threadId, turnId } = turn;
    const createdAt = clock.wallTime();
    store.begin({ id: turnId, threadId, kind: 'turn', createdAt }).catch(failed);
    const makeRoom = (): Promise<void> => this.makeRoom();
    return new TurnCheckpoint({ turnId, store, workspace, failed, listener, makeRoom });
  }

  readSummary(threadId: string): Promise<CheckpointSummary> {
    return this.parts.store.readSummary(threadId);
  }

  /** What would have to change for the files to be as before this turn, or this restore. */
  plan(threadId: string, checkpointId: string): Promise<RestorePlan> {
    return planRestore(this.parts, threadId, checkpointId);
  }

  /**
   * Brings files back to what they were before this turn, or this restore: all or none. Files that
   * somebody else has changed since are left alone but for those in `overwritten`. Resolves with the
   * id that takes it back.
   */
  async restore(
    threadId: string,
    checkpointId: string,
    overwritten: ReadonlySet<string>,
  ): Promise<string> {
    const { store, workspace, clock, newId } = this.parts;
    const { files } = await this.plan(threadId, checkpointId);
    const chosen = files.filter((file) => !file.isConflict || overwritten.has(file.change.path));
    const id = newId();
    const kept = await Promise.all(chosen.map((file) => this.keptFile(file)));
    const begun = store.begin({ id, threadId, kind: 'restore', createdAt: clock.wallTime() });
    await Promise.all([begun, store.keep(id, kept)]);
    try {
      const changes = chosen.map((file) => file.change);
      if (changes.length > 0) {
        await workspace.applyChanges(changes, { isReviewed: true });
      }
    } catch (error) {
      await store.remove(id);
      throw error;
    }
    await this.noteLeft(id, chosen);
    return id;
  }

  noteSetAside(restoreId: string, messageIds: readonly string[]): Promise<void> {
    return this.parts.store.noteSetAside(restoreId, messageIds);
  }

  /** Lets go of what is over the limit, and of what was kept in threads that are deleted. */
  makeRoom(): Promise<void> {
    const { store, clock, maxMegabytes } = this.parts;
    return store.makeRoom(maxMegabytes() * 1024 * 1024, clock.wallTime() - deletedGraceMs);
  }

  /** The file as it is now; throws `UserError` where that is not what the plan was made for. */
  private async keptFile({ change }: PlannedFile): Promise<KeptFile> {
    const { path, before: planned, after } = change;
    const before = await readBefore(path, this.parts.workspace);
    const text = before.kind === 'text' ? before.text : undefined;
    if (before.kind !== 'tooLarge' && text !== planned) {
      throw new UserError(`${path} is being changed. Nothing was restored.`);
    }
    return { path, before, left: after === undefined ? missingFile : contentHash(after) };
  }

  /** Saving may have formatted what was restored. */
  private async noteLeft(id: string, files: readonly PlannedFile[]): Promise<void> {
    for (const { change } of files) {
      const text = await readNow(change.path, this.parts.workspace);
      if (text !== change.after) {
        const left = text === undefined ? missingFile : contentHash(text);
        await this.parts.store.noteLeft(id, change.path, left);
      }
    }
  }
}

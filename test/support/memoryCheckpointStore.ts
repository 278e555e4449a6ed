import { UserError } from '../../src/base/errors.ts';
import {
  type CheckpointRecord,
  type CheckpointStore,
  type CheckpointSummary,
  type FileState,
  followedBy,
  type KeptFile,
  missingFile,
  type StatesSince,
} from '../../src/core/store/checkpointStore.ts';
import { contentHash } from '../../src/core/store/contentHash.ts';

interface Kept extends CheckpointRecord {
  readonly files: Map<string, FileState>;
  hasCommands: boolean;
  setAside: readonly string[];
}

/** Checkpoints in plain memory, with every message of a thread in the conversation. */
export class MemoryCheckpointStore implements CheckpointStore {
  /** Oldest first. */
  readonly checkpoints: Kept[] = [];
  private readonly contents = new Map<string, Uint8Array>();

  async begin(checkpoint: CheckpointRecord): Promise<void> {
    this.checkpoints.push({ ...checkpoint, files: new Map(), hasCommands: false, setAside: [] });
  }

  async keep(checkpointId: string, files: readonly KeptFile[]): Promise<void> {
    for (const { path, before, left } of files) {
      const text = before.kind === 'text' ? this.hold(Buffer.from(before.text)) : undefined;
      const bytes = before.kind === 'text' && before.bytes ? this.hold(before.bytes) : undefined;
      this.of(checkpointId).files.set(path, {
        path,
        state: before.kind,
        sizeBytes: before.kind === 'tooLarge' ? before.sizeBytes : 0,
        textHash: text,
        bytesHash: bytes,
        mode: before.kind === 'text' ? before.mode : undefined,
        own: [left, before.kind === 'missing' ? missingFile : (text ?? 'too large')],
        isUnbroken: true,
      });
    }
  }

  async noteLeft(checkpointId: string, path: string, left: string): Promise<void> {
    const { files } = this.of(checkpointId);
    const file = files.get(path);
    if (file) {
      files.set(path, { ...file, own: [left, ...file.own.slice(1)] });
    }
  }

  async noteCommands(checkpointId: string): Promise<void> {
    this.of(checkpointId).hasCommands = true;
  }

  async noteSetAside(checkpointId: string, messageIds: readonly string[]): Promise<void> {
    this.of(checkpointId).setAside = messageIds;
  }

  async forget(checkpointId: string, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      this.of(checkpointId).files.delete(path);
    }
  }

  async remove(checkpointId: string): Promise<void> {
    this.checkpoints.splice(this.checkpoints.indexOf(this.of(checkpointId)), 1);
  }

  async readSince(threadId: string, checkpointId: string): Promise<StatesSince> {
    const all = this.checkpoints.filter((one) => one.threadId === threadId);
    const from = all.findIndex((one) => one.id === checkpointId);
    const since = from < 0 ? [] : all.slice(from);
    const files = new Map<string, FileState>();
    for (const file of since.flatMap((one) => [...one.files.values()])) {
      const earlier = files.get(file.path);
      files.set(file.path, earlier ? followedBy(earlier, file) : file);
    }
    return { files: [...files.values()], hasCommands: since.some((one) => one.hasCommands) };
  }

  async readContent(hash: string): Promise<Uint8Array> {
    const content = this.contents.get(hash);
    if (!content) {
      throw new UserError('What was kept of this file is gone.');
    }
    return content;
  }

  async readSummary(threadId: string): Promise<CheckpointSummary> {
    const all = this.checkpoints.filter((one) => one.threadId === threadId);
    const upTo = all.findLastIndex((one) => one.files.size > 0);
    const turn = all.slice(0, upTo + 1).findLast((one) => one.kind === 'turn');
    const last = all.at(-1);
    return {
      ...(turn ? { lastTurnId: turn.id } : {}),
      ...(last?.kind === 'restore' ? { restore: { id: last.id, setAside: last.setAside } } : {}),
    };
  }

  async makeRoom(): Promise<void> {
    // Memory has room.
  }

  private hold(content: Uint8Array): string {
    const hash = contentHash(content);
    this.contents.set(hash, content);
    return hash;
  }

  private of(id: string): Kept {
    const found = this.checkpoints.find((one) => one.id === id);
    if (!found) {
      throw new Error(`There is no checkpoint ${id}.`);
    }
    return found;
  }
}

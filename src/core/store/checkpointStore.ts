import type { WriteOperation } from './batchPlan.ts';
import { CheckpointContents } from './checkpointContents.ts';
import { checkpointsTable } from './checkpointSchema.ts';
import { contentHash } from './contentHash.ts';
import type { SqlRow } from './database.ts';
import type { StoreConnection } from './storeConnection.ts';

/** The state that a thread's files were in when a turn, or a restore, began. */
export interface CheckpointRecord {
  /** Of the turn, or of the restore. */
  readonly id: string;
  readonly threadId: string;
  readonly kind: 'turn' | 'restore';
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What a file was like before it was first changed. */
export type FileBefore =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'text';
      /** As the user saw it, unsaved text included. */
      readonly text: string;
      /** What was on disk, where that is not the text as UTF-8. */
      readonly bytes: Uint8Array | undefined;
      /** Its permissions; undefined where it was on no disk. */
      readonly mode: number | undefined;
    }
  /** Over the limit for one file: it is named, but not kept. */
  | { readonly kind: 'tooLarge'; readonly sizeBytes: number };

export interface KeptFile {
  readonly path: string;
  readonly before: FileBefore;
  /** Hash of the text that the file is about to get, or `missingFile`. */
  readonly left: string;
}

/** The hash that stands for a file that is gone. */
export const missingFile = 'missing';

/** A file from some checkpoint on. */
export interface FileState {
  readonly path: string;
  /** `dropped`: it was kept, and had to go to make room. */
  readonly state: 'missing' | 'text' | 'tooLarge' | 'dropped';
  readonly sizeBytes: number;
  readonly textHash: string | undefined;
  readonly bytesHash: string | undefined;
  readonly mode: number | undefined;
  /**
   * Hashes of what it reads like where nobody else has changed it since: the text that Slipstream
   * last left in it, or meant to, and the one before that. `missingFile` stands for none.
   */
  readonly own: readonly string[];
  /** Whether nobody else changed it between Slipstream's changes either. */
  readonly isUnbroken: boolean;
}

export interface StatesSince {
  /** Each file once, as it was before it was first changed. */
  readonly files: readonly FileState[];
  /** Whether commands ran since, which may have changed any file. */
  readonly hasCommands: boolean;
}

/** What a thread can be restored to. */
export interface CheckpointSummary {
  /** The last turn of the conversation from which on some file is kept. */
  readonly lastTurnId?: string;
  /** The restore after which nothing else happened in the thread. */
  readonly restore?: { readonly id: string; readonly setAside: readonly string[] };
}

/** Files before they were changed, kept. Where nothing else is said, promises settle with the commit. */
export interface CheckpointStore {
  begin(checkpoint: CheckpointRecord): Promise<void>;
  /** Keeps files, unless the checkpoint has them already. */
  keep(checkpointId: string, files: readonly KeptFile[]): Promise<void>;
  /** Notes what was left in a file. */
  noteLeft(checkpointId: string, path: string, left: string): Promise<void>;
  noteCommands(checkpointId: string): Promise<void>;
  /** Notes which messages a restore took out of the thread. */
  noteSetAside(checkpointId: string, messageIds: readonly string[]): Promise<void>;
  /** Files that were not changed after all. */
  forget(checkpointId: string, paths: readonly string[]): Promise<void>;
  remove(checkpointId: string): Promise<void>;
  /** What was kept in a thread from this checkpoint on. */
  readSince(threadId: string, checkpointId: string): Promise<StatesSince>;
  /** A kept content. Throws `UserError` where it is gone or damaged. */
  readContent(hash: string): Promise<Uint8Array>;
  readSummary(threadId: string): Promise<CheckpointSummary>;
  /** Drops the oldest contents until all take no more than this, and those of deleted threads. */
  makeRoom(maxBytes: number, deletedBefore: number): Promise<void>;
}

/** How many files are let go of at once until there is room. */
const filesPerStep = 32;

/** Checkpoints in SQLite, beside the threads. */
export class SqliteCheckpointStore implements CheckpointStore {
  private readonly connection: StoreConnection;
  private readonly contents: CheckpointContents;

  constructor(connection: StoreConnection) {
    this.connection = connection;
    this.contents = new CheckpointContents(connection);
  }

  begin({ id, threadId, kind, createdAt }: CheckpointRecord): Promise<void> {
    const row = { id, thread_id: threadId, kind, created_at: createdAt };
    return this.connection.write([{ kind: 'put', table: checkpointsTable, row }]);
  }

  async keep(checkpointId: string, files: readonly KeptFile[]): Promise<void> {
    try {
      await this.tryToKeep(checkpointId, files);
    } catch {
      // Another window may have let go of a content that was found to be there; else it fails again.
      await this.tryToKeep(checkpointId, files);
    }
  }

  noteLeft(checkpointId: string, path: string, left: string): Promise<void> {
    const sql = 'UPDATE checkpoint_files SET left_hash = ? WHERE checkpoint_id = ? AND path = ?';
    return this.run(sql, [left, checkpointId, path]);
  }

  noteCommands(checkpointId: string): Promise<void> {
    return this.run('UPDATE checkpoints SET has_commands = 1 WHERE id = ?', [checkpointId]);
  }

  noteSetAside(checkpointId: string, messageIds: readonly string[]): Promise<void> {
    const values = [JSON.stringify(messageIds), checkpointId];
    return this.run('UPDATE checkpoints SET set_aside = ? WHERE id = ?', values);
  }

  forget(checkpointId: string, paths: readonly string[]): Promise<void> {
    const sql = 'DELETE FROM checkpoint_files WHERE checkpoint_id = ? AND path = ?';
    return this.connection.write(
      paths.map((path) => ({ kind: 'run', sql, values: [checkpointId, path] })),
    );
  }

  remove(checkpointId: string): Promise<void> {
    return this.run('DELETE FROM checkpoints WHERE id = ?', [checkpointId]);
  }

  readSince(threadId: string, checkpointId: string): Promise<StatesSince> {
    const { database } = this.connection;
    return this.connection.read(() => {
      const values = [threadId, checkpointId];
      const files = firstStates(database.all(filesSinceSql, values));
      return { files, hasCommands: database.get(commandsSinceSql, values) !== undefined };
    });
  }

  readContent(hash: string): Promise<Uint8Array> {
    return this.contents.read(hash);
  }

  readSummary(threadId: string): Promise<CheckpointSummary> {
    const { database } = this.connection;
    return this.connection.read(() => {
      const turn = database.get(lastTurnSql, [threadId, threadId]);
      const last = database.get(lastCheckpointSql, [threadId]);
      return {
        ...(turn ? { lastTurnId: String(turn['id']) } : {}),
        ...(last?.['kind'] === 'restore' ? { restore: restoreOf(last) } : {}),
      };
    });
  }

  async makeRoom(maxBytes: number, deletedBefore: number): Promise<void> {
    await this.connection.read(() => undefined);
    this.connection.transaction(() => {
      const { database } = this.connection;
      database.run(deletedSql, [deletedBefore]);
      while (Number(database.get(sizeSql)?.['bytes']) > maxBytes) {
        if (database.run(dropSql, [filesPerStep]) === 0) {
          return;
        }
      }
    });
  }

  private async tryToKeep(checkpointId: string, files: readonly KeptFile[]): Promise<void> {
    const operations = await Promise.all(
      files.map((file) => this.keepOperations(checkpointId, file)),
    );
    const kept = this.connection.write(operations.flat());
    // At once: the files are about to be changed, and a crash must not come in between.
    await Promise.all([kept, this.connection.read(() => undefined)]);
  }

  private async keepOperations(
    checkpointId: string,
    { path, before, left }: KeptFile,
  ): Promise<readonly WriteOperation[]> {
    if (before.kind !== 'text') {
      const size = before.kind === 'tooLarge' ? before.sizeBytes : 0;
      const hash = before.kind === 'missing' ? missingFile : null;
      const values = [checkpointId, path, before.kind, size, hash, null, null, null, left];
      return [{ kind: 'run', sql: keepSql, values }];
    }
    const text = Buffer.from(before.text, 'utf8');
    const hash = contentHash(text);
    const bytesHash = before.bytes ? contentHash(before.bytes) : null;
    const owner = { checkpointId, path };
    const hashes = [hash, hash, bytesHash];
    const values = [checkpointId, path, 'text', text.length, ...hashes, before.mode ?? null, left];
    return [
      ...(await this.contents.keepOperations(text, hash, owner)),
      ...(before.bytes && bytesHash !== null
        ? await this.contents.keepOperations(before.bytes, bytesHash, owner)
        : []),
      { kind: 'run', sql: keepSql, values },
    ];
  }

  private run(sql: string, values: readonly (string | number)[]): Promise<void> {
    return this.connection.write([{ kind: 'run', sql, values }]);
  }
}

const sinceSql = `c.thread_id = ? AND c.row >= coalesce((SELECT row FROM checkpoints WHERE id = ?), 0)`;
const filesSinceSql = `
  SELECT f.* FROM checkpoints c JOIN checkpoint_files f ON f.checkpoint_id = c.id
  WHERE ${sinceSql} ORDER BY c.row, f.row`;
const commandsSinceSql = `
  SELECT 1 FROM checkpoints c WHERE ${sinceSql} AND c.has_commands = 1 LIMIT 1`;
const lastCheckpointSql = `
  SELECT id, kind, set_aside FROM checkpoints WHERE thread_id = ? ORDER BY row DESC LIMIT 1`;
const lastTurnSql = `
  SELECT c.id FROM checkpoints c
  WHERE c.thread_id = ? AND c.kind = 'turn'
    AND c.row <= (
      SELECT max(k.row) FROM checkpoints k
      WHERE k.thread_id = ? AND EXISTS (SELECT 1 FROM checkpoint_files WHERE checkpoint_id = k.id))
    AND EXISTS (
      SELECT 1 FROM messages m
      WHERE m.thread_id = c.thread_id AND m.turn_id = c.id AND m.role = 'user'
        AND m.set_aside_at IS NULL)
  ORDER BY c.row DESC LIMIT 1`;
const deletedSql = `
  DELETE FROM checkpoints
  WHERE thread_id IN (SELECT id FROM threads WHERE deleted_at IS NOT NULL AND deleted_at < ?)`;
const sizeSql = 'SELECT coalesce(sum(kept_bytes), 0) AS bytes FROM checkpoint_chunks';
const dropSql = `
  UPDATE checkpoint_files SET state = 'dropped', text_hash = NULL, bytes_hash = NULL
  WHERE row IN (SELECT row FROM checkpoint_files WHERE text_hash IS NOT NULL ORDER BY row LIMIT ?)`;

const keepSql = `
  INSERT INTO checkpoint_files
    (checkpoint_id, path, state, size_bytes, before_hash, text_hash, bytes_hash, mode, left_hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (checkpoint_id, path) DO UPDATE SET left_hash = excluded.left_hash`;

/** The first row of each path tells what it was, the last one what became of it. */
function firstStates(rows: readonly SqlRow[]): readonly FileState[] {
  const states = new Map<string, FileState>();
  for (const row of rows) {
    const state = fileState(row);
    const earlier = states.get(state.path);
    states.set(state.path, earlier ? followedBy(earlier, state) : state);
  }
  return [...states.values()];
}

/** A file as it was, when it was changed once more later on. */
export function followedBy(earlier: FileState, later: FileState): FileState {
  const before = later.own.at(-1);
  const isFollowed = before !== undefined && earlier.own.includes(before);
  return { ...earlier, own: later.own, isUnbroken: earlier.isUnbroken && isFollowed };
}

function fileState(row: SqlRow): FileState {
  const [left, before] = [textOf(row['left_hash']), textOf(row['before_hash'])];
  return {
    path: String(row['path']),
    state: row['state'] as FileState['state'],
    sizeBytes: Number(row['size_bytes']),
    textHash: textOf(row['text_hash']),
    bytesHash: textOf(row['bytes_hash']),
    mode: row['mode'] === null ? undefined : Number(row['mode']),
    own: [left, before].filter((hash) => hash !== undefined),
    isUnbroken: true,
  };
}

function textOf(value: SqlRow[string] | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function restoreOf(row: SqlRow): CheckpointSummary['restore'] {
  const setAside = textOf(row['set_aside']);
  return {
    id: String(row['id']),
    setAside: setAside === undefined ? [] : (JSON.parse(setAside) as string[]),
  };
}

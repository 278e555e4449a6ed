import { setImmediate as immediate } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import type { WriteOperation } from './batchPlan.ts';
import { packBytes, unpackBytes } from './compression.ts';
import { chunksOf } from './contentChunks.ts';
import { contentHash } from './contentHash.ts';
import type { SqlRow } from './database.ts';
import type { StoreConnection } from './storeConnection.ts';

/** For which file of which checkpoint a content is kept. */
export interface ContentOwner {
  readonly checkpointId: string;
  readonly path: string;
}

/**
 * Contents of files by their hash, in chunks that they share: a version of a file takes what is
 * different in it. All of it is read and hashed all the same, to know what that is.
 */
export class CheckpointContents {
  private readonly connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.connection = connection;
  }

  /**
   * What keeps a content, without the chunks that are there. Where one of them goes before this is
   * committed, that fails, and is to be asked for again.
   */
  async keepOperations(
    content: Uint8Array,
    hash: string,
    { checkpointId, path }: ContentOwner,
  ): Promise<readonly WriteOperation[]> {
    if (this.connection.peek((database) => database.get(knownSql, [hash]))) {
      return [];
    }
    const chunks = hashedChunks(content, hash);
    const hashes = JSON.stringify(chunks.map((chunk) => chunk.hash));
    const missing = this.connection.peek((database) => database.all(missingSql, [hashes]));
    const wanted = new Set(missing.map((row) => row['hash']));
    const added = chunks.filter((chunk) => wanted.delete(chunk.hash));
    return [
      { kind: 'run', sql: contentSql, values: [hash, checkpointId, path] },
      ...(await inSteps(added, (chunk) => chunkOperation(chunk, hash))),
      { kind: 'run', sql: isShort(chunks) ? shortRunsSql : runsSql, values: [hashes, hash] },
    ];
  }

  /** Throws `UserError` where the content is gone or damaged. */
  async read(hash: string): Promise<Uint8Array> {
    const rows = await this.connection.read(() => this.connection.database.all(readSql, [hash]));
    if (rows.length === 0) {
      throw new UserError('What was kept of this file is gone.');
    }
    const content = Buffer.concat(await inSteps(rows, unpackChunk));
    if (contentHash(content) !== hash) {
      throw damaged();
    }
    return content;
  }
}

interface HashedChunk {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

function hashedChunks(content: Uint8Array, hash: string): readonly HashedChunk[] {
  const chunks = chunksOf(content);
  const isWhole = chunks.length === 1;
  return chunks.map((bytes) => ({ bytes, hash: isWhole ? hash : contentHash(bytes) }));
}

/**
 * A chunk of 4 kB takes 40 µs to compress, and 300 where a thread of Node's own does it: so it is done
 * here, in steps between which others have their turn.
 */
const chunksPerStep = 64;

async function inSteps<T, R>(items: readonly T[], work: (item: T) => R): Promise<readonly R[]> {
  const results: R[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % chunksPerStep === 0) {
      await immediate();
    }
    results.push(work(item));
  }
  return results;
}

function chunkOperation({ hash, bytes }: HashedChunk, content: string): WriteOperation {
  const { value, encoding } = packBytes(bytes);
  return { kind: 'run', sql: chunkSql, values: [hash, value.length, encoding, value, content] };
}

function unpackChunk({ encoding, content }: SqlRow): Uint8Array {
  try {
    return unpackBytes(content ?? null, encoding ?? null);
  } catch (error) {
    // Damaged bytes often fail to unpack, and a chunk that is missing has none.
    throw error instanceof UserError ? error : damaged(error);
  }
}

function damaged(cause?: unknown): UserError {
  return new UserError('What was kept of this file is damaged.', { cause });
}

const knownSql = 'SELECT 1 FROM checkpoint_contents WHERE hash = ?';
const missingSql = `
  SELECT value AS hash FROM json_each(?)
  WHERE NOT EXISTS (SELECT 1 FROM checkpoint_chunks c WHERE c.hash = value)`;
/** Where the file is kept already, nothing would refer to this. */
const contentSql = `
  INSERT INTO checkpoint_contents (hash) SELECT ?
  WHERE NOT EXISTS (SELECT 1 FROM checkpoint_files WHERE checkpoint_id = ? AND path = ?)
  ON CONFLICT (hash) DO NOTHING`;
const chunkSql = `
  INSERT INTO checkpoint_chunks (hash, kept_bytes, encoding, content)
  SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM checkpoint_contents WHERE hash = ?)
  ON CONFLICT (hash) DO NOTHING`;
/** Finding runs costs 0.15 ms for any content, most of them short: those have a run for each chunk. */
function isShort(chunks: readonly HashedChunk[]): boolean {
  return chunks.length <= 8;
}

/** Notes which chunks a content has, unless that is known. */
const shortRunsSql = `
  INSERT INTO checkpoint_runs (content, position, first_chunk, count)
  SELECT o.row, j.key, c.row, 1
  FROM json_each(?) j
  JOIN checkpoint_contents o ON o.hash = ?
  LEFT JOIN checkpoint_chunks c ON c.hash = j.value
  WHERE NOT EXISTS (SELECT 1 FROM checkpoint_runs WHERE content = o.row)`;
/**
 * The same in as few runs as there can be. A run ends where the next chunk's row does
 * not follow, and at each 256th row. A chunk that has gone makes a run without a first chunk, which
 * the table refuses.
 */
const runsSql = `
  INSERT INTO checkpoint_runs (content, position, first_chunk, count)
  SELECT content, min(position), min(chunk), count(*) FROM (
    SELECT content, position, chunk, sum(is_first) OVER (ORDER BY position) AS run FROM (
      SELECT o.row AS content, j.key AS position, c.row AS chunk,
        coalesce(c.row <> lag(c.row) OVER (ORDER BY j.key) + 1, 1) AS is_first
      FROM json_each(?) j
      JOIN checkpoint_contents o ON o.hash = ?
      LEFT JOIN checkpoint_chunks c ON c.hash = j.value
      WHERE NOT EXISTS (SELECT 1 FROM checkpoint_runs WHERE content = o.row)))
  GROUP BY run, chunk >> 8`;
const readSql = `
  SELECT c.encoding, c.content FROM checkpoint_contents o
  JOIN checkpoint_runs r ON r.content = o.row
  LEFT JOIN checkpoint_chunks c ON c.row BETWEEN r.first_chunk AND r.first_chunk + r.count - 1
  WHERE o.hash = ? ORDER BY r.position, c.row`;

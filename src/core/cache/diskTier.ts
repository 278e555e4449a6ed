import { rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { pack, unpack } from '../store/compression.ts';
import type { Database, SqlRow } from '../store/database.ts';
import { isBusy, isDamage } from '../store/databaseErrors.ts';
import { openDatabase } from '../store/openDatabase.ts';
import { type CacheEntry, sizeOfEntry } from './cacheEntry.ts';

export interface DiskTierOptions {
  /** The database's file, of its own: whatever happens to it, nothing but answers is lost. */
  readonly path: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How much all entries may take, bytes; asked at each write. */
  readonly maxBytes: () => number;
  /** Told why the tier closed itself. */
  readonly onProblem: (error: unknown) => void;
}

/** A trigger keeps the sum, so that two windows agree on it and none has to add up. */
const migrations = [
  `CREATE TABLE answers (
     key TEXT NOT NULL PRIMARY KEY,
     value NOT NULL,
     encoding TEXT NOT NULL,
     checksum INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     fresh_until INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     used_at INTEGER NOT NULL
   );
   CREATE INDEX answers_by_use ON answers (used_at);
   CREATE INDEX answers_by_expiry ON answers (expires_at);
   CREATE TABLE answer_files (
     file TEXT NOT NULL,
     key TEXT NOT NULL REFERENCES answers ON DELETE CASCADE,
     PRIMARY KEY (file, key)
   ) WITHOUT ROWID;
   CREATE INDEX answer_files_by_key ON answer_files (key);
   CREATE TABLE total (bytes INTEGER NOT NULL);
   INSERT INTO total VALUES (0);
   CREATE TRIGGER answer_added AFTER INSERT ON answers
     BEGIN UPDATE total SET bytes = bytes + new.bytes; END;
   CREATE TRIGGER answer_removed AFTER DELETE ON answers
     BEGIN UPDATE total SET bytes = bytes - old.bytes; END;`,
];

/** Use is noted this often at most: a write for each read would cost more than the order is worth. */
const useGranularityMs = 3_600_000;
/** Evicting down to this share of the limit makes it rare. */
const evictionTarget = 0.9;
/** Rows that are looked at for one step of an eviction: some milliseconds of work. */
const evictionStep = 100;
/** Written anew in about 0.1 s by SQLite, at the 300 to 500 MB/s of a laptop's disk. */
const maxVacuumBytes = 30_000_000;

/** Answers on disk, which all windows share. Once it fails it is closed; it never throws. */
export class DiskTier implements Disposable {
  private readonly options: DiskTierOptions;
  private database: Database | undefined;
  private evicted = 0;

  private constructor(options: DiskTierOptions, database: Database) {
    this.options = options;
    this.database = database;
  }

  /** Opens the file or makes it; a damaged one is replaced. Rejects where neither is possible. */
  static async open(options: DiskTierOptions): Promise<DiskTier> {
    const { path, clock, signal } = options;
    const { database, setAside } = await openDatabase({
      path,
      clock,
      signal,
      migrations,
      prepare: readALittle,
    });
    if (setAside !== undefined) {
      removeFiles(setAside);
    }
    const tier = new DiskTier(options, database);
    tier.evict();
    return tier;
  }

  get isOpen(): boolean {
    return this.database !== undefined;
  }

  /** Entries that had to go for others so far. */
  get evictions(): number {
    return this.evicted;
  }

  get sizeBytes(): number {
    const total = this.attempt((database) => database.get('SELECT bytes FROM total'));
    return Number(total?.['bytes'] ?? 0);
  }

  get(key: string): CacheEntry | undefined {
    return this.attempt((database) => {
      const row = database.get('SELECT * FROM answers WHERE key = ?', [key]);
      const now = this.options.clock.wallTime();
      if (!row || Number(row['expires_at']) <= now) {
        return undefined;
      }
      const text = textOf(row);
      if (text === undefined) {
        database.run('DELETE FROM answers WHERE key = ?', [key]);
        return undefined;
      }
      if (Number(row['used_at']) + useGranularityMs <= now) {
        database.run('UPDATE answers SET used_at = ? WHERE key = ?', [now, key]);
      }
      return {
        text,
        freshUntil: Number(row['fresh_until']),
        expiresAt: Number(row['expires_at']),
        files: filesOf(database, key),
      };
    });
  }

  set(key: string, entry: CacheEntry): void {
    const { value, encoding } = pack(entry.text);
    const bytes = sizeOfEntry(key, entry) - Buffer.byteLength(entry.text) + byteLength(value);
    if (bytes > this.options.maxBytes() * evictionTarget) {
      return;
    }
    this.attempt((database) =>
      database.transaction(() => {
        database.run('DELETE FROM answers WHERE key = ?', [key]);
        database.run('INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
          key,
          value,
          encoding,
          crc32(entry.text),
          bytes,
          Math.round(entry.freshUntil),
          Math.round(entry.expiresAt),
          Math.round(this.options.clock.wallTime()),
        ]);
        for (const file of entry.files) {
          database.run('INSERT OR IGNORE INTO answer_files VALUES (?, ?)', [file, key]);
        }
      }),
    );
    this.evict();
  }

  invalidate(glob: string): void {
    this.attempt((database) => database.run('DELETE FROM answers WHERE key GLOB ?', [glob]));
  }

  invalidateFiles(files: Iterable<string>): void {
    this.attempt((database) =>
      database.transaction(() => {
        for (const file of files) {
          database.run(
            'DELETE FROM answers WHERE key IN (SELECT key FROM answer_files WHERE file = ?)',
            [file],
          );
        }
      }),
    );
  }

  /**
   * Brings the entries below the limit, first those that have expired, then the longest unused.
   * Tells whether anything had to go.
   */
  evict(): boolean {
    const maxBytes = this.options.maxBytes();
    if (this.sizeBytes <= maxBytes) {
      return false;
    }
    const now = this.options.clock.wallTime();
    this.attempt((database) => database.run('DELETE FROM answers WHERE expires_at <= ?', [now]));
    while (this.sizeBytes > maxBytes * evictionTarget) {
      const removed = this.attempt((database) =>
        database.transaction(() => dropOldest(database, maxBytes * evictionTarget)),
      );
      if (!removed) {
        break;
      }
      this.evicted += removed;
    }
    return true;
  }

  /**
   * Gives room that is not needed any more back to the file system. Where much remains, the room is
   * left for new entries, because writing the rest anew would block.
   */
  shrink(): void {
    if (this.sizeBytes <= maxVacuumBytes) {
      this.attempt((database) => database.exec('VACUUM'));
    }
  }

  dispose(): void {
    this.database?.close();
    this.database = undefined;
  }

  /** Where another window is writing, this once nothing is done: it is only a cache. */
  private attempt<T>(work: (database: Database) => T): T | undefined {
    if (!this.database) {
      return undefined;
    }
    try {
      return work(this.database);
    } catch (error) {
      if (!isBusy(error)) {
        this.giveUp(error);
      }
      return undefined;
    }
  }

  private giveUp(error: unknown): void {
    this.dispose();
    if (isDamage(error)) {
      removeFiles(this.options.path);
    }
    this.options.onProblem(error);
  }
}

/** Finds most damage on opening; a single row of each table, because the file may be large. */
function readALittle(database: Database): void {
  for (const table of ['answers', 'answer_files', 'total']) {
    database.get(`SELECT * FROM ${table} LIMIT 1`);
  }
}

/** Removes the longest unused entries until the rest fits, one step at most; tells how many. */
function dropOldest(database: Database, targetBytes: number): number {
  let tooMuch = Number(database.get('SELECT bytes FROM total')?.['bytes']) - targetBytes;
  const oldest = database.all('SELECT key, bytes FROM answers ORDER BY used_at LIMIT ?', [
    evictionStep,
  ]);
  let removed = 0;
  for (const { key = '', bytes } of oldest) {
    if (tooMuch <= 0) {
      break;
    }
    removed += database.run('DELETE FROM answers WHERE key = ?', [key]);
    tooMuch -= Number(bytes);
  }
  return removed;
}

/** Undefined where the bytes are not those that were written. */
function textOf(row: SqlRow): string | undefined {
  try {
    const text = unpack(row['value'] ?? null, row['encoding'] ?? null);
    return crc32(text) === row['checksum'] ? text : undefined;
  } catch {
    // Damaged, or in an encoding that this Node lacks: either way it is not to be had.
    return undefined;
  }
}

function filesOf(database: Database, key: string): string[] {
  return database
    .all('SELECT file FROM answer_files WHERE key = ?', [key])
    .map((row) => String(row['file']));
}

function byteLength(value: string | Uint8Array): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}

function removeFiles(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      rmSync(path + suffix, { force: true });
    } catch {
      // Another window has it open, where that forbids removal: the next start tries again.
    }
  }
}

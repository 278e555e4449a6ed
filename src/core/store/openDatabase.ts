import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Clock, delay } from '../../base/clock.ts';
import { throwIfCancelled, toError, UserError } from '../../base/errors.ts';
import { type Database, SqliteDatabase } from './database.ts';
import { explainDatabaseError, isBusy, isDamage } from './databaseErrors.ts';
import { migrate, refuseNewer } from './migrations.ts';

export interface OpenDatabaseOptions {
  /** The database's file. Its folder is made where it does not exist. */
  readonly path: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Entry n leads from version n to n + 1. */
  readonly migrations: readonly string[];
  /** Finishes what depends on this Node's SQLite, and reads a little of everything. */
  readonly prepare: (database: Database) => void;
}

export interface OpenedDatabase {
  readonly database: Database;
  /** Where a damaged file was moved to, if there was one: the user must be told. */
  readonly setAside?: string;
}

/**
 * How long SQLite itself waits for another window's commit, which takes 10 to 20 ms. The wait blocks
 * the extension host, so longer ones are ours, on the clock. Figure of the field's measurements.
 */
const busyTimeoutMs = 250;
/** Another window that migrates a large history holds the file for seconds at most. */
const openPatienceMs = 10_000;
const openRetryMs = 100;
/** Once for the damage, and again where other windows repair the same damage at the same time. */
const damageLimit = 3;

/**
 * Opens a database, or makes it. A damaged one is moved aside, never emptied, and a new one made.
 * Throws a `UserError` where the file cannot be opened or was made by a newer version.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenedDatabase> {
  const { path, clock, signal } = options;
  const deadline = clock.now() + openPatienceMs;
  let damages = 0;
  let setAside: string | undefined;
  makeFolder(path);
  while (true) {
    throwIfCancelled(signal);
    const found = identityOf(path);
    try {
      const database = openOnce(options);
      return setAside === undefined ? { database } : { database, setAside };
    } catch (error) {
      if (isBusy(error) && clock.now() < deadline) {
        await delay(clock, openRetryMs, signal);
        continue;
      }
      damages += 1;
      if (!isDamage(error) || damages > damageLimit) {
        throw explainDatabaseError(error, path);
      }
      setAside = moveAside(path, found, clock.wallTime()) ?? setAside;
    }
  }
}

function openOnce({ path, migrations, prepare }: OpenDatabaseOptions): Database {
  const database = new SqliteDatabase(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    refuseNewer(database, migrations.length);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec('PRAGMA foreign_keys = ON');
    migrate(database, migrations);
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    const reason = toError(error).message;
    throw new UserError(`Slipstream can't make the folder of its history: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Renames the file that was `found`, and tells its new name. Another window may have done so in the
 * meantime: what is there now is then left alone.
 */
function moveAside(path: string, found: string | undefined, wallTime: number): string | undefined {
  if (found === undefined || identityOf(path) !== found) {
    return undefined;
  }
  const moment = new Date(wallTime).toISOString().replace(/[:.]/g, '-');
  const target = `${path}.damaged-${moment}`;
  try {
    // The log goes first: left behind, it would be replayed into the new database.
    for (const suffix of ['-wal', '-shm', '']) {
      if (existsSync(path + suffix)) {
        renameSync(path + suffix, target + suffix);
      }
    }
  } catch (error) {
    throw new UserError(
      `The history at ${path} is damaged and could not be moved aside. Close other windows and try again.`,
      { cause: error },
    );
  }
  return target;
}

/** Tells one file from another at the same path. Undefined where there is none. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

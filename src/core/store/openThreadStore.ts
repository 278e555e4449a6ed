import type { Clock } from '../../base/clock.ts';
import type { Database } from './database.ts';
import { openDatabase } from './openDatabase.ts';
import { abandonSearchIndex, ensureSearchIndex, hasFullText } from './searchIndex.ts';
import { StoreConnection } from './storeConnection.ts';
import { threadMigrations, threadTables } from './threadSchema.ts';
import { SqliteThreadStore } from './threadStore.ts';

export interface OpenThreadStoreOptions {
  /** The database's file. Its folder is made where it does not exist. */
  readonly path: string;
  readonly clock: Clock;
  /** Gives up waiting for another window that keeps the database busy. */
  readonly signal?: AbortSignal;
  /** Whether this SQLite can search by words. Asked of it unless given. */
  readonly probeFullText?: (database: Database) => boolean;
}

export interface OpenedThreadStore {
  /** Closes the connection with it. */
  readonly store: SqliteThreadStore;
  /** For what else is kept in the same file. */
  readonly connection: StoreConnection;
  /** Where a damaged database was moved to, if there was one: the user must be told. */
  readonly setAside?: string;
}

/**
 * Opens the threads kept at `path`, or makes the database. Throws a `UserError` where it cannot be
 * opened or was made by a newer version; a damaged one is moved aside and named in the answer.
 */
export async function openThreadStore(options: OpenThreadStoreOptions): Promise<OpenedThreadStore> {
  const { path, clock, signal, probeFullText = hasFullText } = options;
  let isIndexed = false;
  const { database, setAside } = await openDatabase({
    path,
    clock,
    signal: signal ?? new AbortController().signal,
    migrations: threadMigrations,
    prepare: (opened) => {
      isIndexed = probeFullText(opened);
      if (isIndexed) {
        ensureSearchIndex(opened);
      } else {
        abandonSearchIndex(opened);
      }
      readALittle(opened);
    },
  });
  const connection = new StoreConnection({ database, path, clock });
  const store = new SqliteThreadStore({ connection, clock, isIndexed });
  return { store, connection, ...(setAside === undefined ? {} : { setAside }) };
}

/** Finds most damage on opening, rather than in mid-turn: touches the root of every table. */
function readALittle(database: Database): void {
  for (const { name } of threadTables) {
    database.get(`SELECT rowid FROM ${name} ORDER BY rowid DESC LIMIT 1`);
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { UserError } from '../../base/errors.ts';

export type SqlValue = null | number | string | Uint8Array;

/** A row as it comes back. Whole numbers beyond 2^53 are refused by the driver, not rounded. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** What the store needs of an SQL database. Everything blocks: keep statements short. */
export interface Database {
  /** Runs statements that take and give no values. */
  exec(sql: string): void;
  /** Runs one statement and tells how many rows it changed. */
  run(sql: string, values?: readonly SqlValue[]): number;
  get(sql: string, values?: readonly SqlValue[]): SqlRow | undefined;
  all(sql: string, values?: readonly SqlValue[]): readonly SqlRow[];
  /** Runs `work` alone among all writers of the file; what it throws undoes all of it. */
  transaction<T>(work: () => T): T;
  /** Closing twice is harmless. */
  close(): void;
}

/** More than all statements of the product in all their row counts; one takes some kilobytes. */
const statementCacheSize = 200;

/**
 * SQLite as Node brings it along, with its prepared statements kept. SQLite's own errors are thrown
 * as they are; `databaseErrors.ts` reads them.
 */
export class SqliteDatabase implements Database {
  private readonly connection: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  /** Opens the file or makes it. Throws a `UserError` where this Node has no SQLite. */
  constructor(path: string) {
    const { DatabaseSync } = sqliteModule();
    this.connection = new DatabaseSync(path);
  }

  exec(sql: string): void {
    this.connection.exec(sql);
  }

  run(sql: string, values: readonly SqlValue[] = []): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  get(sql: string, values: readonly SqlValue[] = []): SqlRow | undefined {
    return this.prepare(sql).get(...values) as SqlRow | undefined;
  }

  all(sql: string, values: readonly SqlValue[] = []): readonly SqlRow[] {
    return this.prepare(sql).all(...values) as SqlRow[];
  }

  transaction<T>(work: () => T): T {
    // Taking the write lock at once avoids the deadlock of two readers that both want to write.
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      this.rollBack();
      throw error;
    }
  }

  close(): void {
    this.statements.clear();
    if (this.connection.isOpen) {
      this.connection.close();
    }
  }

  private rollBack(): void {
    // SQLite ends a transaction by itself after some failures, a full disk among them.
    if (!this.connection.isTransaction) {
      return;
    }
    try {
      this.exec('ROLLBACK');
    } catch {
      // What broke the transaction says more, and closing rolls back in any case.
    }
  }

  /** Least recently used statements go first. */
  private prepare(sql: string): StatementSync {
    const statement = this.statements.get(sql) ?? this.connection.prepare(sql);
    this.statements.delete(sql);
    this.statements.set(sql, statement);
    if (this.statements.size > statementCacheSize) {
      const [oldest] = this.statements.keys();
      this.statements.delete(oldest ?? '');
    }
    return statement;
  }
}

/** Node's SQLite, loaded on first use: it is experimental in older hosts and may be missing. */
function sqliteModule(): typeof import('node:sqlite') {
  const sqlite: typeof import('node:sqlite') | undefined = process.getBuiltinModule('node:sqlite');
  if (!sqlite) {
    throw new UserError(
      'This editor has no SQLite, which Slipstream keeps threads in. Update VS Code to 1.104 or newer.',
    );
  }
  return sqlite;
}

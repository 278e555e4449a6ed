import type { Clock } from '../../base/clock.ts';
import { BugError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { WriteOperation } from './batchPlan.ts';
import { BatchWriter, type BatchWriterCounters, type WriteUnit } from './batchWriter.ts';
import type { Database } from './database.ts';
import { explainDatabaseError } from './databaseErrors.ts';
import { threadTables } from './threadSchema.ts';

export interface StoreConnectionParts {
  /** Opened and migrated; the connection closes it. */
  readonly database: Database;
  /** For messages to the user. */
  readonly path: string;
  readonly clock: Clock;
}

/**
 * The one connection of this window to the store's file, which all that keeps something shares:
 * writes are committed in groups, and reads see what was written before them.
 */
export class StoreConnection implements Disposable {
  readonly database: Database;
  private readonly path: string;
  private readonly writer: BatchWriter;
  private disposed = false;

  constructor({ database, path, clock }: StoreConnectionParts) {
    this.database = database;
    this.path = path;
    this.writer = new BatchWriter({
      database,
      clock,
      tables: threadTables,
      explain: (error) => explainDatabaseError(error, path),
    });
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Figures of the writes, for the performance panel. */
  get counters(): BatchWriterCounters {
    return this.writer.counters;
  }

  /** Queues operations that are kept together or not at all. Resolves once they are committed. */
  write(
    operations: readonly WriteOperation[],
    hooks: Omit<WriteUnit, 'operations'> = {},
  ): Promise<void> {
    return this.writer.write({ operations, ...hooks });
  }

  /** Reads what is in the database once everything queued before is in it too. */
  async read<T>(query: () => T): Promise<T> {
    await this.writer.flush();
    return this.run(query);
  }

  /**
   * Does `work` at once, alone among all windows that write to the file: for what must not be decided
   * twice, such as money. It blocks, so keep it to a statement or two. What is queued is not in yet.
   */
  transaction<T>(work: () => T): T {
    return this.run(() => this.database.transaction(work));
  }

  /** Commits what is queued, at once, and closes the database. */
  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    this.writer.dispose();
    this.database.close();
  }

  private run<T>(query: () => T): T {
    if (this.disposed) {
      throw new BugError('The thread store is closed.');
    }
    try {
      return query();
    } catch (error) {
      throw explainDatabaseError(error, this.path);
    }
  }
}

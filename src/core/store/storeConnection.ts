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

/** Figures of a connection since it was opened. */
export interface StoreFigures {
  readonly reads: number;
  readonly commits: number;
  /** Operations in all commits. */
  readonly written: number;
  /** In reads and commits, in which nothing else could run, milliseconds. */
  readonly totalMs: number;
  /** Queries that threw, and units of a commit that failed. */
  readonly errors: number;
  /** Units that wait for the next commit. */
  readonly queued: number;
}

/** Hears of each read or commit when it is done. Must not throw. */
export type StoreObserver = (kind: 'read' | 'commit', durationMs: number, isError: boolean) => void;

/**
 * The one connection of this window to the store's file, which all that keeps something shares:
 * writes are committed in groups, and reads see what was written before them.
 */
export class StoreConnection implements Disposable {
  readonly database: Database;
  private readonly path: string;
  private readonly clock: Clock;
  private readonly counts = { reads: 0, commits: 0, written: 0, totalMs: 0, errors: 0 };
  private observer: StoreObserver | undefined;
  private readonly writer: BatchWriter;
  private disposed = false;

  constructor({ database, path, clock }: StoreConnectionParts) {
    this.database = database;
    this.path = path;
    this.clock = clock;
    this.writer = new BatchWriter({
      database,
      clock,
      tables: threadTables,
      explain: (error) => explainDatabaseError(error, path),
      onCommit: (durationMs, operations) => {
        this.counts.commits += 1;
        this.counts.written += operations;
        this.count('commit', durationMs, false);
      },
    });
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Figures of the writes, for the performance panel. */
  get counters(): BatchWriterCounters {
    return this.writer.counters;
  }

  get figures(): StoreFigures {
    const { queued, failed } = this.writer.counters;
    return { ...this.counts, errors: this.counts.errors + failed, queued };
  }

  /** There is one observer at a time. */
  observeWith(observer: StoreObserver): void {
    this.observer = observer;
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
    return this.run('read', query);
  }

  /** Reads what is committed already, at once: what is queued may be different. */
  peek<T>(query: (database: Database) => T): T {
    return this.run('read', () => query(this.database));
  }

  /**
   * Does `work` at once, alone among all windows that write to the file: for what must not be decided
   * twice, such as money. It blocks, so keep it to a statement or two. What is queued is not in yet.
   */
  transaction<T>(work: () => T): T {
    return this.run('commit', () => this.database.transaction(work));
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

  private run<T>(kind: 'read' | 'commit', query: () => T): T {
    if (this.disposed) {
      throw new BugError('The thread store is closed.');
    }
    const start = this.clock.now();
    let isError = true;
    try {
      const result = query();
      isError = false;
      return result;
    } catch (error) {
      throw explainDatabaseError(error, this.path);
    } finally {
      this.counts[kind === 'read' ? 'reads' : 'commits'] += 1;
      this.count(kind, this.clock.now() - start, isError);
    }
  }

  private count(kind: 'read' | 'commit', durationMs: number, isError: boolean): void {
    this.counts.totalMs += durationMs;
    this.counts.errors += isError ? 1 : 0;
    this.observer?.(kind, durationMs, isError);
  }
}

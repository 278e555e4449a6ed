import type { Clock } from '../../base/clock.ts';
import { BugError, toError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { execute, type TableSpec, type WriteOperation } from './batchPlan.ts';
import { halves, sizeOf } from './batchUnits.ts';
import type { Database } from './database.ts';
import { isBusy, isDatabaseFailure, isFull } from './databaseErrors.ts';

export interface BatchWriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** All tables that are written to; those that others refer to first. */
  readonly tables: readonly TableSpec[];
  /** Makes what a caller is told out of what the database threw. */
  readonly explain: (error: unknown) => unknown;
  /** Hears of each commit: how long it took and of how many operations it was. */
  readonly onCommit?: (durationMs: number, operations: number) => void;
}

/** Operations that are kept together or not at all. */
export interface WriteUnit {
  readonly operations: readonly WriteOperation[];
  /** Runs in the transaction, before the unit; what it throws becomes the unit's failure. */
  readonly check?: () => void;
  /** Makes what the caller is told out of the failure of this very unit. */
  readonly explain?: (error: unknown) => unknown;
}

/** Figures for the performance panel, since the writer was made. */
export interface BatchWriterCounters {
  /** Units that wait for the next commit. */
  readonly queued: number;
  /** Units whose rows are in the database. */
  readonly committed: number;
  /** Units that failed. */
  readonly failed: number;
  /** Transactions that were committed. */
  readonly batches: number;
  /** How long the last of them took, milliseconds. */
  readonly lastCommitMs: number;
}

/**
 * What a crash may cost at most, which the product promises. In a stream of 1,000 deltas a second it
 * makes 10 transactions instead of 1,000.
 */
export const commitIntervalMs = 100;
/**
 * So many messages take 8 ms to commit, 25 when SQLite then tidies its log (`test/bench/writes.ts`):
 * the extension host's thread shall not be held for more than 50, on slower machines either.
 */
export const maxQueuedUnits = 250;
/** About what SQLite writes to its log in 10 ms. */
const maxQueuedCharacters = 1_000_000;
/** Waits between attempts while another window holds the write lock; its commits take 10 to 20 ms. */
const busyRetryMs = [20, 40, 80, 160, 320, 640, 640, 640, 640, 640, 640, 640] as const;
/** At disposal nothing can be waited for: each attempt blocks for SQLite's own timeout of 250 ms. */
const disposalAttempts = 8;

interface QueuedUnit extends WriteUnit {
  readonly settle: (failure: Failure | undefined) => void;
  readonly settled: Promise<void>;
}

interface Failure {
  readonly error: unknown;
}

/**
 * Groups writes into few transactions. Units are committed together every 100 ms or when enough has
 * gathered; each caller's promise settles with the fate of its own unit, and a unit that fails does
 * not keep its neighbours from being kept. Of one row the last write in a group wins.
 */
export class BatchWriter implements Disposable {
  private readonly options: BatchWriterOptions;
  private queue: QueuedUnit[] = [];
  private queuedCharacters = 0;
  private timer: Disposable | undefined;
  private busyAttempts = 0;
  private lastBusyError: unknown;
  private isDisposed = false;
  private readonly counts = { committed: 0, failed: 0, batches: 0, lastCommitMs: 0 };

  constructor(options: BatchWriterOptions) {
    this.options = options;
  }

  get counters(): BatchWriterCounters {
    return { queued: this.queue.length, ...this.counts };
  }

  /** Queues a unit. Resolves once it is committed; rejects if it, not another, failed. */
  write(unit: WriteUnit): Promise<void> {
    if (this.isDisposed) {
      return Promise.reject(new BugError('The database is closed.'));
    }
    const kept = new Promise<void>((resolve, reject) => {
      this.enqueue(unit, (failure) => (failure ? reject(failure.error) : resolve()));
    });
    const isEnough =
      this.queue.length >= maxQueuedUnits || this.queuedCharacters >= maxQueuedCharacters;
    if (isEnough && this.busyAttempts === 0) {
      this.commitQueue();
    }
    return kept;
  }

  /** Commits what is queued. Resolves once all of it is settled, whatever its fate. */
  flush(): Promise<void> {
    const last = this.queue.at(-1);
    if (!last) {
      return Promise.resolve();
    }
    if (this.busyAttempts === 0) {
      this.commitQueue();
    }
    return last.settled;
  }

  /** Commits what is queued, at once; what cannot be committed now fails. */
  dispose(): void {
    this.isDisposed = true;
    this.stopTimer();
    for (let attempt = 0; attempt < disposalAttempts && this.queue.length > 0; attempt += 1) {
      this.tryCommit();
    }
    if (this.queue.length > 0) {
      this.failQueue(this.lastBusyError);
    }
  }

  private enqueue(unit: WriteUnit, settleCaller: (failure: Failure | undefined) => void): void {
    let finish: () => void;
    const settled = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const settle = (failure: Failure | undefined): void => {
      settleCaller(failure);
      finish();
    };
    this.queue.push({ ...unit, settle, settled });
    this.queuedCharacters += sizeOf(unit.operations);
    this.timer ??= this.options.clock.setTimeout(() => this.commitQueue(), commitIntervalMs);
  }

  private commitQueue(): void {
    this.stopTimer();
    this.tryCommit();
    if (this.queue.length === 0) {
      this.busyAttempts = 0;
      return;
    }
    const wait = busyRetryMs[this.busyAttempts];
    if (wait === undefined) {
      this.busyAttempts = 0;
      this.failQueue(this.lastBusyError);
      return;
    }
    this.busyAttempts += 1;
    this.timer = this.options.clock.setTimeout(() => this.commitQueue(), wait);
  }

  /** Commits the queue. What is left in it afterwards could not be tried: the database is busy. */
  private tryCommit(): void {
    const groups = [this.queue];
    this.queue = [];
    this.queuedCharacters = 0;
    for (let group = groups.shift(); group; group = groups.shift()) {
      try {
        this.commit(group);
      } catch (error) {
        if (isBusy(error)) {
          this.lastBusyError = error;
          this.queue = [group, ...groups].flat();
          return;
        }
        if (isFull(error) && group.length > 1) {
          // What is small may still fit where the whole did not.
          groups.unshift(...halves(group));
        } else {
          this.fail(group, error);
        }
      }
    }
  }

  private commit(units: readonly QueuedUnit[]): void {
    const { database, clock } = this.options;
    const start = clock.now();
    const failures = new Map<QueuedUnit, Failure>();
    database.transaction(() => this.apply(units, failures));
    this.counts.lastCommitMs = clock.now() - start;
    this.options.onCommit?.(
      this.counts.lastCommitMs,
      units.reduce((sum, unit) => sum + unit.operations.length, 0),
    );
    this.counts.batches += 1;
    this.counts.failed += failures.size;
    this.counts.committed += units.length - failures.size;
    for (const unit of units) {
      unit.settle(failures.get(unit));
    }
  }

  /** Applies all units, or where that fails one half after the other, until the bad one is alone. */
  private apply(units: readonly QueuedUnit[], failures: Map<QueuedUnit, Failure>): void {
    const error = this.attempt(units);
    const [first] = units;
    if (!error || !first) {
      return;
    }
    if (units.length === 1) {
      failures.set(first, { error: this.explain(first, error.error) });
      return;
    }
    for (const half of halves(units)) {
      this.apply(half, failures);
    }
  }

  /** Applies the units or nothing of them. Throws only what no other unit would survive either. */
  private attempt(units: readonly QueuedUnit[]): Failure | undefined {
    const { database, tables } = this.options;
    database.exec('SAVEPOINT attempt');
    try {
      for (const unit of units) {
        unit.check?.();
      }
      const operations = units.flatMap((unit) => unit.operations);
      execute(database, tables, operations);
      database.exec('RELEASE attempt');
      return undefined;
    } catch (error) {
      if (isDatabaseFailure(error)) {
        throw error;
      }
      database.exec('ROLLBACK TO attempt');
      database.exec('RELEASE attempt');
      return { error };
    }
  }

  private failQueue(error: unknown): void {
    const units = this.queue;
    this.queue = [];
    this.queuedCharacters = 0;
    this.fail(units, error);
  }

  private fail(units: readonly QueuedUnit[], error: unknown): void {
    this.counts.failed += units.length;
    for (const unit of units) {
      unit.settle({ error: this.explain(unit, error) });
    }
  }

  private explain(unit: QueuedUnit, error: unknown): Error {
    const explained = unit.explain ? unit.explain(error) : error;
    return toError(this.options.explain(explained));
  }

  private stopTimer(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }
}

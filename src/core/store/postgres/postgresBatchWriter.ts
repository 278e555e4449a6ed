import type { Clock } from '../../../base/clock.ts';
import { BugError, toError } from '../../../base/errors.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { ServerAwayError, ServerRefusedError } from '../../team/serverErrors.ts';
import type { PlannedStatement, TableSpec, WriteOperation } from '../batchPlan.ts';
import { halves } from '../batchUnits.ts';
import type { BatchWriterCounters } from '../batchWriter.ts';
import type { DatabasePools, PostgresTransaction } from './databasePools.ts';
import { isConflict } from './postgresErrors.ts';
import { executePlan, onlyStatement, planOf, runPlanned } from './postgresPlan.ts';
import { type QueueLimits, WriteQueue } from './writeQueue.ts';

export interface PostgresBatchWriterOptions {
  readonly pools: DatabasePools;
  readonly clock: Clock;
  /** All tables that are written to; those that others refer to first. */
  readonly tables: readonly TableSpec[];
  /** Makes what a caller is told out of what a statement threw. */
  readonly explain?: (error: unknown) => unknown;
  /** Hears of each commit: how long it took and of how many operations it was. */
  readonly onCommit?: (durationMs: number, operations: number) => void;
  /** For tests: other limits than those of the product. */
  readonly limits?: Partial<WriterLimits>;
}

export interface WriterLimits {
  /** Of a transaction. */
  readonly batch: QueueLimits;
  /** Of what waits for one. */
  readonly queue: QueueLimits;
  /** How long a server that is away is waited for before writes are given back, ms. */
  readonly patienceMs: number;
}

/**
 * Operations that are kept together or not at all. They may be done twice where a connection is lost
 * in the middle of a commit, and must then come to the same: put and clear do, and so must `update`
 * and `run`.
 */
export interface PostgresWriteUnit {
  readonly operations: readonly WriteOperation[];
  /** Runs in the transaction, before the unit; what it throws becomes the unit's failure. */
  readonly check?: (transaction: PostgresTransaction) => Promise<void>;
  /** Makes what the caller is told out of the failure of this very unit. */
  readonly explain?: (error: unknown) => unknown;
}

/**
 * How long the first write waits for others, ms. Far below what a user sees, and a stream's deltas
 * and all rows of one message come within it. While a transaction is under way the next one gathers.
 */
const gatherMs = 20;
const productLimits: WriterLimits = {
  // As much as the server takes in about 50 ms (`test/bench/teamWrites.ts`).
  batch: { units: 1_000, characters: 1_000_000 },
  // Some ten transactions: beyond, callers wait, so what they keep does not grow in memory.
  queue: { units: 10_000, characters: 10_000_000 },
  // A server restarts in less; beyond, the caller keeps what it has on this machine.
  patienceMs: 10_000,
};
/** By so many times the queue's limits, somebody does not wait for room. */
const refusedFill = 2;
/** Pauses while the server is away, ms. */
const awayPausesMs = [50, 100, 200, 400, 800, 1_600] as const;
/** Transactions that are in each other's way go on when one of them is done. */
const conflictPauseMs = 20;
const maxConflicts = 10;
const tag = { operation: 'batch.write', pool: 'write' } as const;

interface QueuedUnit extends PostgresWriteUnit {
  readonly settle: (failure: Failure | undefined) => void;
  /** Since when the server is away for it, by the clock; undefined before it was tried. */
  awaySinceMs?: number;
  /** Whether it may be in the database already. */
  isRepeated?: boolean;
}

interface Failure {
  readonly error: unknown;
}

/**
 * Groups writes into few transactions, one at a time and in order. Each caller's promise settles with
 * the fate of its own unit, and a unit that fails does not keep its neighbours from being kept. Of
 * one row the last write in a group wins. Where more is written than the server takes, callers wait;
 * where it is away, it is tried again, and each row is there once.
 */
export class PostgresBatchWriter implements Disposable {
  private readonly options: PostgresBatchWriterOptions;
  private readonly limits: WriterLimits;
  private readonly queue: WriteQueue<QueuedUnit>;
  private readonly counts = { committed: 0, failed: 0, batches: 0, lastCommitMs: 0 };
  private timer: Disposable | undefined;
  private wake: (() => void) | undefined;
  private isRunning = false;
  private isDisposed = false;
  private readonly idleWaiters: (() => void)[] = [];

  constructor(options: PostgresBatchWriterOptions) {
    this.options = options;
    this.limits = { ...productLimits, ...options.limits };
    this.queue = new WriteQueue(this.limits.queue);
  }

  get counters(): BatchWriterCounters {
    return { queued: this.queue.size, ...this.counts };
  }

  /**
   * Queues a unit. Resolves once it is committed; rejects if it failed. Whoever does not wait for that
   * waits for `room` before it makes the next: far beyond the queue's limits, writes are refused.
   */
  write(unit: PostgresWriteUnit): Promise<void> {
    if (this.isDisposed) {
      return Promise.reject(new BugError('The database is closed.'));
    }
    if (this.queue.fill >= refusedFill) {
      return Promise.reject(new ServerAwayError('The team’s database is too slow for all this.'));
    }
    return new Promise((resolve, reject) => {
      const settle = (failure: Failure | undefined): void =>
        failure ? reject(toError(failure.error)) : resolve();
      this.queue.push({ ...unit, settle });
      this.start();
    });
  }

  /** Resolves when the queue is below its limits. */
  room(): Promise<void> {
    return this.queue.room();
  }

  /** Commits what is queued without waiting for more. Resolves once all of it is settled. */
  flush(): Promise<void> {
    this.wake?.();
    if (!this.isRunning) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.idleWaiters.push(resolve);
    });
  }

  /** What is not committed fails as if the server were away. */
  dispose(): void {
    this.isDisposed = true;
    this.wake?.();
  }

  private start(): void {
    if (!this.isRunning) {
      this.isRunning = true;
      void this.run();
    }
  }

  /** Writes batch after batch until nothing is left. Never rejects. */
  private async run(): Promise<void> {
    await this.pause(gatherMs);
    while (this.queue.size > 0) {
      const units = this.queue.take(this.limits.batch);
      if (this.isDisposed) {
        this.fail(units, new ServerAwayError('The window closes.'));
      } else {
        await this.writeBatch(units);
      }
      this.queue.tellProducers();
    }
    this.isRunning = false;
    for (const resolve of this.idleWaiters.splice(0)) {
      resolve();
    }
  }

  private async writeBatch(units: readonly QueuedUnit[]): Promise<void> {
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        await this.commit(units);
        return;
      } catch (error) {
        if (isConflict(error) && conflicts < maxConflicts && !this.isDisposed) {
          await this.pause(conflictPauseMs * (1 + conflicts));
          continue;
        }
        await this.giveUp(units, error);
        return;
      }
    }
  }

  /** Keeps for later what only lacks a server, for as long as patience lasts; the rest fails. */
  private async giveUp(units: readonly QueuedUnit[], error: unknown): Promise<void> {
    if (!(error instanceof ServerAwayError)) {
      this.fail(units, error);
      return;
    }
    const now = this.options.clock.now();
    const first = units.reduce((since, unit) => Math.min(since, unit.awaySinceMs ?? now), now);
    if (this.isDisposed || now - first >= this.limits.patienceMs) {
      this.fail(units, error);
      return;
    }
    for (const unit of units) {
      unit.awaySinceMs ??= now;
    }
    this.queue.putBack(units);
    await this.pause(awayPauseMs(now - first));
  }

  /** Commits all units, or where one fails all others. Throws what is none of their fault. */
  private async commit(units: readonly QueuedUnit[]): Promise<void> {
    const { clock, onCommit } = this.options;
    const start = clock.now();
    const failures = (await this.commitTogether(units)) ? new Map() : await this.commitRest(units);
    this.counts.lastCommitMs = clock.now() - start;
    onCommit?.(
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

  /** The usual case, with no savepoint to wait for. False where a unit is at fault. */
  private async commitTogether(units: readonly QueuedUnit[]): Promise<boolean> {
    try {
      const { operations, isRepeated, isChecked } = together(units);
      const { tables } = this.options;
      const alone = isChecked ? undefined : onlyStatement(planOf(tables, operations, isRepeated));
      await (alone
        ? this.runAlone(units, alone)
        : this.inTransaction(units, (transaction) => this.apply(transaction, units)));
      return true;
    } catch (error) {
      if (isNobodysFault(error)) {
        throw error;
      }
      return false;
    }
  }

  /** Commits those that can be, and tells what became of the others. */
  private async commitRest(units: readonly QueuedUnit[]): Promise<Map<QueuedUnit, Failure>> {
    const failures = new Map<QueuedUnit, Failure>();
    await this.inTransaction(units, (transaction) =>
      this.applyHalves(transaction, units, failures),
    );
    return failures;
  }

  /** One statement is a transaction by itself, in one round trip instead of three. */
  private async runAlone(units: readonly QueuedUnit[], statement: PlannedStatement): Promise<void> {
    const { pools } = this.options;
    try {
      await runPlanned(statement, (sql, values) => pools.query(sql, values ?? [], tag));
    } catch (error) {
      noteRepeat(units, error);
      throw error;
    }
  }

  private async inTransaction(
    units: readonly QueuedUnit[],
    work: (transaction: PostgresTransaction) => Promise<void>,
  ): Promise<void> {
    let isCommitting = false;
    try {
      await this.options.pools.transaction(tag, async (transaction) => {
        await work(transaction);
        isCommitting = true;
      });
    } catch (error) {
      if (isCommitting) {
        noteRepeat(units, error);
      }
      throw error;
    }
  }

  /** Applies the units, or where that fails one half after the other, until the bad one is alone. */
  private async applyHalves(
    transaction: PostgresTransaction,
    units: readonly QueuedUnit[],
    failures: Map<QueuedUnit, Failure>,
  ): Promise<void> {
    const failure = await this.attempt(transaction, units);
    const [first] = units;
    if (!failure || !first) {
      return;
    }
    if (units.length === 1) {
      failures.set(first, { error: this.explain(first, failure.error) });
      return;
    }
    for (const half of halves(units)) {
      await this.applyHalves(transaction, half, failures);
    }
  }

  /** Applies the units or nothing of them. */
  private async attempt(
    transaction: PostgresTransaction,
    units: readonly QueuedUnit[],
  ): Promise<Failure | undefined> {
    await transaction.query('SAVEPOINT attempt');
    try {
      await this.apply(transaction, units);
      await transaction.query('RELEASE attempt');
      return undefined;
    } catch (error) {
      if (isNobodysFault(error)) {
        throw error;
      }
      await transaction.query('ROLLBACK TO attempt; RELEASE attempt');
      return { error };
    }
  }

  private async apply(
    transaction: PostgresTransaction,
    units: readonly QueuedUnit[],
  ): Promise<void> {
    for (const unit of units) {
      await unit.check?.(transaction);
    }
    const { operations, isRepeated } = together(units);
    await executePlan(transaction, this.options.tables, operations, isRepeated);
  }

  private fail(units: readonly QueuedUnit[], error: unknown): void {
    this.counts.failed += units.length;
    for (const unit of units) {
      unit.settle({ error: this.explain(unit, error) });
    }
  }

  private explain(unit: QueuedUnit, error: unknown): unknown {
    const explained = unit.explain ? unit.explain(error) : error;
    return this.options.explain ? this.options.explain(explained) : explained;
  }

  /** Waits, unless there is a reason to go on at once. */
  private pause(delayMs: number): Promise<void> {
    if (this.isDisposed) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const goOn = (): void => {
        this.timer?.dispose();
        this.timer = undefined;
        this.wake = undefined;
        resolve();
      };
      this.wake = goOn;
      this.timer = this.options.clock.setTimeout(goOn, delayMs);
    });
  }
}

function together(units: readonly QueuedUnit[]) {
  return {
    operations: units.flatMap((unit) => unit.operations),
    isRepeated: units.some((unit) => unit.isRepeated === true),
    isChecked: units.some((unit) => unit.check !== undefined),
  };
}

/** The connection was lost while nobody could tell whether it came to pass. */
function noteRepeat(units: readonly QueuedUnit[], error: unknown): void {
  if (error instanceof ServerAwayError) {
    for (const unit of units) {
      unit.isRepeated = true;
    }
  }
}

/** Whether every write would have failed alike, so that it is no use to look for the bad one. */
function isNobodysFault(error: unknown): boolean {
  return (
    error instanceof ServerAwayError || error instanceof ServerRefusedError || isConflict(error)
  );
}

/** Longer and longer, by how long the server has been away. */
function awayPauseMs(awayMs: number): number {
  return awayPausesMs.find((pause) => pause >= awayMs) ?? awayPausesMs.at(-1) ?? 0;
}

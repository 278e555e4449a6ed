import type { Clock } from '../../../base/clock.ts';
import { BugError, toError } from '../../../base/errors.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { ServerAwayError } from '../../team/serverErrors.ts';
import type { TableSpec } from '../batchPlan.ts';
import type { BatchWriterCounters } from '../batchWriter.ts';
import {
  type CommittedUnit,
  commitUnits,
  type Failure,
  type PostgresWriteUnit,
} from './batchCommit.ts';
import type { DatabasePools } from './databasePools.ts';
import { isConflict } from './postgresErrors.ts';
import { type QueueLimits, WriteQueue } from './writeQueue.ts';

export interface PostgresBatchWriterOptions {
  readonly pools: DatabasePools;
  readonly clock: Clock;
  /** All tables that are written to; those that others refer to first. */
  readonly tables: readonly TableSpec[];
  /** Makes what a caller is told out of what a statement threw. */
  readonly explain?: (error: unknown) => unknown;
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
 * How long the first write waits for others, ms. Far below what a user sees, and a stream's deltas
 * and all rows of one message come within it. While a transaction is under way the next one gathers.
 */
const gatherMs = 20;
const productLimits: WriterLimits = {
  // A thousand messages take the server about 20 ms (`test/bench/teamWrites.ts`).
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

interface QueuedUnit extends CommittedUnit {
  readonly settle: (failure: Failure | undefined) => void;
  /** Since when the server is away for it, by the clock; undefined before it was tried. */
  awaySinceMs?: number;
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
    const { clock } = this.options;
    const explain = this.explain.bind(this);
    const start = clock.now();
    const failures = await commitUnits({ ...this.options, explain }, units);
    this.counts.lastCommitMs = clock.now() - start;
    this.counts.batches += 1;
    this.counts.failed += failures.size;
    this.counts.committed += units.length - failures.size;
    for (const unit of units) {
      unit.settle(failures.get(unit));
    }
  }

  private fail(units: readonly QueuedUnit[], error: unknown): void {
    this.counts.failed += units.length;
    for (const unit of units) {
      unit.settle({ error: this.explain(unit, error) });
    }
  }

  private explain(unit: PostgresWriteUnit, error: unknown): unknown {
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

/** Longer and longer, by how long the server has been away. */
function awayPauseMs(awayMs: number): number {
  return awayPausesMs.find((pause) => pause >= awayMs) ?? awayPausesMs.at(-1) ?? 0;
}

import type {
  BulkBatch,
  BulkBatchState,
  BulkCounts,
  BulkItem,
  BulkItemState,
  BulkJob,
} from '../model/batches/bulkJob.ts';
import { isBulkTask } from '../model/batches/bulkTask.ts';
import type { Database, SqlRow } from './database.ts';
import type { StoreConnection } from './storeConnection.ts';

/** A job as it is begun. */
export type NewBulkJob = Pick<
  BulkJob,
  'id' | 'workspace' | 'task' | 'model' | 'endpoint' | 'createdAtMs'
> & {
  /** About what it will cost, US dollars; absent where no price is known. */
  readonly estimateUsd?: number;
  readonly items: readonly Pick<BulkItem, 'id' | 'path' | 'hash' | 'batchNumber'>[];
};

/** What became of one item. */
export interface BulkOutcome {
  readonly id: string;
  readonly state: Exclude<BulkItemState, 'waiting'>;
  readonly answer?: string;
  readonly problem?: string;
}

/** Only the window that holds the lease of a job works on it. */
export interface BulkLease {
  readonly owner: string;
  /** Milliseconds since 1970, as are all times here. */
  readonly nowMs: number;
  readonly untilMs: number;
}

/**
 * Keeps jobs over many files, for all windows that share the store. Reads take no lock: what must not
 * be decided twice is decided in the statement that writes it.
 */
export class BulkStore {
  private readonly connection: StoreConnection;
  private readonly database: Database;

  constructor(connection: StoreConnection) {
    this.connection = connection;
    this.database = connection.database;
  }

  add(job: NewBulkJob): void {
    this.connection.transaction(() => {
      this.database.run(
        'INSERT INTO bulk_jobs (id, workspace, task, model, endpoint, created_at, estimate_usd) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [
          job.id,
          job.workspace,
          job.task,
          job.model,
          job.endpoint ?? null,
          job.createdAtMs,
          job.estimateUsd ?? null,
        ],
      );
      for (const [position, item] of job.items.entries()) {
        this.database.run(
          `INSERT INTO bulk_items (id, job_id, batch_number, position, path, hash, state, review)
           VALUES (?, ?, ?, ?, ?, ?, 'waiting', 'open')`,
          [item.id, job.id, item.batchNumber, position, item.path, item.hash],
        );
      }
      this.database.run(
        `INSERT INTO bulk_batches (job_id, number, state, item_count)
         SELECT job_id, batch_number, 'waiting', count(*) FROM bulk_items
         WHERE job_id = ? GROUP BY batch_number`,
        [job.id],
      );
    });
  }

  /** The jobs of a workspace, oldest first. */
  jobs(workspace: string): readonly BulkJob[] {
    return this.database
      .all('SELECT * FROM bulk_jobs WHERE workspace = ? ORDER BY created_at, id', [workspace])
      .flatMap((row) => this.toJob(row) ?? []);
  }

  job(id: string): BulkJob | undefined {
    const row = this.database.get('SELECT * FROM bulk_jobs WHERE id = ?', [id]);
    return row && this.toJob(row);
  }

  /** The items of a job in the order they were given, without their answers. */
  items(jobId: string): readonly BulkItem[] {
    return this.database
      .all(
        `SELECT id, batch_number, path, hash, state, review, problem FROM bulk_items
         WHERE job_id = ? ORDER BY position`,
        [jobId],
      )
      .map(toItem);
  }

  /**
   * About what batches under way will still cost, in US dollars, of all workspaces: the provider tells
   * only when they have ended.
   */
  pendingUsd(): number {
    const row = this.database.get(
      `SELECT sum(estimate_usd * waiting / total) AS usd FROM bulk_jobs
       JOIN (SELECT job_id, count(*) AS total, count(*) FILTER (WHERE state = 'waiting') AS waiting
             FROM bulk_items GROUP BY job_id) ON job_id = id
       WHERE endpoint IS NOT NULL`,
    );
    return Number(row?.['usd'] ?? 0);
  }

  /** What the model wrote for an item; undefined before that, and once it was settled. */
  answer(itemId: string): string | undefined {
    const row = this.database.get('SELECT answer FROM bulk_items WHERE id = ?', [itemId]);
    return fromJson(row?.['answer']);
  }

  /** Takes or keeps the lease of a job. False where another window has it, or the job is gone. */
  claim(jobId: string, lease: BulkLease): boolean {
    return this.connection.transaction(() => this.renew(jobId, lease));
  }

  release(jobId: string, owner: string): void {
    this.connection.transaction(() =>
      this.database.run(
        'UPDATE bulk_jobs SET lease_owner = NULL, lease_until = 0 WHERE id = ? AND lease_owner = ?',
        [jobId, owner],
      ),
    );
  }

  /**
   * Notes that a batch is about to be sent, and what its items say now. False where the lease is gone
   * or the batch is not waiting any more: then it must not be sent.
   */
  beginSending(
    jobId: string,
    number: number,
    hashes: ReadonlyMap<string, string>,
    lease: BulkLease,
  ): boolean {
    return this.connection.transaction(() => {
      const isOurs =
        this.renew(jobId, lease) &&
        this.database.run(
          `UPDATE bulk_batches SET state = 'sending', sending_since = ?, item_count = ?
           WHERE job_id = ? AND number = ? AND state = 'waiting'
             AND EXISTS (SELECT 1 FROM bulk_jobs WHERE id = job_id AND is_cancelled = 0)`,
          [lease.nowMs, hashes.size, jobId, number],
        ) === 1;
      if (isOurs) {
        for (const [id, hash] of hashes) {
          this.database.run('UPDATE bulk_items SET hash = ? WHERE id = ?', [hash, id]);
        }
      }
      return isOurs;
    });
  }

  /** What a file says now that it is asked about. */
  setHash(itemId: string, hash: string): void {
    this.connection.transaction(() =>
      this.database.run('UPDATE bulk_items SET hash = ? WHERE id = ?', [hash, itemId]),
    );
  }

  setBatch(jobId: string, number: number, state: BulkBatchState, batchId?: string): void {
    this.connection.transaction(() =>
      this.database.run(
        'UPDATE bulk_batches SET state = ?, batch_id = coalesce(?, batch_id) WHERE job_id = ? AND number = ?',
        [state, batchId ?? null, jobId, number],
      ),
    );
  }

  /** Whether another batch of this size is being looked for too: then neither can be told apart. */
  hasTwin(jobId: string, batch: BulkBatch): boolean {
    const twin = this.database.get(
      `SELECT 1 FROM bulk_batches WHERE state IN ('sending', 'unsure') AND item_count = ?
         AND NOT (job_id = ? AND number = ?)`,
      [batch.itemCount, jobId, batch.number],
    );
    return twin !== undefined;
  }

  /** The provider's ids of all batches of all jobs. */
  batchIds(): ReadonlySet<string> {
    const rows = this.database.all('SELECT batch_id FROM bulk_batches WHERE batch_id IS NOT NULL');
    return new Set(rows.map((row) => String(row['batch_id'])));
  }

  /** Keeps what became of items that wait; others stay as they are. Answers with those that were kept. */
  settle(jobId: string, outcomes: readonly BulkOutcome[]): readonly BulkOutcome[] {
    return this.connection.transaction(() =>
      outcomes.filter(
        ({ id, state, answer, problem }) =>
          this.database.run(
            `UPDATE bulk_items SET state = ?, answer = ?, problem = ?
             WHERE id = ? AND job_id = ? AND state = 'waiting'`,
            [state, toJson(answer), toJson(problem), id, jobId],
          ) === 1,
      ),
    );
  }

  /** Ends a batch; what has no result by then will have none. */
  endBatch(jobId: string, number: number, rest: Pick<BulkOutcome, 'state' | 'problem'>): void {
    this.connection.transaction(() => {
      this.database.run(
        `UPDATE bulk_items SET state = ?, problem = ?
         WHERE job_id = ? AND batch_number = ? AND state = 'waiting'`,
        [rest.state, toJson(rest.problem), jobId, number],
      );
      this.database.run("UPDATE bulk_batches SET state = 'ended' WHERE job_id = ? AND number = ?", [
        jobId,
        number,
      ]);
    });
  }

  /** The user cancels: what has not been sent will not be. */
  cancel(jobId: string): void {
    this.connection.transaction(() =>
      this.database.run('UPDATE bulk_jobs SET is_cancelled = 1 WHERE id = ?', [jobId]),
    );
  }

  /** True for the one window that tells the user of the job's end. */
  announce(jobId: string): boolean {
    return this.connection.transaction(
      () =>
        this.database.run(
          'UPDATE bulk_jobs SET is_announced = 1 WHERE id = ? AND is_announced = 0',
          [jobId],
        ) === 1,
    );
  }

  /** Settles what the user decided about an answer or a failure; an answer is not kept any longer. */
  review(itemId: string, review: 'applied' | 'discarded'): void {
    this.connection.transaction(() =>
      this.database.run('UPDATE bulk_items SET review = ?, answer = NULL WHERE id = ?', [
        review,
        itemId,
      ]),
    );
  }

  remove(jobId: string): void {
    this.connection.transaction(() =>
      this.database.run('DELETE FROM bulk_jobs WHERE id = ?', [jobId]),
    );
  }

  private renew(jobId: string, { owner, nowMs, untilMs }: BulkLease): boolean {
    return (
      this.database.run(
        `UPDATE bulk_jobs SET lease_owner = ?, lease_until = ?
         WHERE id = ? AND (lease_owner IS NULL OR lease_owner = ? OR lease_until <= ?)`,
        [owner, untilMs, jobId, owner, nowMs],
      ) === 1
    );
  }

  private toJob(row: SqlRow): BulkJob | undefined {
    const id = String(row['id']);
    const task = String(row['task']);
    // A task of another version of Slipstream is left to that version.
    return isBulkTask(task)
      ? {
          id,
          workspace: String(row['workspace']),
          task,
          model: String(row['model']),
          ...(row['endpoint'] === null ? {} : { endpoint: String(row['endpoint']) }),
          createdAtMs: Number(row['created_at']),
          isCancelled: row['is_cancelled'] === 1,
          isAnnounced: row['is_announced'] === 1,
          batches: this.database
            .all('SELECT * FROM bulk_batches WHERE job_id = ? ORDER BY number', [id])
            .map(toBatch),
          counts: this.countItems(id),
        }
      : undefined;
  }

  private countItems(jobId: string): BulkCounts {
    const row = this.database.get(
      `SELECT count(*) AS total,
         count(*) FILTER (WHERE state = 'waiting') AS waiting,
         count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
         count(*) FILTER (WHERE state NOT IN ('waiting', 'succeeded') AND review = 'open') AS failed,
         count(*) FILTER (WHERE state = 'succeeded' AND review = 'open') AS open
       FROM bulk_items WHERE job_id = ?`,
      [jobId],
    );
    const count = (name: keyof BulkCounts): number => Number(row?.[name] ?? 0);
    return {
      total: count('total'),
      waiting: count('waiting'),
      succeeded: count('succeeded'),
      failed: count('failed'),
      open: count('open'),
    };
  }
}

function toBatch(row: SqlRow): BulkBatch {
  return {
    number: Number(row['number']),
    // The column's own check allows no others.
    state: String(row['state']) as BulkBatchState,
    itemCount: Number(row['item_count']),
    ...(row['batch_id'] === null ? {} : { batchId: String(row['batch_id']) }),
    ...(row['sending_since'] === null ? {} : { sendingSinceMs: Number(row['sending_since']) }),
  };
}

function toItem(row: SqlRow): BulkItem {
  const problem = fromJson(row['problem']);
  return {
    id: String(row['id']),
    batchNumber: Number(row['batch_number']),
    path: String(row['path']),
    hash: String(row['hash']),
    state: String(row['state']) as BulkItemState,
    review: String(row['review']) as BulkItem['review'],
    ...(problem === undefined ? {} : { problem }),
  };
}

function toJson(text: string | undefined): string | null {
  return text === undefined ? null : JSON.stringify(text);
}

function fromJson(json: unknown): string | undefined {
  return typeof json === 'string' ? String(JSON.parse(json)) : undefined;
}

import type { Clock } from '../../../base/clock.ts';
import { isCancellation } from '../../../base/errors.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { type ObjectPoolCounts, sumOfCounts } from '../../../base/objectPool.ts';
import { ServerAwayError } from '../../team/serverErrors.ts';
import type { StoreFigures } from '../storeConnection.ts';
import type { PostgresAddress } from './postgresAddress.ts';
import type { PostgresConnection } from './postgresConnection.ts';
import { errorCode } from './postgresErrors.ts';
import { type PostgresLogin, PostgresPool } from './postgresPool.ts';
import type { PostgresValue, SqlResult } from './postgresValues.ts';
import { ReplicaLag } from './replicaLag.ts';
import { classOf, type StatementClass } from './statementClass.ts';
import { type StatementTag, tagged } from './statementTag.ts';

export type PoolName = StatementClass;

export interface DatabasePoolsOptions extends PostgresLogin {
  readonly clock: Clock;
  /** A server that follows the primary, for reading; the same user and password. */
  readonly replica?: PostgresAddress;
  /** Of all pools together, on each server. At least one for each pool. */
  readonly maxConnections?: number;
  /** Tables over which aggregates and windows go to `analytics`. */
  readonly bigTables?: readonly string[];
  /** For tests: other times than those of the product. */
  readonly times?: Partial<Record<PoolName, Partial<PoolTimes>>>;
}

export interface PoolTimes {
  readonly idleMs: number;
  readonly statementMs: number;
  readonly connectMs: number;
}

export interface StatementOptions extends StatementTag {
  /** Where to run it; by default where its text belongs. */
  readonly pool?: PoolName;
  /** Aborting it ends the statement on the server. */
  readonly signal?: AbortSignal;
}

export interface TransactionOptions extends StatementOptions {
  readonly pool: PoolName;
}

/** Statements of one transaction. Of no use after it. */
export interface PostgresTransaction {
  query(sql: string, values?: readonly PostgresValue[]): Promise<SqlResult>;
}

/** Hears of each statement or transaction when it is done. Must not throw. */
export type PoolObserver = (
  pool: PoolName,
  durationMs: number,
  isError: boolean,
  /** How much of it was waiting for a connection. */
  waitMs: number,
) => void;

/**
 * As few as keep a message's write from waiting for a search: a server has a hundred by default, and
 * a team has fifty editors with a window or two.
 */
const defaultMaxConnections = 4;
/** Of what is left after one for each: reading is most of what a window does. */
const shares: Readonly<Record<PoolName, number>> = { read: 0.6, write: 0.3, analytics: 0.1 };
/**
 * A list or a message is read or written in milliseconds, so what takes seconds is stuck. A month's
 * figures of a team read some gigabytes. Between two messages a user often takes a minute.
 */
const productTimes: Readonly<Record<PoolName, PoolTimes>> = {
  read: { idleMs: 60_000, statementMs: 10_000, connectMs: 10_000 },
  write: { idleMs: 60_000, statementMs: 15_000, connectMs: 10_000 },
  analytics: { idleMs: 10_000, statementMs: 60_000, connectMs: 10_000 },
};
/** More statements than the product has. */
const keptClasses = 500;
const readOnlyViolation = '25006';
const poolNames = ['read', 'write', 'analytics'] as const;

/**
 * The way to a team's PostgreSQL: pools for reading, writing and analytics, so that none waits for
 * another's statements, and each with limits of its own. Rejects with `ServerAwayError` or
 * `ServerRefusedError` where the server is the reason, else with what PostgreSQL said of the
 * statement, its SQLSTATE as `code`.
 */
export class DatabasePools implements Disposable {
  private readonly clock: Clock;
  private readonly primary: Readonly<Record<PoolName, PostgresPool>>;
  private readonly replica: Readonly<Record<'read' | 'analytics', PostgresPool>> | undefined;
  private readonly lag: ReplicaLag | undefined;
  private readonly bigTables: ReadonlySet<string>;
  private readonly classes = new Map<string, PoolName>();
  private readonly counted: Readonly<Record<PoolName, PoolCounts>>;
  private observer: PoolObserver | undefined;

  constructor(options: DatabasePoolsOptions) {
    this.clock = options.clock;
    this.bigTables = new Set(options.bigTables);
    const sizes = poolSizes(options.maxConnections ?? defaultMaxConnections);
    const make = (name: PoolName, replica?: PostgresAddress): PostgresPool =>
      new PostgresPool({
        ...options,
        address: replica ?? options.address,
        ...productTimes[name],
        ...options.times?.[name],
        name: `Slipstream ${name}`,
        maxConnections: sizes[name],
        isReadOnly: name !== 'write',
        acceptsReplica: replica !== undefined,
      });
    this.primary = { read: make('read'), write: make('write'), analytics: make('analytics') };
    this.counted = { read: newCounts(), write: newCounts(), analytics: newCounts() };
    const { replica } = options;
    if (replica) {
      this.replica = { read: make('read', replica), analytics: make('analytics', replica) };
      this.lag = this.createLag(this.replica.read);
    }
  }

  /** There is one observer at a time. */
  observeWith(observer: PoolObserver): void {
    this.observer = observer;
  }

  /** The connections of a pool, on all servers together. */
  poolCounts(name: PoolName): ObjectPoolCounts {
    const replica = name === 'write' ? undefined : this.replica?.[name];
    return sumOfCounts([this.primary[name].counts, ...(replica ? [replica.counts] : [])]);
  }

  /** What was asked through a pool so far. */
  figures(name: PoolName): StoreFigures {
    return { ...this.counted[name], queued: this.poolCounts(name).waiting };
  }

  /** Runs one statement by itself, with `$1` and so on for its values. */
  async query(
    sql: string,
    values: readonly PostgresValue[],
    options: StatementOptions,
  ): Promise<SqlResult> {
    const text = tagged(sql, options);
    const run = (connection: PostgresConnection): Promise<SqlResult> =>
      connection.query(text, values, options.signal);
    if (options.pool) {
      return this.use(options.pool, run, options.signal);
    }
    const found = this.classify(sql);
    try {
      return await this.use(found, run, options.signal);
    } catch (error) {
      if (found === 'write' || errorCode(error) !== readOnlyViolation) {
        throw error;
      }
      // It calls a function of the database's own that writes, which its text did not tell.
      this.classes.set(sql, 'write');
      return this.use('write', run, options.signal);
    }
  }

  /**
   * Runs statements that are kept together or not at all. What `work` throws undoes them. Rejecting
   * with `ServerAwayError` it does not say whether the end came before or after the commit.
   */
  transaction<T>(
    options: TransactionOptions,
    work: (transaction: PostgresTransaction) => Promise<T>,
  ): Promise<T> {
    const run = (connection: PostgresConnection): Promise<T> =>
      inTransaction(connection, options, work);
    return this.use(options.pool, run, options.signal);
  }

  /** Resolves when the primary has answered. */
  async check(signal?: AbortSignal): Promise<void> {
    const options = { operation: 'check', pool: 'write', ...(signal ? { signal } : {}) } as const;
    await this.query('SELECT 1', [], options);
  }

  /** Closes all connections at once; what is under way fails. */
  dispose(): void {
    for (const pool of this.all()) {
      pool.dispose();
    }
  }

  /** As `dispose`; resolves once they are closed. */
  async close(): Promise<void> {
    await Promise.all(this.all().map((pool) => pool.close()));
  }

  /** Where a statement belongs, as far as its text or its last failure tells. */
  classify(sql: string): PoolName {
    const known = this.classes.get(sql);
    if (known) {
      return known;
    }
    const found = classOf(sql, this.bigTables);
    if (this.classes.size >= keptClasses) {
      this.classes.clear();
    }
    this.classes.set(sql, found);
    return found;
  }

  private async use<T>(
    name: PoolName,
    run: (connection: PostgresConnection) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const start = this.clock.now();
    let waited = 0;
    let isError = true;
    const runCounted = async (connection: PostgresConnection, waitMs: number): Promise<T> => {
      waited += waitMs;
      const result = await run(connection);
      this.counted[name].written += connection.written;
      return result;
    };
    try {
      const result = await this.route(name, runCounted, signal);
      isError = false;
      return result;
    } catch (error) {
      isError = !isCancellation(error);
      throw error;
    } finally {
      if (name === 'write') {
        this.lag?.noteSeen();
      }
      this.count(name, this.clock.now() - start, isError, waited);
    }
  }

  private async route<T>(
    name: PoolName,
    run: (connection: PostgresConnection, waitMs: number) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const replica = name !== 'write' && this.lag?.mayRead() ? this.replica?.[name] : undefined;
    if (!replica) {
      return this.primary[name].use(run, signal);
    }
    try {
      return await replica.use(run, signal);
    } catch (error) {
      if (!(error instanceof ServerAwayError)) {
        throw error;
      }
      this.lag?.noteAway();
      return this.primary[name].use(run, signal);
    }
  }

  private createLag(replica: PostgresPool): ReplicaLag {
    const ask = async (pool: PostgresPool, sql: string, values: PostgresValue[]) => {
      const tag = { operation: 'replica.position' };
      const result = await pool.use((connection) => connection.query(tagged(sql, tag), values));
      return result.rows[0]?.['answer'];
    };
    return new ReplicaLag({
      clock: this.clock,
      readPosition: async () =>
        String(await ask(this.primary.write, 'SELECT pg_current_wal_insert_lsn() AS answer', [])),
      hasReached: async (position) => (await ask(replica, reachedSql, [position])) === 1,
    });
  }

  private count(name: PoolName, durationMs: number, isError: boolean, waitMs: number): void {
    const counts = this.counted[name];
    counts[name === 'write' ? 'commits' : 'reads'] += 1;
    counts.totalMs += durationMs;
    counts.errors += isError ? 1 : 0;
    this.observer?.(name, durationMs, isError, waitMs);
  }

  private all(): readonly PostgresPool[] {
    return [...Object.values(this.primary), ...Object.values(this.replica ?? {})];
  }
}

/** One that has been promoted since has everything that is. */
const reachedSql = `
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
    ELSE pg_current_wal_insert_lsn() END >= $1::pg_lsn AS answer`;

type PoolCounts = { -readonly [Name in Exclude<keyof StoreFigures, 'queued'>]: number };

function newCounts(): PoolCounts {
  return { reads: 0, commits: 0, written: 0, totalMs: 0, errors: 0 };
}

/** One for each, and of the others each its share; none is lost to rounding. */
export function poolSizes(maxConnections: number): Readonly<Record<PoolName, number>> {
  const free = Math.max(0, Math.floor(maxConnections) - poolNames.length);
  const write = 1 + Math.round(free * shares.write);
  const analytics = 1 + Math.round(free * shares.analytics);
  return { write, analytics, read: free + poolNames.length - write - analytics };
}

async function inTransaction<T>(
  connection: PostgresConnection,
  options: TransactionOptions,
  work: (transaction: PostgresTransaction) => Promise<T>,
): Promise<T> {
  const query: PostgresTransaction['query'] = (sql, values) =>
    connection.query(tagged(sql, options), values, options.signal);
  await query(
    options.pool === 'write' ? 'BEGIN' : 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  );
  try {
    const result = await work({ query });
    await connection.commit(tagged('COMMIT', options), options.signal);
    return result;
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
}

async function rollBack(connection: PostgresConnection): Promise<void> {
  if (connection.isBroken) {
    return;
  }
  try {
    await connection.query('ROLLBACK');
  } catch {
    // What broke the transaction says more; without its connection the server undoes it by itself.
    connection.abandon();
  }
}

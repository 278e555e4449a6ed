/** The one file that loads `pg`: itself to be loaded only where a team's database is set up. */
import { createSecureContext, getCACertificates } from 'node:tls';
import { Client, type ClientBase, Pool, type PoolClient, type PoolConfig } from 'pg';
import type { Clock } from '../../../base/clock.ts';
import { CancelledError, toError } from '../../../base/errors.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import type { ObjectPoolCounts } from '../../../base/objectPool.ts';
import { isCertificateError } from '../../model/failures.ts';
import { ServerAwayError } from '../../team/serverErrors.ts';
import { describeHosts, type PostgresAddress } from './postgresAddress.ts';
import { PostgresConnection } from './postgresConnection.ts';
import { errorCode, explainServerError } from './postgresErrors.ts';
import { parserOf } from './postgresValues.ts';

export interface PostgresLogin {
  readonly address: PostgresAddress;
  /** Absent where the server asks for none. */
  readonly password?: string;
  /** Certificates to trust besides Node's own, PEM. Asked when the server's is not accepted. */
  readonly moreAuthorities?: () => readonly string[];
  /**
   * Where names are looked for. None that others may make things in: a function of theirs that fits
   * better than PostgreSQL's own would run with the rights of whoever calls it.
   */
  readonly searchPath?: string;
}

export interface PostgresPoolOptions extends PostgresLogin {
  readonly clock: Clock;
  /** Shown on the server beside each session, for example `Slipstream write`. */
  readonly name: string;
  readonly maxConnections: number;
  /** How long a connection is kept without use, ms. */
  readonly idleMs: number;
  /** The longest that a statement may run, ms. */
  readonly statementMs: number;
  /** The longest that a caller waits for a connection, new or free, ms. */
  readonly connectMs: number;
  /** Connections that only read; the server refuses everything else. */
  readonly isReadOnly: boolean;
  /** Whether a server that follows another will do. */
  readonly acceptsReplica: boolean;
}

/** What the network may take on top of a statement's own time before a connection is given up, ms. */
const silenceGraceMs = 5_000;
/** Firewalls commonly forget a connection after five minutes without a word. */
const keepAliveMs = 60_000;
/** A transaction is a few statements, with no user's decision between them. */
const idleInTransactionMs = 15_000;
const readOnlyViolation = '25006';
const waitedTooLong = 'timeout exceeded when trying to connect';

const connectSql = `
  SELECT set_config('statement_timeout', $1, false),
    set_config('idle_in_transaction_session_timeout', $2, false),
    set_config('default_transaction_read_only', $3, false),
    set_config('search_path', coalesce($4, current_setting('search_path')), false),
    pg_is_in_recovery() AS is_replica`;

/** Connections to one server, or to the first of several that will do. */
export class PostgresPool implements Disposable {
  private readonly options: PostgresPoolOptions;
  private readonly pool: Pool;
  private readonly inUse = new Set<PostgresConnection>();
  private readonly counted = { created: 0, waits: 0, totalWaitMs: 0, dropped: 0 };
  private hostIndex = 0;
  private moreAuthorities: (() => readonly string[]) | undefined;
  private ending: Promise<void> | undefined;

  constructor(options: PostgresPoolOptions) {
    this.options = options;
    this.moreAuthorities = options.moreAuthorities;
    this.pool = new Pool({
      ...this.clientConfig(),
      max: options.maxConnections,
      idleTimeoutMillis: options.idleMs,
      onConnect: (client) => this.prepare(client),
    });
    this.pool.on('connect', () => {
      this.counted.created += 1;
    });
    // An idle connection was lost; the next caller gets another.
    this.pool.on('error', () => {
      this.counted.dropped += 1;
    });
  }

  get counts(): ObjectPoolCounts {
    const { totalCount, idleCount, waitingCount } = this.pool;
    const inUse = totalCount - idleCount;
    return { ...this.counted, inUse, idle: idleCount, waiting: waitingCount };
  }

  /** Runs `work` with a connection of its own, which goes back whatever comes of it. */
  async use<T>(
    work: (connection: PostgresConnection, waitMs: number) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const start = this.options.clock.now();
    const client = await this.acquire(signal);
    const connection = this.connectionOf(client);
    this.inUse.add(connection);
    // Without a listener, a connection that is lost between two statements would end the process.
    const onLost = (): void => connection.abandon();
    client.on('error', onLost);
    try {
      return await work(connection, this.options.clock.now() - start);
    } finally {
      this.inUse.delete(connection);
      client.off('error', onLost);
      this.counted.dropped += connection.isBroken ? 1 : 0;
      client.release(connection.isBroken);
    }
  }

  /** Closes all connections at once; what is under way fails. */
  dispose(): void {
    // Nobody is left to be told that a goodbye failed.
    this.close().catch(() => undefined);
  }

  /** As `dispose`; resolves once they are closed. */
  close(): Promise<void> {
    this.ending ??= this.pool.end();
    for (const connection of this.inUse) {
      connection.abandon();
    }
    return this.ending;
  }

  private connectionOf(client: Client): PostgresConnection {
    return new PostgresConnection({
      client,
      clock: this.options.clock,
      silenceMs: this.options.statementMs + silenceGraceMs,
      cancel: (processId) => this.cancel(processId),
      explain: (error) => this.explain(error),
    });
  }

  private async acquire(signal: AbortSignal | undefined): Promise<PoolClient> {
    const { clock, maxConnections } = this.options;
    const mustWait = this.pool.idleCount === 0 && this.pool.totalCount >= maxConnections;
    const start = clock.now();
    try {
      return await this.connectSomewhere(signal);
    } finally {
      this.counted.waits += mustWait ? 1 : 0;
      this.counted.totalWaitMs += mustWait ? clock.now() - start : 0;
    }
  }

  /** Tries each host once, and once more with the machine's own certificates. */
  private async connectSomewhere(signal: AbortSignal | undefined): Promise<PoolClient> {
    for (let left = this.options.address.hosts.length; ; ) {
      const { hostIndex } = this;
      try {
        return await this.connect(signal);
      } catch (error) {
        if (isCertificateError(error) && this.trustMore()) {
          continue;
        }
        const explained = this.explain(error);
        left -= 1;
        if (left === 0 || !(explained instanceof ServerAwayError) || isQueueTimeout(error)) {
          throw explained;
        }
        this.leaveHost(hostIndex);
      }
    }
  }

  /** The driver cannot take a waiting caller out of its queue: what comes too late goes back. */
  private connect(signal: AbortSignal | undefined): Promise<PoolClient> {
    if (signal?.aborted) {
      return Promise.reject(new CancelledError());
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(new CancelledError());
      signal?.addEventListener('abort', onAbort, { once: true });
      this.pool
        .connect()
        .then(
          (client) => {
            if (signal?.aborted) {
              client.release();
            }
            resolve(client);
          },
          (error: unknown) => reject(toError(error)),
        )
        .finally(() => signal?.removeEventListener('abort', onAbort));
    });
  }

  /** New connections go to the next host, unless another caller has seen to that. */
  private leaveHost(hostIndex: number): void {
    if (this.hostIndex === hostIndex) {
      this.hostIndex = (hostIndex + 1) % this.options.address.hosts.length;
      Object.assign(this.pool.options, this.hostConfig());
    }
  }

  private trustMore(): boolean {
    const more = this.moreAuthorities?.() ?? [];
    this.moreAuthorities = undefined;
    if (more.length === 0) {
      return false;
    }
    const secureContext = createSecureContext({ ca: [...getCACertificates('default'), ...more] });
    this.pool.options.ssl = { rejectUnauthorized: true, secureContext };
    return true;
  }

  /** Bounds what the session may do, and sees whether the server will do. */
  private async prepare(client: ClientBase): Promise<void> {
    const { statementMs, isReadOnly, acceptsReplica, searchPath = null } = this.options;
    const connection = this.connectionOf(client as Client);
    const limits = [
      `${statementMs}`,
      `${idleInTransactionMs}`,
      isReadOnly ? 'on' : 'off',
      searchPath,
    ];
    const { rows } = await connection.query(connectSql, limits);
    if (rows[0]?.['is_replica'] === 1 && !acceptsReplica) {
      throw new ServerAwayError(`The team's database at ${this.host} takes no writes now.`);
    }
  }

  /** Through a connection of its own: those of the pool may all be in use. */
  private async cancel(processId: number): Promise<void> {
    const client = new Client(this.clientConfig());
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT pg_cancel_backend($1)', [processId]);
    } finally {
      await client.end();
    }
  }

  private explain(error: unknown): unknown {
    const { address, isReadOnly } = this.options;
    if (isQueueTimeout(error)) {
      return new ServerAwayError('All connections to the team’s database are in use.', {
        cause: error,
      });
    }
    // Where only reading is allowed, it is the statement that was at the wrong place.
    if (isReadOnly && errorCode(error) === readOnlyViolation) {
      return error;
    }
    const { user, database } = address;
    return explainServerError(error, { host: this.host, user, database });
  }

  private get host(): string {
    return describeHosts(this.options.address);
  }

  private hostConfig(): { readonly host: string; readonly port: number } {
    const { hosts } = this.options.address;
    const { name = '', port = 0 } = hosts[this.hostIndex] ?? {};
    return { host: name, port };
  }

  /** Everything is said here, so that nothing is taken from environment variables. */
  private clientConfig(): PoolConfig {
    const { address, password, name, connectMs } = this.options;
    return {
      ...this.hostConfig(),
      user: address.user,
      database: address.database,
      // As a function, so that the driver looks for none in the user's files.
      password: () => password ?? '',
      ssl: address.usesTls ? (this.pool?.options.ssl ?? { rejectUnauthorized: true }) : false,
      application_name: name,
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveMs,
      options: '',
      types: { getTypeParser: parserOf },
    };
  }
}

function isQueueTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === waitedTooLong;
}

import type { Client } from 'pg';
import type { Clock } from '../../../base/clock.ts';
import { BugError, CancelledError, toError } from '../../../base/errors.ts';
import { ServerAwayError } from '../../team/serverErrors.ts';
import type { SqlRow } from '../database.ts';
import { errorCode, isLostConnection, queryCanceled } from './postgresErrors.ts';
import type { PostgresValue, SqlResult } from './postgresValues.ts';

export interface ConnectionParts {
  readonly client: Client;
  readonly clock: Clock;
  /**
   * The longest that anything may go unanswered before the connection is given up, ms. The server ends
   * statements earlier by itself, unless the network swallows what it says.
   */
  readonly silenceMs: number;
  /** Asks the server, through another connection, to end what this one does. */
  readonly cancel: (processId: number) => Promise<void>;
  readonly explain: (error: unknown) => unknown;
}

/** How long a statement that was told to end may take before its connection is closed, ms. */
const cancelPatienceMs = 2_000;

const changing: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** One session of the server, for one caller at a time. */
export class PostgresConnection {
  private readonly parts: ConnectionParts;
  private broken = false;
  private changed = 0;

  constructor(parts: ConnectionParts) {
    this.parts = parts;
  }

  /** Whether it must not be used again. */
  get isBroken(): boolean {
    return this.broken;
  }

  /** Rows that this caller's statements inserted, updated or deleted. */
  get written(): number {
    return this.changed;
  }

  get processId(): number {
    return 'processID' in this.parts.client ? Number(this.parts.client.processID) : 0;
  }

  /** Runs one statement, or several without values. Aborting the signal ends it on the server. */
  async query(
    sql: string,
    values: readonly PostgresValue[] = [],
    signal?: AbortSignal,
  ): Promise<SqlResult> {
    if (signal?.aborted) {
      throw new CancelledError();
    }
    const { client, clock, silenceMs, explain } = this.parts;
    const deadline = clock.setTimeout(() => this.abandon(), silenceMs);
    const cancelling = this.cancelOn(signal);
    try {
      // Without values it goes as text, which may hold several statements.
      const result = toResult(
        await client.query<SqlRow>(
          values.length === 0 ? { text: sql } : { text: sql, values: [...values] },
        ),
      );
      this.changed += changing.has(result.command) ? result.changed : 0;
      return result;
    } catch (error) {
      const explained = toError(explain(error));
      // One to a server that takes no writes any more is of no use either.
      this.broken ||= isLostConnection(error) || explained instanceof ServerAwayError;
      if (signal?.aborted && (this.broken || errorCode(error) === queryCanceled)) {
        throw new CancelledError();
      }
      throw explained;
    } finally {
      deadline.dispose();
      cancelling.dispose();
    }
  }

  /** Ends a transaction. Rejects where a statement of it had failed, for then nothing is kept. */
  async commit(sql: string, signal?: AbortSignal): Promise<void> {
    const { command } = await this.query(sql, [], signal);
    if (command !== 'COMMIT') {
      throw new BugError('A statement of the transaction failed, and so it was undone.');
    }
  }

  /** Closes it at once, whatever it is doing. */
  abandon(): void {
    this.broken = true;
    // Whoever waits for a statement is told; that it could not say goodbye is of no consequence.
    this.parts.client.end().catch(() => undefined);
  }

  private cancelOn(signal: AbortSignal | undefined): { dispose(): void } {
    if (!signal) {
      return { dispose: () => undefined };
    }
    let patience: { dispose(): void } | undefined;
    const cancel = (): void => {
      const { clock, cancel: askToEnd } = this.parts;
      patience = clock.setTimeout(() => this.abandon(), cancelPatienceMs);
      askToEnd(this.processId).catch(() => this.abandon());
    };
    signal.addEventListener('abort', cancel, { once: true });
    return {
      dispose: () => {
        signal.removeEventListener('abort', cancel);
        patience?.dispose();
      },
    };
  }
}

interface DriverResult {
  readonly rows: readonly SqlRow[];
  readonly rowCount: number | null;
  readonly command: string;
}

/** Of several statements, the last counts. */
function toResult(result: DriverResult | readonly DriverResult[]): SqlResult {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return { rows: last?.rows ?? [], changed: last?.rowCount ?? 0, command: last?.command ?? '' };
}

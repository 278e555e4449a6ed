import { Emitter } from '../../../base/emitter.ts';
import { BugError } from '../../../base/errors.ts';
import { lazy } from '../../../base/lazy.ts';
import type { SqlRow } from '../../store/database.ts';
import type { DatabasePools, PoolName } from '../../store/postgres/databasePools.ts';
import { isUniqueViolation } from '../../store/postgres/postgresErrors.ts';
import type { PostgresValue, SqlResult } from '../../store/postgres/postgresValues.ts';
import type { MessageRecord } from '../../store/records.ts';
import type { UsageCall } from '../../store/usageRecords.ts';
import { ServerAwayError, ServerRefusedError } from '../serverErrors.ts';
import type {
  Changes,
  MemberSpending,
  TeamMessage,
  TeamServer,
  TeamServerState,
  TeamThread,
} from '../teamServer.ts';
import { PostgresTeamThreads } from './postgresTeamThreads.ts';
import { prepareTeamDatabase } from './teamDatabaseSetup.ts';
import { callValues, headColumns, putCallsSql, toTeamThread } from './teamRows.ts';

export interface PostgresTeamServerParts {
  /** Closed with the server. */
  readonly pools: DatabasePools;
  /** The database user that this is. */
  readonly user: string;
}

/** Runs a statement against the team's database. */
export type TeamQuery = (
  operation: string,
  sql: string,
  values: readonly PostgresValue[],
  pool?: PoolName,
) => Promise<SqlResult>;

/** The team's database on PostgreSQL. */
export class PostgresTeamServer implements TeamServer {
  readonly threads: TeamServer['threads'];
  private readonly parts: PostgresTeamServerParts;
  private readonly states = new Emitter<TeamServerState>();
  /** Set up and joined, once. */
  private readonly prepared: () => Promise<void>;
  private current: TeamServerState = {
    kind: 'away',
    reason: 'The team’s database was not asked yet.',
  };

  constructor(parts: PostgresTeamServerParts) {
    this.parts = parts;
    this.prepared = lazy(() => prepareTeamDatabase(parts.pools, parts.user));
    this.threads = new PostgresTeamThreads(this.query);
  }

  readonly onDidChangeState = this.states.event;

  get state(): TeamServerState {
    return this.current;
  }

  async pushMessages(threadId: string, messages: readonly TeamMessage[]): Promise<boolean> {
    const records = messages.map(({ message }) => message);
    const { rows } = await this.query(
      'team.push',
      'SELECT slipstream.push_messages($1, $2, $3, $4, $5, $6, $7, $8) AS is_done',
      [
        threadId,
        Math.max(0, ...records.map(({ createdAt }) => createdAt)),
        records.map(({ id }) => id),
        records.map(({ turnId }) => turnId),
        records.map(({ role }) => role),
        records.map(({ ordinal }) => ordinal),
        messages.map(({ isSetAside }) => Number(isSetAside)),
        records.map((record) => JSON.stringify(record)),
      ],
      'write',
    );
    return rows[0]?.['is_done'] === 1;
  }

  async share(threadId: string, isShared: boolean): Promise<void> {
    const { changed } = await this.query(
      'team.share',
      `UPDATE slipstream.threads SET shared_at = CASE WHEN $2 = 0 THEN NULL
         ELSE coalesce(shared_at, extract(epoch FROM now()) * 1000) END WHERE id = $1`,
      [threadId, Number(isShared)],
    );
    if (changed === 0) {
      throw new BugError(`There is no thread ${threadId}.`);
    }
  }

  async changedThreads(
    workspace: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Changes<TeamThread>> {
    const [after, afterId] = splitCursor(cursor);
    // A transaction that is under way may have changed what this passes by: not beyond the oldest.
    const { rows } = await this.query(
      'team.heads',
      `SELECT ${headColumns}, changed::text AS cursor FROM slipstream.threads
       WHERE project = $1 AND (changed, id) > ($2::xid8, $3)
         AND changed < pg_snapshot_xmin(pg_current_snapshot())
       ORDER BY changed, id LIMIT $4`,
      [workspace, after, afterId, limit + 1],
    );
    return pageOf(rows, limit, cursor, toTeamThread);
  }

  async changedMessages(
    threadId: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Changes<TeamMessage>> {
    const [after, afterId] = splitCursor(cursor);
    const { rows } = await this.query(
      'team.messages',
      `SELECT id, body, is_aside, change::text AS cursor FROM slipstream.messages
       WHERE thread_id = $1 AND (change, id) > ($2::bigint, $3) ORDER BY change, id LIMIT $4`,
      [threadId, after, afterId, limit + 1],
    );
    return pageOf(rows, limit, cursor, (row) => ({
      message: JSON.parse(String(row['body'])) as MessageRecord,
      isSetAside: row['is_aside'] === 1,
    }));
  }

  async putCalls(calls: readonly UsageCall[]): Promise<void> {
    await this.query('team.calls', putCallsSql, callValues(calls));
  }

  async spending(month: string): Promise<readonly MemberSpending[]> {
    const sql = 'SELECT * FROM slipstream.spending($1)';
    const { rows } = await this.query('team.spending', sql, [month], 'analytics');
    return rows.map((row) => ({
      member: String(row['member']),
      calls: Number(row['calls']),
      usd: Number(row['usd']),
    }));
  }

  async check(): Promise<void> {
    await this.query('team.check', 'SELECT 1', []);
  }

  dispose(): void {
    this.states.dispose();
    this.parts.pools.dispose();
  }

  private readonly query: TeamQuery = async (operation, sql, values, pool) => {
    if (this.current.kind === 'refused') {
      // Nothing is tried before the user has done something about it, which makes another of this.
      throw new ServerRefusedError(this.current.reason);
    }
    try {
      await this.prepared();
      const options = { operation, ...(pool ? { pool } : {}) };
      const result = await this.parts.pools.query(sql, values, options);
      this.become({ kind: 'connected', reason: '' });
      return result;
    } catch (error) {
      this.note(error);
      throw error;
    }
  };

  private note(error: unknown): void {
    if (error instanceof ServerAwayError) {
      this.become({ kind: 'away', reason: error.message });
    } else if (error instanceof ServerRefusedError) {
      this.become({ kind: 'refused', reason: error.message });
    } else if (isUniqueViolation(error)) {
      this.become({ kind: 'connected', reason: '' });
    }
  }

  private become(state: TeamServerState): void {
    const { kind, reason } = this.current;
    if (kind !== state.kind || reason !== state.reason) {
      this.current = state;
      this.states.fire(state);
    }
  }
}

/** The number of a change, and the id of what was changed by it. */
function splitCursor(cursor: string | undefined): readonly [string, string] {
  const at = cursor?.indexOf('/') ?? -1;
  return cursor === undefined || at < 0 ? ['0', ''] : [cursor.slice(0, at), cursor.slice(at + 1)];
}

/** One row more than the limit tells that there are more. */
function pageOf<T>(
  rows: readonly SqlRow[],
  limit: number,
  cursor: string | undefined,
  convert: (row: SqlRow) => T,
): Changes<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    items: kept.map(convert),
    cursor: last ? `${String(last['cursor'])}/${String(last['id'])}` : (cursor ?? '0/'),
    hasMore: rows.length > limit,
  };
}

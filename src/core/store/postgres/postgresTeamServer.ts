import { BugError } from '../../../base/errors.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { noUsage } from '../../model/message.ts';
import type {
  Changes,
  MemberSpending,
  PushOutcome,
  TeamMessage,
  TeamServer,
  TeamServerState,
  TeamThread,
} from '../../team/teamServer.ts';
import type { SqlRow } from '../database.ts';
import { messageColumns } from '../messageStatements.ts';
import { threadRecordColumns, toThreadRecord } from '../threadRows.ts';
import { type UsageCall, usageCallRow } from '../usageRecords.ts';
import {
  type FeedHorizon,
  type FeedPlace,
  horizonStatement,
  placeOf,
  toChanges,
  toHorizon,
} from './changeFeed.ts';
import {
  DatabasePools,
  type DatabasePoolsOptions,
  type PostgresTransaction,
  type StatementOptions,
} from './databasePools.ts';
import { isConflict, isUniqueViolation } from './postgresErrors.ts';
import { executePlan } from './postgresPlan.ts';
import { teamCallsTable, teamSearchPath, teamTables } from './postgresSchema.ts';
import { PostgresThreadStore } from './postgresThreadStore.ts';
import type { PostgresValue } from './postgresValues.ts';
import { TeamConnection } from './teamConnection.ts';
import { explainRefusal } from './teamErrors.ts';
import { PushRefused, pushMessages, ThreadGone } from './teamPush.ts';
import { toWholeMessage, wholeMessages } from './teamStatements.ts';

/** Over these, sums and windows go to the pool for analytics. */
const bigTables = ['messages', 'tool_results', 'usage_calls'];
/** Two who write to the same threads in another order: one of them is done in milliseconds. */
const maxConflicts = 5;

export const changedThreadsStatement = `
  SELECT ${threadRecordColumns}, t.owner, t.shared_at, t.deleted_at, t.message_count, t.change, t.row
  FROM threads t
  WHERE t.workspace = $1 AND (t.change, t.row) > ($2::xid8, $3) AND t.change < $4::xid8
  ORDER BY t.change, t.row LIMIT $5`;

const withdrawnStatement = `
  SELECT w.thread_id, w.workspace, w.owner FROM withdrawn_threads w
  WHERE w.workspace = $1 AND w.change >= $2::xid8 AND w.change < $3::xid8 AND w.owner <> session_user`;

export const changedMessagesStatement = wholeMessages(
  `SELECT ${messageColumns}, m.set_aside_at, m.change, m.row FROM messages m
   WHERE m.thread_id = $1 AND (m.change, m.row) > ($2::xid8, $3) AND m.change < $4::xid8
   ORDER BY m.change, m.row LIMIT $5`,
  'm.change, m.row',
);

/** A team's database on PostgreSQL, as the member whose address this is sees it. */
export class PostgresTeamServer implements TeamServer {
  readonly threads: PostgresThreadStore;
  readonly pools: DatabasePools;
  private readonly connection: TeamConnection;
  private readonly options: DatabasePoolsOptions;

  /** Begins to connect. */
  constructor(options: DatabasePoolsOptions) {
    const { clock } = options;
    this.options = options;
    this.pools = new DatabasePools({ bigTables, searchPath: teamSearchPath, ...options });
    this.connection = new TeamConnection(this.pools, clock);
    const ask = this.ask.bind(this);
    this.threads = new PostgresThreadStore({ pools: this.pools, clock, ask });
    // What comes of it is in the state.
    this.connection.check().catch(() => undefined);
  }

  get state(): TeamServerState {
    return this.connection.state;
  }

  onDidChangeState(listener: (state: TeamServerState) => void): Disposable {
    return this.connection.onDidChangeState(listener);
  }

  async pushMessages(threadId: string, messages: readonly TeamMessage[]): Promise<PushOutcome> {
    const { address, clock } = this.options;
    const push = { threadId, messages, member: address.user, wallTimeMs: clock.wallTime() };
    try {
      await this.write('messages.push', (transaction) => pushMessages(transaction, push));
      return 'done';
    } catch (error) {
      if (error instanceof ThreadGone) {
        return 'gone';
      }
      if (isUniqueViolation(error) || error instanceof PushRefused) {
        return 'refused';
      }
      throw error;
    }
  }

  share(threadId: string, isShared: boolean): Promise<void> {
    const sharedAt = isShared ? this.options.clock.wallTime() : null;
    return this.write('threads.share', async (transaction) => {
      const { changed } = await transaction.query(
        `UPDATE threads SET shared_at = CASE WHEN $2::float8 IS NULL THEN NULL
           ELSE coalesce(shared_at, $2) END WHERE id = $1`,
        [threadId, sharedAt],
      );
      if (changed === 0) {
        throw new BugError(`There is no thread ${threadId}.`);
      }
    });
  }

  async changedThreads(
    workspace: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Changes<TeamThread>> {
    const feed = await this.feed(cursor);
    const { place, horizon } = feed;
    const values = [workspace, `${place.change}`, place.row, `${horizon.horizon}`, limit + 1];
    const rows = await this.query('threads.changed', changedThreadsStatement, values);
    const page = toChanges(rows, limit, feed, toTeamThread);
    // As far as this page goes: the next one goes on from there.
    const until = page.hasMore ? placeOf(page.cursor, horizon).change : horizon.horizon;
    if (until <= place.change) {
      return page;
    }
    const ends = [workspace, `${place.change}`, `${until}`];
    const withdrawn = await this.query('threads.withdrawn', withdrawnStatement, ends);
    return { ...page, items: [...page.items, ...withdrawn.map(toWithdrawn)] };
  }

  async changedMessages(
    threadId: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Changes<TeamMessage>> {
    const feed = await this.feed(cursor);
    const { place, horizon } = feed;
    const values = [threadId, `${place.change}`, place.row, `${horizon.horizon}`, limit + 1];
    const rows = await this.query('messages.changed', changedMessagesStatement, values);
    return toChanges(rows, limit, feed, (row) => ({
      message: toWholeMessage(row),
      isSetAside: row['set_aside_at'] !== null,
    }));
  }

  putCalls(calls: readonly UsageCall[]): Promise<void> {
    const operations = calls.map(
      (call) => ({ kind: 'put', table: teamCallsTable, row: usageCallRow(call) }) as const,
    );
    return this.write('ledger.put', (transaction) =>
      executePlan(transaction, teamTables, operations, false),
    );
  }

  async spending(month: string): Promise<readonly MemberSpending[]> {
    const sql = 'SELECT member, calls, usd FROM slipstream.team_spending($1)';
    const rows = await this.query('ledger.spending', sql, [month], 'analytics');
    return rows.map((row) => ({
      member: String(row['member']),
      calls: Number(row['calls']),
      usd: Number(row['usd']),
    }));
  }

  check(): Promise<void> {
    return this.connection.check();
  }

  /** Writes what waits, for a moment at most, while nobody waits for it. */
  dispose(): void {
    void this.close();
  }

  /** As `dispose`; resolves once all connections are closed. Never rejects. */
  async close(): Promise<void> {
    this.connection.dispose();
    await this.threads.flush();
    this.threads.dispose();
    await this.pools.close();
  }

  private async feed(
    cursor: string | undefined,
  ): Promise<{ readonly place: FeedPlace; readonly horizon: FeedHorizon }> {
    // Asked before the rows: whatever is below it then, the rows' own snapshot has.
    const [row] = await this.query('feed.horizon', horizonStatement, []);
    const horizon = toHorizon(row);
    return { place: placeOf(cursor, horizon), horizon };
  }

  private query(
    operation: string,
    sql: string,
    values: readonly PostgresValue[],
    pool: NonNullable<StatementOptions['pool']> = 'read',
  ): Promise<readonly SqlRow[]> {
    return this.ask(async () => (await this.pools.query(sql, values, { operation, pool })).rows);
  }

  private write(
    operation: string,
    work: (transaction: PostgresTransaction) => Promise<void>,
  ): Promise<void> {
    return this.ask(async () => {
      for (let conflicts = 0; ; conflicts += 1) {
        try {
          return await this.pools.transaction({ operation, pool: 'write' }, work);
        } catch (error) {
          if (!isConflict(error) || conflicts >= maxConflicts) {
            throw error;
          }
        }
      }
    });
  }

  private async ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.connection.ask(work);
    } catch (error) {
      throw explainRefusal(error);
    }
  }
}

function toTeamThread(row: SqlRow): TeamThread {
  const sharedAt = row['shared_at'] ?? null;
  return {
    thread: toThreadRecord(row),
    owner: String(row['owner']),
    ...(sharedAt === null ? {} : { sharedAt: Number(sharedAt) }),
    isDeleted: row['deleted_at'] !== null,
    isWithdrawn: false,
    messageCount: Number(row['message_count']),
  };
}

/** One that its owner has taken back is as good as deleted for all others, and holds nothing. */
function toWithdrawn(row: SqlRow): TeamThread {
  return {
    thread: {
      id: String(row['thread_id']),
      workspace: String(row['workspace']),
      title: '',
      isTitleByUser: false,
      systemPrompt: '',
      createdAt: 0,
      updatedAt: 0,
      usage: noUsage,
      costUsd: undefined,
    },
    owner: String(row['owner']),
    isDeleted: true,
    isWithdrawn: true,
    messageCount: 0,
  };
}

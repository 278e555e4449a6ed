/**
 * A team's thread list and a thread on PostgreSQL, as a member sees them through the rules of the
 * database: one statement on a covering index against an index that does not cover, against no index,
 * and against one query for each row. With `SLIPSTREAM_BENCH_FULL=1` at a million threads and twenty
 * million messages, which takes some 15 minutes and 20 GB of disk.
 */
import { messageStatements, pageValues } from '../../src/core/store/messageStatements.ts';
import { postgresDialect } from '../../src/core/store/postgres/postgresDialect.ts';
import type { PostgresTeamServer } from '../../src/core/store/postgres/postgresTeamServer.ts';
import type { PostgresValue } from '../../src/core/store/postgres/postgresValues.ts';
import { startTeam, type TestTeam } from '../servers/core/store/postgres/teamKit.ts';
import { fillTeamDatabase } from '../support/servers/teamRows.ts';
import { medianMs, printReport, rounded } from './support.ts';

const isFull = process.env['SLIPSTREAM_BENCH_FULL'] === '1';
const size = isFull
  ? { threads: 1_000_000, messagesPerThread: 20, workspaces: 100 }
  : { threads: 20_000, messagesPerThread: 20, workspaces: 10 };
const listRows = 20;
const pageMessages = 20;
const runs = 101;
/** For what reads tables as a whole. */
const fewRuns = isFull ? 5 : 21;
const workspace = 'w3';

const listIndex = `CREATE INDEX thread_list ON slipstream.threads
  (workspace, updated_at DESC, id DESC)`;
const covered = 'INCLUDE (title, message_count, owner, team_id, shared_at)';
const notDeleted = 'WHERE deleted_at IS NULL';

const tag = { operation: 'bench', pool: 'read' } as const;

/** Median time of what the product does; the first round warms up. */
async function listMs(server: PostgresTeamServer, times: number): Promise<number> {
  const list = async (): Promise<void> => {
    await server.threads.listThreads({ workspace, text: '', limit: listRows });
  };
  await medianMs(3, list);
  return medianMs(times, list);
}

async function changeIndex(team: TestTeam, ...statements: readonly string[]): Promise<void> {
  await team.administrator(
    `BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '1GB';
     ${statements.join(';')}; COMMIT`,
  );
}

/** The list, and then a question for each row: how many messages. */
async function listByRowsMs(server: PostgresTeamServer): Promise<number> {
  const query = (sql: string, values: readonly PostgresValue[]) =>
    server.pools.query(sql, values, tag);
  return medianMs(fewRuns, async () => {
    const { rows } = await query(
      `SELECT id, title, updated_at FROM threads WHERE workspace = $1 AND deleted_at IS NULL
       ORDER BY updated_at DESC, id DESC LIMIT $2`,
      [workspace, listRows],
    );
    for (const row of rows) {
      await query(
        `SELECT count(DISTINCT (turn_id, role)) FROM messages
         WHERE thread_id = $1 AND set_aside_at IS NULL`,
        [String(row['id'])],
      );
    }
  });
}

/** Messages first, and then two questions for each: tool uses, and results. */
async function openByRowsMs(server: PostgresTeamServer, threadId: string): Promise<number> {
  const query = (sql: string, values: readonly PostgresValue[]) =>
    server.pools.query(sql, values, tag);
  return medianMs(runs, async () => {
    const { rows } = await query(
      `SELECT * FROM (SELECT * FROM messages WHERE thread_id = $1 AND set_aside_at IS NULL
       ORDER BY ordinal DESC LIMIT $2) m ORDER BY ordinal`,
      [threadId, pageMessages],
    );
    for (const row of rows) {
      const id = [String(row['id'])];
      await query('SELECT * FROM tool_uses WHERE message_id = $1 ORDER BY position', id);
      await query('SELECT * FROM tool_results WHERE message_id = $1 ORDER BY row', id);
    }
  });
}

async function measureOpen(server: PostgresTeamServer): Promise<Record<string, number>> {
  // Another thread each time, so that it is not one page of memory that is measured.
  let next = 0;
  const nextThread = (): string => {
    next += 1;
    return `t${(next * 7_919 * 2 * size.workspaces) % size.threads}`;
  };
  const pageMs = await medianMs(runs, async () => {
    await server.threads.readPage(nextThread(), { limit: pageMessages });
  });
  const historyMs = await medianMs(runs, async () => {
    await server.threads.readHistory(nextThread());
  });
  const { page } = messageStatements(postgresDialect);
  const onServer = await server.pools.query(
    `EXPLAIN (ANALYZE, FORMAT TEXT) ${page}`,
    pageValues(nextThread(), pageMessages, Number.MAX_SAFE_INTEGER),
    { operation: 'bench', pool: 'write' },
  );
  const times = onServer.rows.map((row) => String(row['QUERY PLAN'])).join('\n');
  const byRowsMs = await openByRowsMs(server, nextThread());
  return {
    messages: pageMessages,
    pageMs: rounded(pageMs),
    onServerMs: Number(/Execution Time: ([\d.]+)/.exec(times)?.[1]),
    historyMs: rounded(historyMs),
    byRowsMs: rounded(byRowsMs),
    ratio: rounded(byRowsMs / pageMs),
  };
}

async function measureList(
  team: TestTeam,
  server: PostgresTeamServer,
): Promise<Record<string, number>> {
  const coveringMs = await listMs(server, runs);
  const searchMs = await medianMs(fewRuns, async () => {
    await server.threads.listThreads({ workspace, text: 'cart 1503', limit: listRows });
  });
  const byRowsMs = await listByRowsMs(server);
  await changeIndex(team, 'DROP INDEX slipstream.thread_list', `${listIndex} ${notDeleted}`);
  const plainMs = await listMs(server, runs);
  await changeIndex(team, 'DROP INDEX slipstream.thread_list, slipstream.thread_changes');
  const noIndexMs = await listMs(server, fewRuns);
  await changeIndex(team, `${listIndex} ${covered} ${notDeleted}`);
  return {
    rows: listRows,
    threadsInWorkspace: size.threads / size.workspaces,
    coveringMs: rounded(coveringMs),
    plainMs: rounded(plainMs),
    noIndexMs: rounded(noIndexMs),
    byRowsMs: rounded(byRowsMs),
    ratio: rounded(noIndexMs / coveringMs),
    ratioToPlainIndex: rounded(plainMs / coveringMs),
    ratioToRows: rounded(byRowsMs / coveringMs),
    searchMs: rounded(searchMs),
  };
}

const team = await startTeam({
  statementMs: 60 * 60_000,
  settings: [
    `shared_buffers = ${isFull ? '2GB' : '256MB'}`,
    'wal_level = minimal',
    'max_wal_senders = 0',
    'max_wal_size = 8GB',
  ],
});
try {
  const start = performance.now();
  await fillTeamDatabase((sql) => team.administrator(sql), size);
  const fillSeconds = (performance.now() - start) / 1_000;
  const server = team.member('alice');
  await server.check();
  const [sizes] = await team.administrator(
    `SELECT pg_total_relation_size('slipstream.messages') AS messages,
       pg_database_size(current_database()) AS all`,
  );
  const open = await measureOpen(server);
  const list = await measureList(team, server);
  printReport('teamThreads', {
    threads: size.threads,
    messages: size.threads * size.messagesPerThread,
    fillSeconds: rounded(fillSeconds),
    databaseGB: rounded(Number(sizes?.['all']) / 1e9),
    messagesGB: rounded(Number(sizes?.['messages']) / 1e9),
    open,
    list,
  });
} finally {
  await team.dispose();
}

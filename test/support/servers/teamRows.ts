export interface TeamRows {
  readonly threads: number;
  /** Of each thread: a question, an answer with a tool, a question, and so on. */
  readonly messagesPerThread: number;
  readonly workspaces: number;
}

type Run = (sql: string) => Promise<unknown>;

/**
 * Fills a team's database whose threads are empty, by statements over sets: a million threads in
 * minutes. Threads `t0`, `t1` … are dealt out to the workspaces `w0`, `w1` …; of each workspace alice
 * has every second thread, and bob has shared every other of the rest with her team. Every tenth message
 * has words to be found; of the others it would take minutes to make none.
 * @param run Runs statements as whoever runs the database, all in one session.
 */
export async function fillTeamDatabase(run: Run, rows: TeamRows): Promise<void> {
  const { threads, messagesPerThread, workspaces } = rows;
  // Triggers would do for each row what is known for all. A table that is emptied in the transaction
  // that fills it needs no log, and an index is made faster than kept.
  await run(`
    BEGIN;
    SET LOCAL statement_timeout = 0;
    SET LOCAL session_replication_role = replica;
    SET LOCAL search_path = slipstream;
    SET LOCAL maintenance_work_mem = '1GB';
    TRUNCATE threads, messages, tool_uses, tool_results, deltas, withdrawn_threads;
    INSERT INTO threads (id, workspace, title, is_title_by_user, created_at, updated_at,
      message_count, cost_usd, usage, system_prompt, owner, team_id, shared_at)
    SELECT 't' || n, 'w' || (n % ${workspaces}), 'Why is the total of cart ' || n || ' wrong?', 0,
      n, (n * 7919::bigint) % 1000003, ${messagesPerThread}, 0.1, '{}', '""',
      CASE WHEN (n / ${workspaces}) % 2 = 0 THEN 'alice' ELSE 'bob' END, 1,
      CASE WHEN (n / ${workspaces}) % 4 = 1 THEN 1 END
    FROM generate_series(0, ${threads - 1}) n;
    COMMIT`);
  await run(messagesSql(threads, messagesPerThread));
  await run(partsSql(threads, messagesPerThread));
  for (const table of ['threads', 'messages', 'tool_uses', 'tool_results']) {
    await run(`VACUUM (ANALYZE) slipstream.${table}`);
  }
}

const messageIndexes = [
  'CREATE UNIQUE INDEX message_order ON messages (thread_id, ordinal) WHERE set_aside_at IS NULL',
  'CREATE INDEX message_turn ON messages (thread_id, turn_id, role, ordinal) WHERE set_aside_at IS NULL',
  'CREATE INDEX message_changes ON messages (thread_id, change, row)',
  'CREATE INDEX message_words ON messages USING gin (words) WHERE set_aside_at IS NULL',
];

function messagesSql(threads: number, perThread: number): string {
  return `
    BEGIN;
    SET LOCAL statement_timeout = 0;
    SET LOCAL session_replication_role = replica;
    SET LOCAL search_path = slipstream;
    SET LOCAL maintenance_work_mem = '1GB';
    TRUNCATE messages, tool_uses, tool_results, deltas;
    DROP INDEX message_order, message_turn, message_changes, message_words;
    INSERT INTO messages (id, thread_id, turn_id, role, state, ordinal, created_at, details, text,
      blocks_encoding, blocks, author)
    SELECT 'm' || t || '-' || n, 't' || t, 'u' || (n / 2),
      CASE n % 2 WHEN 0 THEN 'user' ELSE 'assistant' END, CASE n % 2 WHEN 1 THEN 'done' END,
      n, t + n,
      CASE n % 2 WHEN 0 THEN '{"chips":[]}'
        ELSE '{"model":"claude-bench","usage":{},"durationMs":1}' END,
      CASE n % 10 WHEN 0 THEN 'Part ' || n || ' of cart ' || t ELSE '' END, 'plain', '\\x5b7b2274797065223a22746f6f6c5f757365227d5d'::bytea,
      'alice'
    FROM generate_series(0, ${threads - 1}) t, generate_series(0, ${perThread - 1}) n;
    ${messageIndexes.join(';\n')};
    COMMIT`;
}

/** A tool use and its result for the last answer of each thread. */
function partsSql(threads: number, perThread: number): string {
  const last = perThread - 1 - (perThread % 2);
  return `
    BEGIN;
    SET LOCAL statement_timeout = 0;
    SET LOCAL session_replication_role = replica;
    SET LOCAL search_path = slipstream;
    INSERT INTO tool_uses (message_id, position, tool_use_id, name, input)
    SELECT 'm' || t || '-${last}', 0, 'use', 'read_file', '{"path":"src/cart.ts"}'
    FROM generate_series(0, ${threads - 1}) t;
    INSERT INTO tool_results (message_id, tool_use_id, details, preview)
    SELECT 'm' || t || '-${last}', 'use',
      '{"status":"done","title":"Read src/cart.ts","durationMs":3,"changedPaths":[]}', '"const cart = [];"'
    FROM generate_series(0, ${threads - 1}) t;
    COMMIT`;
}

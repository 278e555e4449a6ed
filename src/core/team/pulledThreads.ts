import type { Database } from '../store/database.ts';
import { toSqlText } from '../store/messageRows.ts';
import { outboxMark } from './pulledMessages.ts';
import { type TeamLog, teamWorkspace } from './teamLog.ts';
import type { Changes, TeamThread } from './teamServer.ts';

/** Threads of a project that changed after a cursor. */
export interface PulledThreads extends Changes<TeamThread> {
  readonly project: string;
  readonly from: string | undefined;
}

/**
 * Brings what the server says of threads into those here, in one transaction: new ones without their
 * messages, which are fetched when one is opened. Titles by the last write that reached the server:
 * what has yet to be sent comes after. Returns the ids of those that are different now.
 */
export function applyThreads(log: TeamLog, pulled: PulledThreads): readonly string[] {
  const { database } = log.connection;
  return log.connection.transaction(() => {
    const changed = pulled.items.filter((head) => applyHead(log, database, pulled.project, head));
    database.run(
      `INSERT INTO team_projects (server, project, thread_cursor) VALUES (?, ?, ?)
       ON CONFLICT (server, project) DO UPDATE SET thread_cursor = excluded.thread_cursor`,
      [log.server, pulled.project, pulled.cursor],
    );
    return changed.map(({ thread }) => thread.id);
  });
}

function applyHead(log: TeamLog, database: Database, project: string, head: TeamThread): boolean {
  const { id } = head.thread;
  const mark = outboxMark(database);
  const local = database.get('SELECT title, deleted_at FROM threads WHERE id = ?', [id]);
  if (!local && head.isDeleted) {
    return false;
  }
  if (local && !log.stateNow(id)) {
    // The same database under another address: what of it was sent is not known here.
    log.noteWhole(id, project);
  }
  noteHead(log, database, project, head);
  if (!local) {
    insertThread(database, project, head);
  }
  const unsent = database
    .all('SELECT DISTINCT kind FROM team_outbox WHERE thread_id = ? AND row <= ?', [id, mark])
    .map((row) => String(row['kind']));
  if (!head.isWithdrawn) {
    update(database, head, new Set(unsent));
  }
  if (!unsent.includes('deleted') && !unsent.includes('new')) {
    hideOrShow(database, head);
  }
  database.run('DELETE FROM team_outbox WHERE row > ? AND thread_id = ?', [mark, id]);
  if (head.isDeleted && unsent.includes('new')) {
    // Somebody here has gone on with what was deleted elsewhere: that takes it back, if it is theirs.
    database.run("INSERT INTO team_outbox (thread_id, kind) VALUES (?, 'deleted')", [id]);
  }
  return true;
}

function noteHead(
  { server }: TeamLog,
  database: Database,
  project: string,
  { thread, owner, sharedAt }: TeamThread,
): void {
  database.run(
    `INSERT INTO team_threads (thread_id, server, project, owner, shared_at, is_known, is_behind)
     VALUES (?, ?, ?, ?, ?, 1, 1)
     ON CONFLICT (thread_id) DO UPDATE SET server = excluded.server, project = excluded.project,
       owner = excluded.owner, shared_at = excluded.shared_at, is_known = 1, is_behind = 1`,
    [thread.id, server, project, owner, sharedAt ?? null],
  );
}

function insertThread(database: Database, project: string, { thread, messageCount }: TeamThread) {
  database.run(
    `INSERT INTO threads (id, workspace, title, is_title_by_user, created_at, updated_at,
       message_count, cost_usd, usage, system_prompt)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      thread.id,
      teamWorkspace(project),
      toSqlText(thread.title),
      Number(thread.isTitleByUser),
      thread.createdAt,
      thread.updatedAt,
      messageCount,
      thread.costUsd ?? null,
      JSON.stringify(thread.usage),
      JSON.stringify(thread.systemPrompt),
    ],
  );
}

function update(
  database: Database,
  { thread, messageCount }: TeamThread,
  unsent: ReadonlySet<string>,
): void {
  const { id } = thread;
  database.run('UPDATE threads SET updated_at = max(updated_at, ?) WHERE id = ?', [
    thread.updatedAt,
    id,
  ]);
  if (!unsent.has('title')) {
    database.run('UPDATE threads SET title = ?, is_title_by_user = ? WHERE id = ?', [
      toSqlText(thread.title),
      Number(thread.isTitleByUser),
      id,
    ]);
  }
  if (!unsent.has('head')) {
    database.run('UPDATE threads SET usage = ?, cost_usd = ?, system_prompt = ? WHERE id = ?', [
      JSON.stringify(thread.usage),
      thread.costUsd ?? null,
      JSON.stringify(thread.systemPrompt),
      id,
    ]);
  }
  // Without messages here, what the server counts is all that is known.
  database.run(
    `UPDATE threads SET message_count = ? WHERE id = ?
       AND NOT EXISTS (SELECT 1 FROM messages WHERE thread_id = threads.id)`,
    [messageCount, id],
  );
}

function hideOrShow(database: Database, { thread: { id }, isDeleted }: TeamThread): void {
  if (isDeleted) {
    const sql = 'UPDATE threads SET deleted_at = updated_at WHERE id = ? AND deleted_at IS NULL';
    database.run(sql, [id]);
    return;
  }
  const sql = 'UPDATE threads SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL';
  if (database.run(sql, [id]) > 0) {
    // What was said while it could not be seen may lie before the place that was read to.
    database.run('UPDATE team_threads SET message_cursor = NULL WHERE thread_id = ?', [id]);
  }
}

import type { Database } from '../store/database.ts';
import { toSqlText } from '../store/messageRows.ts';
import { isShared, type TeamLog } from './teamLog.ts';
import { messageIds, readMessages, writeMessages } from './teamMessages.ts';

export interface ForkParts {
  readonly log: TeamLog;
  readonly wallTimeMs: number;
  readonly member: string;
  readonly newId: () => string;
  readonly threadId: string;
  /** Messages of this machine that the server does not have. */
  readonly added: readonly string[];
  /** Messages that were taken out of the conversation here, or into it, and not there. */
  readonly moved: readonly string[];
  /** Messages that the server tells of, which will be as it says. */
  readonly told: readonly string[];
  /** Whether nobody else is to see it, though others see the thread that it is made of. */
  readonly isPrivate?: boolean;
}

/**
 * Makes a thread of its own of a conversation as it is here, and takes what others don't know out of
 * the one that it was. Two members, or two machines, have gone on with it while they were apart:
 * both ways of going on are kept whole. Within a transaction. Returns the new thread's id.
 */
export function forkThread(parts: ForkParts): string {
  const { log, threadId, newId, isPrivate } = parts;
  const { database } = log.connection;
  const forkId = newId();
  const state = log.stateNow(threadId);
  const isForAll = state !== undefined && isShared(state) && isPrivate !== true;
  database.run(
    `INSERT INTO team_threads (thread_id, server, project, wanted_shared)
     SELECT ?, server, project, ? FROM team_threads WHERE thread_id = ?`,
    [forkId, isForAll ? 1 : null, threadId],
  );
  copyThread(database, forkId, parts);
  copyMessages(database, forkId, parts);
  if (isForAll) {
    database.run("INSERT INTO team_outbox (thread_id, kind) VALUES (?, 'share')", [forkId]);
  }
  takeBack(database, parts);
  // What files were before a turn goes with the turn.
  database.run(
    `UPDATE checkpoints SET thread_id = ? WHERE thread_id = ? AND kind = 'turn'
       AND id NOT IN (SELECT turn_id FROM messages WHERE thread_id = ?)`,
    [forkId, threadId, threadId],
  );
  return forkId;
}

function copyThread(database: Database, forkId: string, parts: ForkParts): void {
  const { threadId, member } = parts;
  const title = database.get('SELECT title FROM threads WHERE id = ?', [threadId])?.['title'];
  const name = toSqlText(`${String(title)} (continued by ${member})`);
  database.run(
    `INSERT INTO threads (id, workspace, title, is_title_by_user, created_at, updated_at, cost_usd,
       usage, system_prompt)
     SELECT ?, workspace, ?, 1, created_at, updated_at, cost_usd, usage, system_prompt
     FROM threads WHERE id = ?`,
    [forkId, name, threadId],
  );
}

function copyMessages(
  database: Database,
  forkId: string,
  { threadId, newId, wallTimeMs, added }: ForkParts,
): void {
  const own = new Set(added);
  const messages = readMessages(database, messageIds(database, threadId));
  const copies = [...messages.values()]
    // What was set aside and is known elsewhere stays where it is.
    .filter(({ message, isSetAside }) => !isSetAside || own.has(message.id))
    .map(({ message, isSetAside }) => ({
      message: { ...message, id: newId(), threadId: forkId },
      isSetAside,
    }));
  writeMessages(database, copies, wallTimeMs);
  for (const row of database.all('SELECT * FROM compactions WHERE thread_id = ? ORDER BY row', [
    threadId,
  ])) {
    database.run(
      `INSERT INTO compactions (id, thread_id, created_at, kept_from, plain_before, summary)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [
        newId(),
        forkId,
        ...['created_at', 'kept_from', 'plain_before', 'summary'].map(
          (column) => row[column] ?? null,
        ),
      ],
    );
  }
}

/** Leaves the thread as others know it. */
function takeBack(database: Database, { added, moved, told, wallTimeMs }: ForkParts): void {
  for (const id of added) {
    // Set aside first: that is what keeps the number of messages true.
    setAside(database, id, wallTimeMs);
    database.run('DELETE FROM messages WHERE id = ?', [id]);
  }
  const known = [...readMessages(database, moved).values()];
  for (const { message } of known.filter(({ isSetAside }) => !isSetAside)) {
    setAside(database, message.id, wallTimeMs);
  }
  for (const { message } of known.filter(({ isSetAside }) => isSetAside)) {
    database.run('UPDATE messages SET set_aside_at = NULL WHERE id = ?', [message.id]);
  }
  for (const id of [...added, ...moved, ...told]) {
    database.run('DELETE FROM team_outbox WHERE message_id = ?', [id]);
  }
}

function setAside(database: Database, id: string, wallTimeMs: number): void {
  database.run('UPDATE messages SET set_aside_at = ? WHERE id = ? AND set_aside_at IS NULL', [
    wallTimeMs,
    id,
  ]);
}

import type { SqlDialect } from './dialect.ts';

/** The statements that read messages, and what each takes for its places. */
export interface MessageStatements {
  /** `pageValues`. */
  readonly page: string;
  /** A thread's messages without what belongs to them. Thread. */
  readonly history: string;
  /** The tool uses of a thread's messages. Thread. */
  readonly uses: string;
  /** The whole results of a thread's tools. Thread. */
  readonly results: string;
  /** Tool use and thread. */
  readonly result: string;
}

/** Columns of a message that its record is made of. */
export const messageColumns = `
  m.id, m.thread_id, m.turn_id, m.role, m.state, m.ordinal, m.created_at, m.details, m.text,
  m.blocks_encoding, m.blocks`;

/** Of a tool's result: the whole content where it was too long for the preview. */
const resultColumns = `
  r.tool_use_id, r.details, CASE WHEN r.content IS NULL THEN r.preview END AS preview,
  r.content_encoding, r.content`;

export function messageStatements(dialect: SqlDialect): MessageStatements {
  // What is kept of an answer that is still being written, or was when the process ended.
  const deltas = `
    CASE WHEN m.state = 'running' THEN (
      SELECT ${dialect.jsonRows('d.block_index, d.kind, d.text', 'd.row')}
      FROM deltas d WHERE d.message_id = m.id) END AS deltas`;
  return {
    page: dialect.statement(pageSql(dialect, deltas)),
    // On SQLite a whole thread is read table by table: to join it as JSON takes twice as long.
    history: dialect.statement(`
      SELECT ${messageColumns}, ${deltas} FROM messages m
      WHERE m.thread_id = ? AND m.set_aside_at IS NULL ORDER BY m.ordinal`),
    uses: dialect.statement(`
      SELECT u.message_id, u.position, u.tool_use_id, u.name, u.input
      FROM messages m JOIN tool_uses u ON u.message_id = m.id
      WHERE m.thread_id = ? AND m.set_aside_at IS NULL`),
    results: dialect.statement(`
      SELECT r.message_id, ${resultColumns}
      FROM messages m JOIN tool_results r ON r.message_id = m.id
      WHERE m.thread_id = ? AND m.set_aside_at IS NULL ORDER BY r.row`),
    // Ids of tool uses may come again in one thread: the last one counts.
    result: dialect.statement(`
      SELECT ${resultColumns}
      FROM messages m JOIN tool_results r ON r.message_id = m.id AND r.tool_use_id = ?
      WHERE m.thread_id = ? AND m.set_aside_at IS NULL ORDER BY m.ordinal DESC LIMIT 1`),
  };
}

/** The values of `MessageStatements.page`: the last `limit` messages before an ordinal. */
export function pageValues(
  threadId: string,
  limit: number,
  beforeOrdinal: number,
): readonly (string | number)[] {
  const end = [threadId, beforeOrdinal];
  return [...end, threadId, ...end, Math.max(0, limit - 1)];
}

/**
 * One page in one statement, tool uses and previews of results included. The limit counts back from
 * the end to a message; the page starts where that message's turn does. The start is a plain
 * subquery, as both engines compute those once: joined, it was computed for every message. The plus
 * keeps SQLite from walking the thread up to the turn. Places are not numbered: older Nodes take
 * numbered ones for named.
 */
function pageSql(dialect: SqlDialect, deltas: string): string {
  return `
  SELECT ${messageColumns}, ${deltas},
    CASE WHEN m.role <> 'user' THEN (
      SELECT ${dialect.jsonRows('u.position, u.tool_use_id, u.name, u.input')}
      FROM tool_uses u WHERE u.message_id = m.id) END AS tool_uses,
    CASE WHEN m.role <> 'user' THEN (
      SELECT ${dialect.jsonRows('r.tool_use_id, r.details, r.preview', 'r.row')}
      FROM tool_results r WHERE r.message_id = m.id) END AS tool_results,
    CASE WHEN EXISTS (
      SELECT 1 FROM messages e
      WHERE e.thread_id = m.thread_id AND e.set_aside_at IS NULL AND e.ordinal < m.ordinal
    ) THEN 1 ELSE 0 END AS has_earlier
  FROM messages m
  WHERE m.thread_id = ? AND m.set_aside_at IS NULL AND m.ordinal < ?
    AND m.ordinal >= coalesce((
      SELECT min(+f.ordinal) FROM messages f
      WHERE f.thread_id = ? AND f.set_aside_at IS NULL AND f.turn_id = (
        SELECT n.turn_id FROM messages n
        WHERE n.thread_id = ? AND n.set_aside_at IS NULL AND n.ordinal < ?
        ORDER BY n.ordinal DESC LIMIT 1 OFFSET ?)
    ), ${Number.MIN_SAFE_INTEGER})
  ORDER BY m.ordinal`;
}

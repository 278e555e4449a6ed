import type { Database, SqlRow, SqlValue } from './database.ts';
import {
  damagedText,
  type MessageParts,
  readPacked,
  toMessage,
  toToolResult,
} from './messageRecords.ts';
import type { MessageRecord, ThreadPage, ToolResultRecord } from './records.ts';

const messageColumns = `
  m.id, m.thread_id, m.turn_id, m.role, m.state, m.ordinal, m.created_at, m.details, m.text,
  m.blocks_encoding, m.blocks`;

/** What is kept of an answer that is still being written, or was when the process ended. */
const deltasColumn = `
  iif(m.state <> 'running', NULL, (
    SELECT json_group_array(json_array(d.block_index, d.kind, d.text) ORDER BY d.row)
    FROM deltas d WHERE d.message_id = m.id)) AS deltas`;

/**
 * One page in one statement, tool uses and previews of results included. The limit counts back from
 * the end to a message; the page starts where that message's turn does. The start is a plain
 * subquery, as SQLite computes those once: joined, it was computed for every message. The plus keeps
 * SQLite from walking the thread up to the turn. Places are not numbered: older Nodes take numbered
 * ones for named.
 */
export const pageStatement = `
  SELECT ${messageColumns}, ${deltasColumn},
    iif(m.role = 'user', NULL, (
      SELECT json_group_array(json_array(u.position, u.tool_use_id, u.name, u.input))
      FROM tool_uses u WHERE u.message_id = m.id)) AS tool_uses,
    iif(m.role = 'user', NULL, (
      SELECT json_group_array(json_array(r.tool_use_id, r.details, r.preview) ORDER BY r.row)
      FROM tool_results r WHERE r.message_id = m.id)) AS tool_results,
    EXISTS (
      SELECT 1 FROM messages e
      WHERE e.thread_id = m.thread_id AND e.set_aside_at IS NULL AND e.ordinal < m.ordinal
    ) AS has_earlier
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

/** A whole thread is read table by table: to join it as JSON takes twice as long. */
const historyStatement = `
  SELECT ${messageColumns}, ${deltasColumn} FROM messages m
  WHERE m.thread_id = ? AND m.set_aside_at IS NULL ORDER BY m.ordinal`;
const usesStatement = `
  SELECT u.message_id, u.position, u.tool_use_id, u.name, u.input
  FROM messages m JOIN tool_uses u ON u.message_id = m.id
  WHERE m.thread_id = ? AND m.set_aside_at IS NULL`;
const resultColumns = `
  r.tool_use_id, r.details, iif(r.content IS NULL, r.preview, NULL) AS preview,
  r.content_encoding, r.content`;
const resultsStatement = `
  SELECT r.message_id, ${resultColumns}
  FROM messages m JOIN tool_results r ON r.message_id = m.id
  WHERE m.thread_id = ? AND m.set_aside_at IS NULL ORDER BY r.row`;

/** Ids of tool uses may come again in one thread: the last one counts. */
const resultStatement = `
  SELECT ${resultColumns}
  FROM messages m JOIN tool_results r ON r.message_id = m.id AND r.tool_use_id = ?
  WHERE m.thread_id = ? AND m.set_aside_at IS NULL ORDER BY m.ordinal DESC LIMIT 1`;

/** The last `limit` messages before an ordinal, and those that complete the first one's turn. */
export function readPage(
  database: Database,
  threadId: string,
  limit: number,
  beforeOrdinal: number,
): ThreadPage {
  const end = [threadId, beforeOrdinal];
  const rows = database.all(pageStatement, [...end, threadId, ...end, Math.max(0, limit - 1)]);
  const messages = rows.map((row) =>
    toMessage(row, {
      toolUses: list(row, 'tool_uses'),
      toolResults: list(row, 'tool_results').map(([id, details, preview]) =>
        toToolResult(String(id), String(details), JSON.parse(String(preview)) as string),
      ),
      deltas: list(row, 'deltas'),
    }),
  );
  return { messages, hasEarlier: rows[0]?.['has_earlier'] === 1 };
}

/** All messages of a thread, with whole results. */
export function readHistory(database: Database, threadId: string): readonly MessageRecord[] {
  // One transaction, so that the three statements see the same moment.
  return snapshot(database, () => {
    const toolUses = grouped(database.all(usesStatement, [threadId]), (row) => [
      row['position'] ?? null,
      row['tool_use_id'] ?? null,
      row['name'] ?? null,
      row['input'] ?? null,
    ]);
    const toolResults = grouped(database.all(resultsStatement, [threadId]), wholeResult);
    return database.all(historyStatement, [threadId]).map((row) => {
      const id = String(row['id']);
      const parts: MessageParts = {
        toolUses: toolUses.get(id) ?? [],
        toolResults: toolResults.get(id) ?? [],
        deltas: list(row, 'deltas'),
      };
      return toMessage(row, parts);
    });
  });
}

/** The whole result of one tool use. */
export function readToolResult(
  database: Database,
  threadId: string,
  toolUseId: string,
): ToolResultRecord | undefined {
  const row = database.get(resultStatement, [toolUseId, threadId]);
  return row && wholeResult(row);
}

function snapshot<T>(database: Database, read: () => T): T {
  database.exec('BEGIN');
  try {
    return read();
  } finally {
    database.exec('COMMIT');
  }
}

function wholeResult(row: SqlRow): ToolResultRecord {
  const content =
    row['content'] === null
      ? JSON.parse(String(row['preview']))
      : (readPacked(row['content'], row['content_encoding']) ?? damagedText);
  return toToolResult(
    String(row['tool_use_id']),
    String(row['details']),
    content as ToolResultRecord['content'],
  );
}

/** Rows by their message's id. */
function grouped<T>(
  rows: readonly SqlRow[],
  convert: (row: SqlRow) => T,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const id = String(row['message_id']);
    const group = groups.get(id) ?? [];
    groups.set(id, group);
    group.push(convert(row));
  }
  return groups;
}

function list(row: SqlRow, column: string): readonly (readonly SqlValue[])[] {
  const value = row[column];
  return typeof value === 'string' ? (JSON.parse(value) as SqlValue[][]) : [];
}

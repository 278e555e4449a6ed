import { isDeepStrictEqual } from 'node:util';
import { execute, type WriteOperation } from '../store/batchPlan.ts';
import type { Database, SqlRow, SqlValue } from '../store/database.ts';
import { damagedText, readPacked, toMessage, toToolResult } from '../store/messageRecords.ts';
import { messageOperations } from '../store/messageRows.ts';
import type { ToolResultRecord } from '../store/records.ts';
import { messagesTable, threadTables } from '../store/threadSchema.ts';
import type { TeamMessage } from './teamServer.ts';

/** A message of this machine, in the conversation or not, as it is kept. */
export interface LocalMessage extends TeamMessage {
  /** Whether it is being written, or was when the window ended. */
  readonly isRunning: boolean;
}

/** Reads these messages with all that belongs to them; those that there are not are left out. */
export function readMessages(
  database: Database,
  ids: readonly string[],
): ReadonlyMap<string, LocalMessage> {
  const found = new Map<string, LocalMessage>();
  for (const id of ids) {
    const message = readMessage(database, id);
    if (message) {
      found.set(id, message);
    }
  }
  return found;
}

/** The ids of a thread's messages, those set aside included, in the order of the conversation. */
export function messageIds(database: Database, threadId: string): readonly string[] {
  const sql = 'SELECT id FROM messages WHERE thread_id = ? ORDER BY ordinal, row';
  return database.all(sql, [threadId]).map((row) => String(row['id']));
}

/**
 * Writes messages, each in or out of the conversation as it says: first those set aside leave their
 * places, then the others take theirs.
 */
export function writeMessages(
  database: Database,
  messages: readonly TeamMessage[],
  wallTimeMs: number,
): void {
  for (const { message } of messages.filter(({ isSetAside }) => isSetAside)) {
    database.run('UPDATE messages SET set_aside_at = ? WHERE id = ? AND set_aside_at IS NULL', [
      wallTimeMs,
      message.id,
    ]);
  }
  const inOrder = messages.toSorted((one, other) => one.message.ordinal - other.message.ordinal);
  execute(
    database,
    threadTables,
    inOrder.flatMap((one) => writeOperations(one, wallTimeMs)),
  );
}

/** Whether both say the same, so that nobody needs to be told. */
export function isSameMessage(one: TeamMessage | undefined, other: TeamMessage): boolean {
  return (
    one !== undefined &&
    one.isSetAside === other.isSetAside &&
    // What JSON leaves out is the same as what is undefined.
    isDeepStrictEqual(plain(one.message), plain(other.message))
  );
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function writeOperations(
  { message, isSetAside }: TeamMessage,
  wallTimeMs: number,
): readonly WriteOperation[] {
  const asideAt = isSetAside ? wallTimeMs : null;
  return messageOperations(message).map((operation) =>
    operation.kind === 'put' && operation.table === messagesTable
      ? { ...operation, row: { ...operation.row, set_aside_at: asideAt } }
      : operation,
  );
}

function readMessage(database: Database, id: string): LocalMessage | undefined {
  const row = database.get('SELECT * FROM messages WHERE id = ?', [id]);
  if (!row) {
    return undefined;
  }
  const uses = database.all(
    'SELECT position, tool_use_id, name, input FROM tool_uses WHERE message_id = ?',
    [id],
  );
  const results = database.all('SELECT * FROM tool_results WHERE message_id = ? ORDER BY row', [
    id,
  ]);
  const deltas = database.all(
    'SELECT block_index, kind, text FROM deltas WHERE message_id = ? ORDER BY row',
    [id],
  );
  const message = toMessage(row, {
    toolUses: uses.map((use) => values(use, ['position', 'tool_use_id', 'name', 'input'])),
    toolResults: results.map(wholeResult),
    deltas: deltas.map((delta) => values(delta, ['block_index', 'kind', 'text'])),
  });
  return {
    message,
    isSetAside: row['set_aside_at'] !== null,
    isRunning: row['state'] === 'running',
  };
}

function values(row: SqlRow, columns: readonly string[]): readonly SqlValue[] {
  return columns.map((column) => row[column] ?? null);
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

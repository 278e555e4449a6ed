import type { Database, SqlRow } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import { jsonRows, type MessageParts, toMessage, toPage, toWholeResult } from './messageRecords.ts';
import { messageStatements, pageValues } from './messageStatements.ts';
import type { MessageRecord, ThreadPage, ToolResultRecord } from './records.ts';

const statements = messageStatements(sqliteDialect);

/** The last `limit` messages before an ordinal, and those that complete the first one's turn. */
export function readPage(
  database: Database,
  threadId: string,
  limit: number,
  beforeOrdinal: number,
): ThreadPage {
  return toPage(database.all(statements.page, pageValues(threadId, limit, beforeOrdinal)));
}

/** All messages of a thread, with whole results. */
export function readHistory(database: Database, threadId: string): readonly MessageRecord[] {
  // One transaction, so that the three statements see the same moment.
  return snapshot(database, () => {
    const toolUses = grouped(database.all(statements.uses, [threadId]), (row) => [
      row['position'] ?? null,
      row['tool_use_id'] ?? null,
      row['name'] ?? null,
      row['input'] ?? null,
    ]);
    const toolResults = grouped(database.all(statements.results, [threadId]), toWholeResult);
    return database.all(statements.history, [threadId]).map((row) => {
      const id = String(row['id']);
      const parts: MessageParts = {
        toolUses: toolUses.get(id) ?? [],
        toolResults: toolResults.get(id) ?? [],
        deltas: jsonRows(row, 'deltas'),
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
  const row = database.get(statements.result, [toolUseId, threadId]);
  return row && toWholeResult(row);
}

function snapshot<T>(database: Database, read: () => T): T {
  database.exec('BEGIN');
  try {
    return read();
  } finally {
    database.exec('COMMIT');
  }
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

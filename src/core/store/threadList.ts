import type { Database, SqlValue } from './database.ts';
import { ftsQuery, sqliteDialect } from './dialect.ts';
import {
  type ListQuery,
  ListStatements,
  onOneLine,
  type ThreadList,
  toList,
  toListRow,
} from './threadListQuery.ts';

const statements = new ListStatements(sqliteDialect);

/** About a line of the list. */
const excerptWords = 16;

/** One page of the thread list: all threads, or those with the words in their title or a message. */
export function listThreads(database: Database, query: ListQuery, isIndexed: boolean): ThreadList {
  const { sql, values, kind, words } = statements.plan(query, isIndexed);
  const match = ftsQuery(words);
  const rows = database.all(sql, values).map((row) => {
    const found = row['message_row'] ?? null;
    const excerpt = kind === 'words' ? indexedExcerpt(database, match, found) : undefined;
    return excerpt === undefined ? toListRow(row, words) : { ...toListRow(row), excerpt };
  });
  return toList(rows, query);
}

function indexedExcerpt(database: Database, match: string, row: SqlValue): string | undefined {
  if (row === null) {
    return undefined;
  }
  // Node binds numbers as REAL, and FTS5 passes over a rowid that is not an INTEGER.
  const sql = `
    SELECT snippet(text_search, 0, '‹', '›', '…', ${excerptWords}) AS excerpt
    FROM text_search WHERE text_search MATCH ? AND rowid = CAST(? AS INTEGER)`;
  const found = database.get(sql, [match, row]);
  return found && onOneLine(String(found['excerpt']));
}

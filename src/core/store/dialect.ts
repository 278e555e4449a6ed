/**
 * The few things in which SQLite and PostgreSQL differ for the statements that both run. Those are
 * written once, as functions of the dialect, with `?` for each value. Each engine makes its own of
 * them when its module is loaded, so that nothing is put together while somebody waits.
 */
export interface SqlDialect {
  /** A statement as the engine takes it. */
  statement(sql: string): string;
  /** Aggregates rows to a JSON list of lists; null or an empty list where there are none. */
  jsonRows(columns: string, orderBy?: string): string;
  /** Compares with a pattern, whatever the case of its letters. */
  readonly like: 'LIKE' | 'ILIKE';
  readonly words: WordSearch;
}

/** How an engine finds beginnings of words through its index. */
export interface WordSearch {
  /** Selects `thread_id` and `row`: of each thread with such messages, the last of them. */
  readonly messages: string;
  /** Whether the title of the thread `t` has the words. */
  readonly title: string;
  /** The column that an excerpt is made of, where `found.row` is a message's. */
  readonly excerptSource: string;
  /** What each of the two takes for its places. */
  values(workspace: string, words: readonly string[]): readonly string[];
}

/** SQLite as the extension host brings it along. */
export const sqliteDialect: SqlDialect = {
  statement: (sql) => sql,
  jsonRows: (columns, orderBy) =>
    `json_group_array(json_array(${columns})${orderBy ? ` ORDER BY ${orderBy}` : ''})`,
  like: 'LIKE',
  words: {
    messages: `
      SELECT m.thread_id, max(m.row) AS row
      FROM text_search s JOIN messages m INDEXED BY message_thread ON m.row = s.rowid
      WHERE s.text_search MATCH ? GROUP BY m.thread_id`,
    title: 't.row IN (SELECT rowid FROM title_search WHERE title_search MATCH ?)',
    excerptSource: 'found.row AS message_row',
    values: (_, words) => [ftsQuery(words)],
  },
};

/** The words as FTS5 takes them: beginnings of words, and nothing of them is its language. */
export function ftsQuery(words: readonly string[]): string {
  return words.map((word) => `"${word.replaceAll('"', '""')}"*`).join(' ');
}

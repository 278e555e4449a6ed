import type { Database, SqlRow, SqlValue } from './database.ts';
import type { ThreadListRow, ThreadStore } from './records.ts';

type ListQuery = Parameters<ThreadStore['listThreads']>[0];
type ThreadList = Awaited<ReturnType<ThreadStore['listThreads']>>;

const columns = 't.id, t.title, t.updated_at, t.message_count';
const listed = 't.workspace = ? AND t.deleted_at IS NULL';
const afterCursor = 'AND (t.updated_at, t.id) < (?, ?)';
const newestFirst = 'ORDER BY t.updated_at DESC, t.id DESC LIMIT ?';

/** Threads of a workspace, newest first. Answered by the index `thread_list` alone. */
export function listStatement(hasCursor: boolean): string {
  return `SELECT ${columns} FROM threads t WHERE ${listed} ${hasCursor ? afterCursor : ''} ${newestFirst}`;
}

/** More than anybody types; each costs a look into the index. */
const maxWords = 12;
/** Longer than any word; SQLite refuses patterns of 50,000 bytes. */
const maxWordCharacters = 100;
/** About a line of the list. */
const excerptWords = 16;
const excerptCharactersBefore = 40;
const excerptCharacters = 120;

/** One page of the thread list: all threads, or those with the words in their title or a message. */
export function listThreads(database: Database, query: ListQuery, isIndexed: boolean): ThreadList {
  const rows = rowsOf(database, query, wordsOf(query.text), isIndexed);
  return { threads: rows.slice(0, query.limit), hasMore: rows.length > query.limit };
}

function wordsOf(text: string): readonly string[] {
  const words = text.replaceAll('\0', ' ').split(/\s+/).filter(Boolean);
  return words.slice(0, maxWords).map((word) => word.slice(0, maxWordCharacters));
}

function rowsOf(
  database: Database,
  query: ListQuery,
  words: readonly string[],
  isIndexed: boolean,
): readonly ThreadListRow[] {
  if (words.length === 0) {
    const sql = listStatement(query.before !== undefined);
    return database.all(sql, pageValues(query)).map(toListRow);
  }
  return isIndexed && words.every(isIndexable)
    ? searchByWords(database, query, words)
    : searchByScan(database, query, words);
}

/** Finds whole words and beginnings of words, through the index. */
function searchByWords(
  database: Database,
  query: ListQuery,
  words: readonly string[],
): readonly ThreadListRow[] {
  const match = words.map((word) => `"${word.replaceAll('"', '""')}"*`).join(' ');
  const sql = `
    WITH found AS MATERIALIZED (
      SELECT m.thread_id, max(m.row) AS row
      FROM text_search s JOIN messages m INDEXED BY message_thread ON m.row = s.rowid
      WHERE s.text_search MATCH ? GROUP BY m.thread_id)
    SELECT ${columns}, found.row AS message_row
    FROM threads t LEFT JOIN found ON found.thread_id = t.id
    WHERE ${listed} ${query.before ? afterCursor : ''}
      AND (found.row IS NOT NULL
        OR t.row IN (SELECT rowid FROM title_search WHERE title_search MATCH ?))
    ${newestFirst}`;
  const values = pageValues(query);
  const rows = database.all(sql, [match, ...values.slice(0, -1), match, ...values.slice(-1)]);
  return rows.map((row) => {
    const excerpt = indexedExcerpt(database, match, row['message_row'] ?? null);
    return excerpt === undefined ? toListRow(row) : { ...toListRow(row), excerpt };
  });
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

/** Finds the words anywhere in a text, by reading all of them: where there is no index. */
function searchByScan(
  database: Database,
  query: ListQuery,
  words: readonly string[],
): readonly ThreadListRow[] {
  const inText = words.map(() => `m.text LIKE ? ESCAPE '\\'`).join(' AND ');
  const inTitle = words.map(() => `t.title LIKE ? ESCAPE '\\'`).join(' AND ');
  const sql = `
    WITH found AS MATERIALIZED (
      SELECT m.thread_id, max(m.row) AS row FROM messages m
      WHERE m.set_aside_at IS NULL AND ${inText} GROUP BY m.thread_id)
    SELECT ${columns}, (SELECT m.text FROM messages m WHERE m.row = found.row) AS text
    FROM threads t LEFT JOIN found ON found.thread_id = t.id
    WHERE ${listed} ${query.before ? afterCursor : ''} AND (found.row IS NOT NULL OR ${inTitle})
    ${newestFirst}`;
  const patterns = words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  const values = pageValues(query);
  const rows = database.all(sql, [
    ...patterns,
    ...values.slice(0, -1),
    ...patterns,
    ...values.slice(-1),
  ]);
  return rows.map((row) => {
    const text = row['text'];
    const listRow = toListRow(row);
    return typeof text === 'string' ? { ...listRow, excerpt: excerptOf(text, words) } : listRow;
  });
}

/** The surroundings of the first of the words that is in the text. */
function excerptOf(text: string, words: readonly string[]): string {
  const lower = text.toLowerCase();
  const hits = words
    .map((word) => ({ word, at: lower.indexOf(word.toLowerCase()) }))
    .filter(({ at }) => at >= 0)
    .sort((left, right) => left.at - right.at);
  const { word, at } = hits[0] ?? { word: '', at: 0 };
  const start = Math.max(0, at - excerptCharactersBefore);
  const end = Math.min(text.length, start + excerptCharacters);
  const matchEnd = at + word.length;
  const marked = `${text.slice(start, at)}‹${text.slice(at, matchEnd)}›${text.slice(matchEnd, end)}`;
  return onOneLine(`${start > 0 ? '…' : ''}${marked}${end < text.length ? '…' : ''}`);
}

/**
 * Whether the index can find a word: it keeps letters and digits alone, and takes a run of a script
 * that writes no spaces for one word.
 */
function isIndexable(word: string): boolean {
  return (
    /[\p{L}\p{N}]/u.test(word) &&
    !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(
      word,
    )
  );
}

function pageValues({ workspace, before, limit }: ListQuery): readonly SqlValue[] {
  const cursor = before ? [before.updatedAt, before.id] : [];
  // One more than asked for tells whether there are more.
  return [workspace, ...cursor, limit + 1];
}

function toListRow(row: SqlRow): ThreadListRow {
  return {
    id: String(row['id']),
    title: String(row['title']),
    updatedAt: Number(row['updated_at']),
    messageCount: Number(row['message_count']),
  };
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

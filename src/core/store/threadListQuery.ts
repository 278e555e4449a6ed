import type { SqlRow, SqlValue } from './database.ts';
import type { SqlDialect } from './dialect.ts';
import type { ThreadListRow, ThreadStore } from './records.ts';

export type ListQuery = Parameters<ThreadStore['listThreads']>[0];
export type ThreadList = Awaited<ReturnType<ThreadStore['listThreads']>>;

/** What is to be run for a page of the thread list. */
export interface PlannedList {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** `all`: nothing is searched. `words`: by the word index. `scan`: by reading all texts. */
  readonly kind: 'all' | 'words' | 'scan';
  readonly words: readonly string[];
}

/** More than anybody types; each costs a look into the index. */
const maxWords = 12;
/** Longer than any word; SQLite refuses patterns of 50,000 bytes. */
const maxWordCharacters = 100;
/** About a line of the list. */
const excerptCharactersBefore = 40;
const excerptCharacters = 120;

const columns = 't.id, t.title, t.updated_at, t.message_count';
const listed = 't.workspace = ? AND t.deleted_at IS NULL';
const afterCursor = 'AND (t.updated_at, t.id) < (?, ?)';
const newestFirst = 'ORDER BY t.updated_at DESC, t.id DESC LIMIT ?';

/** The list's statements in one dialect. */
export class ListStatements {
  private readonly dialect: SqlDialect;
  private readonly plain: readonly [string, string];
  private readonly byWords: readonly [string, string];

  constructor(dialect: SqlDialect) {
    this.dialect = dialect;
    this.plain = [this.listAll(''), this.listAll(afterCursor)];
    this.byWords = [this.searchByWords(''), this.searchByWords(afterCursor)];
  }

  /** All threads, or those with the words in their title or a message. */
  plan(query: ListQuery, isIndexed: boolean): PlannedList {
    const words = wordsOf(query.text);
    const page = pageValues(query);
    const cursor = query.before ? 1 : 0;
    if (words.length === 0) {
      return { sql: this.plain[cursor], values: page, kind: 'all', words };
    }
    const isByWords = isIndexed && words.every(isIndexable);
    const found = isByWords
      ? this.dialect.words.values(query.workspace, words)
      : words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
    const first = isByWords ? found : [query.workspace, ...found];
    return {
      sql: isByWords ? this.byWords[cursor] : this.searchByScan(words.length, query),
      values: [...first, ...page.slice(0, -1), ...found, ...page.slice(-1)],
      kind: isByWords ? 'words' : 'scan',
      words,
    };
  }

  /** Newest first. Answered by the index `thread_list` alone. */
  private listAll(cursor: string): string {
    return this.dialect.statement(
      `SELECT ${columns} FROM threads t WHERE ${listed} ${cursor} ${newestFirst}`,
    );
  }

  /** Finds whole words and beginnings of words, through the index. */
  private searchByWords(cursor: string): string {
    const { messages, title, excerptSource } = this.dialect.words;
    return this.dialect.statement(`
      WITH found AS MATERIALIZED (${messages})
      SELECT ${columns}, ${excerptSource}
      FROM threads t LEFT JOIN found ON found.thread_id = t.id
      WHERE ${listed} ${cursor} AND (found.row IS NOT NULL OR ${title})
      ${newestFirst}`);
  }

  /** Finds the words anywhere in a text, by reading all of them: where no index can. */
  private searchByScan(wordCount: number, { before }: ListQuery): string {
    const like = (text: string): string =>
      Array.from({ length: wordCount }, () => `${text} ${this.dialect.like} ? ESCAPE '\\'`).join(
        ' AND ',
      );
    return this.dialect.statement(`
      WITH found AS MATERIALIZED (
        SELECT m.thread_id, max(m.row) AS row FROM messages m
        WHERE m.thread_id IN (SELECT s.id FROM threads s WHERE s.workspace = ?)
          AND m.set_aside_at IS NULL AND ${like('m.text')}
        GROUP BY m.thread_id)
      SELECT ${columns}, (SELECT m.text FROM messages m WHERE m.row = found.row) AS text
      FROM threads t LEFT JOIN found ON found.thread_id = t.id
      WHERE ${listed} ${before ? afterCursor : ''}
        AND (found.row IS NOT NULL OR ${like('t.title')})
      ${newestFirst}`);
  }
}

/** A row of the list; with an excerpt where the row has the text that was found. */
export function toListRow(row: SqlRow, words: readonly string[] = []): ThreadListRow {
  const text = row['text'];
  return {
    id: String(row['id']),
    title: String(row['title']),
    updatedAt: Number(row['updated_at']),
    messageCount: Number(row['message_count']),
    ...(typeof text === 'string' ? { excerpt: excerptOf(text, words) } : {}),
  };
}

/** The page of the rows, of which there may be one more than asked for. */
export function toList(rows: readonly ThreadListRow[], { limit }: ListQuery): ThreadList {
  return { threads: rows.slice(0, limit), hasMore: rows.length > limit };
}

export function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function wordsOf(text: string): readonly string[] {
  const words = text.replaceAll('\0', ' ').split(/\s+/).filter(Boolean);
  return words.slice(0, maxWords).map((word) => word.slice(0, maxWordCharacters));
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
  const match = word === '' ? '' : `‹${text.slice(at, matchEnd)}›`;
  const marked = `${text.slice(start, at)}${match}${text.slice(matchEnd, end)}`;
  return onOneLine(`${start > 0 ? '…' : ''}${marked}${end < text.length ? '…' : ''}`);
}

import type { SqlDialect } from '../dialect.ts';

/** PostgreSQL, with the functions of the team's schema. */
export const postgresDialect: SqlDialect = {
  statement: numbered,
  jsonRows: (columns, orderBy) =>
    `json_agg(json_build_array(${columns})${orderBy ? ` ORDER BY ${orderBy}` : ''})`,
  like: 'ILIKE',
  words: {
    messages: 'SELECT f.thread_id, f.row FROM slipstream.found_messages(?, ?) f',
    title: 't.row IN (SELECT slipstream.found_titles(?, ?))',
    excerptSource: '(SELECT m.text FROM messages m WHERE m.row = found.row) AS text',
    values: (workspace, words) => [workspace, tsQuery(words)],
  },
};

/**
 * The words as a `tsquery`: each is a beginning of a word, or of the last of several that signs
 * part, which then stand one after another. Made of letters and digits as `slipstream.words` has them.
 */
export function tsQuery(words: readonly string[]): string {
  return words.map(wordQuery).filter(Boolean).join(' & ');
}

function wordQuery(word: string): string {
  const tokens = word
    .normalize('NFD')
    .replace(/[\u0300-\u036f]+/g, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((token) => `'${token}'`);
  return tokens.length === 0 ? '' : `(${tokens.join(' <-> ')}:*)`;
}

/** `$1` and so on in the place of each `?`: no statement of ours has one in a text. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => {
    count += 1;
    return `$${count}`;
  });
}

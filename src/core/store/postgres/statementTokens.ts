/** A word, a name in quotes or one other character of a statement. */
export interface Token {
  readonly kind: 'word' | 'name' | 'sign';
  /** Words in lower case, as the server takes them; names without their quotes. */
  readonly text: string;
}

const space = /\s+/y;
const lineComment = /--[^\n]*/y;
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number = /\d[\w.]*/y;
const name = /"(?:[^"]|"")*(?:"|$)/y;
const plainText = /'(?:[^']|'')*(?:'|$)/y;
/** With a backslash, the next character is a part of it, a quote, too. */
const escapedText = /[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)/y;
const dollarQuote = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

/** The tokens of a statement, without comments, white space, numbers and quoted text. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let position = 0; position < sql.length; ) {
    const end = endOfSkipped(sql, position);
    if (end > position) {
      position = end;
      continue;
    }
    const token = tokenAt(sql, position);
    tokens.push(token.token);
    position = token.end;
  }
  return tokens;
}

function tokenAt(sql: string, start: number): { readonly token: Token; readonly end: number } {
  const wordEnd = endOf(word, sql, start);
  if (wordEnd > start) {
    const text = sql.slice(start, wordEnd).toLowerCase();
    return { token: { kind: 'word', text }, end: wordEnd };
  }
  const nameEnd = endOf(name, sql, start);
  if (nameEnd > start) {
    const text = sql.slice(start + 1, nameEnd - 1).replaceAll('""', '"');
    return { token: { kind: 'name', text }, end: nameEnd };
  }
  return { token: { kind: 'sign', text: sql.charAt(start) }, end: start + 1 };
}

/** Behind what says nothing of a statement's kind; `start` where there is none of it. */
function endOfSkipped(sql: string, start: number): number {
  for (const pattern of [space, lineComment, escapedText, plainText, number]) {
    const end = endOf(pattern, sql, start);
    if (end > start) {
      return end;
    }
  }
  return sql.startsWith('/*', start) ? endOfComment(sql, start) : endOfDollarText(sql, start);
}

/** Comments nest in PostgreSQL. */
function endOfComment(sql: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) {
      return marks.lastIndex;
    }
  }
  return sql.length;
}

function endOfDollarText(sql: string, start: number): number {
  const end = endOf(dollarQuote, sql, start);
  if (end === start) {
    return start;
  }
  const quote = sql.slice(start, end);
  const close = sql.indexOf(quote, end);
  return close === -1 ? sql.length : close + quote.length;
}

function endOf(pattern: RegExp, sql: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(sql) ? pattern.lastIndex : start;
}

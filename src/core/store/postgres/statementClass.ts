import { type Token, tokenize } from './statementTokens.ts';

/** Which pool a statement belongs to, as far as its text tells. */
export type StatementClass = 'read' | 'write' | 'analytics';

/** What begins a statement that only reads, unless something in it writes. */
const readingKeywords: ReadonlySet<string> = new Set(['select', 'with', 'values', 'table', 'show']);
const modifyingKeywords: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge']);

/** Functions of PostgreSQL that change something, or that bind the session. */
const writingFunctions: ReadonlySet<string> = new Set([
  'nextval',
  'setval',
  'set_config',
  'pg_notify',
  'pg_cancel_backend',
  'pg_terminate_backend',
  'pg_current_xact_id',
  'txid_current',
  'pg_export_snapshot',
  'pg_switch_wal',
  'pg_create_restore_point',
  'pg_reload_conf',
  'pg_rotate_logfile',
  'pg_promote',
  'dblink_exec',
]);
const writingPrefixes = /^(pg_advisory_|pg_try_advisory_|lo_|lowrite$|pg_logical_|pg_replication_)/;

const aggregates: ReadonlySet<string> = new Set([
  ...['count', 'sum', 'avg', 'min', 'max', 'every', 'bool_and', 'bool_or', 'any_value', 'mode'],
  ...['array_agg', 'string_agg', 'xmlagg', 'json_agg', 'jsonb_agg', 'json_object_agg'],
  ...['jsonb_object_agg', 'json_arrayagg', 'json_objectagg', 'range_agg', 'bit_and', 'bit_or'],
  ...['stddev', 'stddev_pop', 'stddev_samp', 'variance', 'var_pop', 'var_samp', 'corr'],
  ...['covar_pop', 'covar_samp', 'percentile_cont', 'percentile_disc', 'grouping'],
]);

/**
 * Tells where a statement should run. In doubt it writes: the pool for writes can do everything.
 * A function of the database's own that writes is not known here; see `DatabasePools`.
 * @param bigTables Those over which an aggregate or a window takes long enough to be kept apart.
 */
export function classOf(sql: string, bigTables: ReadonlySet<string>): StatementClass {
  const tokens = tokenize(sql);
  const start = tokens.findIndex(({ text }) => text !== '(');
  const first = tokens[start];
  if (first?.kind === 'word' && first.text === 'explain') {
    return classOfExplained(tokens.slice(start + 1));
  }
  if (first?.kind !== 'word' || !readingKeywords.has(first.text) || hasSecond(tokens)) {
    return 'write';
  }
  if (tokens.some((_, index) => writesAt(tokens, index))) {
    return 'write';
  }
  const isBig = tokens.some(({ kind, text }) => kind !== 'sign' && bigTables.has(text));
  return isBig && tokens.some((_, index) => aggregatesAt(tokens, index)) ? 'analytics' : 'read';
}

/** Only with ANALYZE is the statement executed; what it would do then is not looked at. */
function classOfExplained(rest: readonly Token[]): StatementClass {
  return rest.some(({ kind, text }) => kind === 'word' && /^analy[sz]e$/.test(text))
    ? 'write'
    : 'read';
}

/** Whether another statement follows the first. */
function hasSecond(tokens: readonly Token[]): boolean {
  const end = tokens.findIndex(({ kind, text }) => kind === 'sign' && text === ';');
  return end !== -1 && end < tokens.length - 1;
}

function writesAt(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  if (!token || token.kind === 'sign') {
    return false;
  }
  if (isCall(tokens, index) && isWritingFunction(token.text)) {
    return true;
  }
  if (token.kind === 'name') {
    return false;
  }
  // In a CTE it follows the bracket that opens it, as the main statement the one that closes it.
  const follows = tokens[index - 1]?.text;
  if (modifyingKeywords.has(token.text) && (follows === '(' || follows === ')')) {
    return true;
  }
  return token.text === 'into' || (token.text === 'for' && locksRows(tokens, index));
}

/** `FOR UPDATE`, `FOR NO KEY UPDATE`, `FOR SHARE` and `FOR KEY SHARE`; not `substring(x FOR 3)`. */
function locksRows(tokens: readonly Token[], index: number): boolean {
  const words = tokens.slice(index + 1, index + 4).map(({ text }) => text);
  return /^(update|no key update|share|key share)\b/.test(words.join(' '));
}

function isWritingFunction(name: string): boolean {
  return writingFunctions.has(name) || writingPrefixes.test(name);
}

function aggregatesAt(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  if (token?.kind !== 'word') {
    return false;
  }
  const next = tokens[index + 1];
  switch (token.text) {
    case 'group':
      return next?.text === 'by';
    case 'over':
      return tokens[index - 1]?.text === ')' && (next?.text === '(' || next?.kind !== 'sign');
    default:
      return aggregates.has(token.text) && isCall(tokens, index);
  }
}

function isCall(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1];
  return next?.kind === 'sign' && next.text === '(';
}

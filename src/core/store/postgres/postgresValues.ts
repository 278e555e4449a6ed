import { BugError } from '../../../base/errors.ts';
import type { SqlRow, SqlValue } from '../database.ts';

/** What a statement takes for a place: lists are for `= ANY ($1)` and `unnest`. */
export type PostgresValue = SqlValue | boolean | readonly string[] | readonly number[];

export interface SqlResult {
  /** With the values that SQLite would give: truth is 0 or 1, JSON is text. */
  readonly rows: readonly SqlRow[];
  /** How many rows the statement changed, or gave. */
  readonly changed: number;
  /** What was done, for example `SELECT`. */
  readonly command: string;
}

/** PostgreSQL's numbers for its types, as in its catalogue `pg_type`. */
const typeIds = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  float4: 700,
  float8: 701,
  numeric: 1700,
} as const;

/** Reads one value of a type out of the text that the server sends; null never comes here. */
export function parserOf(typeId: number): (text: string) => SqlValue {
  switch (typeId) {
    case typeIds.bool:
      return (text) => (text === 't' ? 1 : 0);
    case typeIds.bytea:
      return (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
    case typeIds.int8:
      return wholeNumber;
    case typeIds.int2:
    case typeIds.int4:
    case typeIds.oid:
    case typeIds.float4:
    case typeIds.float8:
    case typeIds.numeric:
      return Number;
    default:
      return (text) => text;
  }
}

/** As with SQLite, what would be rounded is refused. */
function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new BugError(`${text} is too large to be read from the database.`);
  }
  return value;
}

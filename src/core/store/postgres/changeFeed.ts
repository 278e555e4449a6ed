import { UserError } from '../../../base/errors.ts';
import type { Changes } from '../../team/teamServer.ts';
import type { SqlRow } from '../database.ts';

/**
 * How far somebody has read what changed. Rows bear the transaction that changed them last, and a
 * transaction that began earlier may commit later: so nobody reads beyond the oldest that still runs.
 * What is below is there, and no row will come there any more.
 */
export interface FeedPlace {
  /** A transaction, and the row that was read last of those it changed. */
  readonly change: bigint;
  readonly row: number;
  /** When the member joined: whoever joined since may see older threads, and begins anew. */
  readonly membership: string;
}

/** Where a page of changes may go on from and up to, as the database tells. */
export interface FeedHorizon {
  /** The oldest transaction that still runs. */
  readonly horizon: bigint;
  /** The next one that will begin: in a database that was restored, a place may lie beyond. */
  readonly newest: bigint;
  readonly membership: string;
}

export const horizonStatement = `
  SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon,
    pg_snapshot_xmax(pg_current_snapshot()) AS newest, slipstream.membership() AS membership`;

export function toHorizon(row: SqlRow | undefined): FeedHorizon {
  return {
    horizon: BigInt(String(row?.['horizon'] ?? 0)),
    newest: BigInt(String(row?.['newest'] ?? 0)),
    membership: String(row?.['membership'] ?? ''),
  };
}

/** Where to go on from; the beginning where the cursor is of no use any more. */
export function placeOf(
  cursor: string | undefined,
  { newest, membership }: FeedHorizon,
): FeedPlace {
  const [, change = '0', row = '0', joined = ''] = /^(\d+)\/(\d+)\/(.*)$/.exec(cursor ?? '') ?? [];
  const place = { change: BigInt(change), row: Number(row), membership: joined };
  return place.change > newest || joined !== membership
    ? { change: 0n, row: 0, membership }
    : place;
}

/**
 * A page of rows, of which one more than `limit` was asked for, and where it ends. What can't be read
 * is left out: members write rows, and one that is broken must not keep all others from everybody.
 */
export function toChanges<T>(
  rows: readonly SqlRow[],
  limit: number,
  { place, horizon }: { readonly place: FeedPlace; readonly horizon: FeedHorizon },
  convert: (row: SqlRow) => T,
): Changes<T> {
  const kept = rows.slice(0, limit);
  const hasMore = rows.length > kept.length;
  const last = kept.at(-1);
  // A replica may be behind what was seen elsewhere: a place never goes back.
  const end = horizon.horizon > place.change ? { change: horizon.horizon, row: 0 } : place;
  const next = hasMore && last ? { change: String(last['change']), row: Number(last['row']) } : end;
  return {
    items: kept.flatMap((row) => readable(row, convert)),
    cursor: `${next.change}/${next.row}/${horizon.membership}`,
    hasMore,
  };
}

function readable<T>(row: SqlRow, convert: (row: SqlRow) => T): readonly T[] {
  try {
    return [convert(row)];
  } catch (error) {
    if (error instanceof UserError) {
      // Written by a newer version: that is for the user to know.
      throw error;
    }
    return [];
  }
}

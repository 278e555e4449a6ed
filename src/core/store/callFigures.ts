import type { SqlValue } from './database.ts';
import type { StoreConnection } from './storeConnection.ts';
import { localDay } from './usageRecords.ts';

/** How soon one endpoint answered, of the calls for one purpose to one model. */
export interface EndpointTimes {
  /** Host and port. */
  readonly endpoint: string;
  readonly surface: string;
  readonly model: string;
  readonly calls: number;
  /** Until the first word, milliseconds. */
  readonly medianMs: number;
}

/** A stretch of time, milliseconds since 1970. */
interface Stretch {
  readonly fromMs: number;
  /** Not in it any more. */
  readonly toMs: number;
}

type Store = Pick<StoreConnection, 'read' | 'database'>;

/**
 * Weeks of heavy use; of more, the newest say what there is to say. So many take a tenth of a second,
 * for which the window stands still, when a report is asked for (`test/bench/reportCalls.ts`).
 */
const mostCalls = 20_000;

const recentCalls = `
  WITH recent AS (
    SELECT request_id, thread_id, endpoint, surface, model, first_token_ms, started_at, duration_ms
    FROM usage_calls
    WHERE day BETWEEN ? AND ? AND started_at >= ? AND started_at < ? AND outcome <> 'running'
    ORDER BY day DESC, row DESC LIMIT ${mostCalls}
  )`;

/** By endpoint, surface and model, of all windows, from the ledger. */
export async function readEndpointTimes(
  store: Store,
  stretch: Stretch,
): Promise<readonly EndpointTimes[]> {
  const sql = `${recentCalls}, ranked AS (
      SELECT endpoint, surface, model, first_token_ms,
        row_number() OVER (PARTITION BY endpoint, surface, model ORDER BY first_token_ms) AS place,
        count(*) OVER (PARTITION BY endpoint, surface, model) AS calls
      FROM recent WHERE endpoint IS NOT NULL AND first_token_ms IS NOT NULL
    )
    SELECT * FROM ranked WHERE place = (calls + 1) / 2`;
  const rows = await store.read(() => store.database.all(sql, valuesOf(stretch)));
  return rows.map((row) => ({
    endpoint: String(row['endpoint']),
    surface: String(row['surface']),
    model: String(row['model']),
    calls: Number(row['calls']),
    medianMs: Number(row['first_token_ms']),
  }));
}

/**
 * From the end of each request in the chat to the next one of its thread, milliseconds; of all windows,
 * from the ledger. Tries of one request are one.
 */
export async function readThreadPauses(store: Store, stretch: Stretch): Promise<readonly number[]> {
  const sql = `${recentCalls}, requests AS (
      SELECT thread_id, min(started_at) AS began,
        max(started_at + coalesce(duration_ms, 0)) AS ended
      FROM recent WHERE surface = 'chat' AND thread_id IS NOT NULL
      GROUP BY thread_id, request_id
    ), pauses AS (
      SELECT began - lag(ended) OVER (PARTITION BY thread_id ORDER BY began) AS ms FROM requests
    )
    SELECT ms FROM pauses WHERE ms IS NOT NULL`;
  const rows = await store.read(() => store.database.all(sql, valuesOf(stretch)));
  return rows.map(({ ms }) => Number(ms));
}

function valuesOf({ fromMs, toMs }: Stretch): readonly SqlValue[] {
  return [localDay(fromMs), localDay(toMs - 1), fromMs, toMs];
}

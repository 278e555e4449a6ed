import type { StoreConnection } from './storeConnection.ts';

/** What one thread used since some moment. */
export interface ThreadSpending {
  readonly title: string;
  readonly calls: number;
  /** The whole prompts, cached parts included. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars; undefined where no call of it has a known price. */
  readonly costUsd: number | undefined;
}

/** More threads than anyone looks at. */
const mostThreads = 20;

/** The threads that cost most since `fromDay` (`2030-12-31`), of all windows, from the ledger. */
export async function readThreadSpending(
  store: Pick<StoreConnection, 'read' | 'database'>,
  fromDay: string,
): Promise<readonly ThreadSpending[]> {
  const rows = await store.read(() =>
    store.database.all(
      `SELECT coalesce(threads.title, 'A deleted thread') AS title,
         count(*) AS calls,
         sum(input_tokens + cache_read_tokens + cache_write_tokens) AS input_tokens,
         sum(output_tokens) AS output_tokens,
         sum(usage_calls.cost_usd) AS known_usd
       FROM usage_calls LEFT JOIN threads ON threads.id = usage_calls.thread_id
       WHERE usage_calls.day >= ? AND usage_calls.thread_id IS NOT NULL
         AND usage_calls.outcome <> 'running'
       GROUP BY usage_calls.thread_id
       ORDER BY known_usd DESC, input_tokens DESC LIMIT ?`,
      [fromDay, mostThreads],
    ),
  );
  return rows.map((row) => ({
    title: String(row['title']),
    calls: Number(row['calls']),
    inputTokens: Number(row['input_tokens']),
    outputTokens: Number(row['output_tokens']),
    costUsd: row['known_usd'] === null ? undefined : Number(row['known_usd']),
  }));
}

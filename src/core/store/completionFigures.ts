import type { StoreConnection } from './storeConnection.ts';

/** What became of completions in one language. */
export interface LanguageCompletions {
  readonly languageId: string;
  readonly offered: number;
  readonly accepted: number;
}

/** By language, of all models and windows, since `fromDay` (`2030-12-31`). */
export async function readLanguageCompletions(
  store: Pick<StoreConnection, 'read' | 'database'>,
  fromDay: string,
  toDay: string,
): Promise<readonly LanguageCompletions[]> {
  const rows = await store.read(() =>
    store.database.all(
      `SELECT language, sum(offered) AS offered, sum(accepted) AS accepted
       FROM completion_outcomes WHERE day BETWEEN ? AND ? AND model <> '' GROUP BY language`,
      [fromDay, toDay],
    ),
  );
  return rows.map((row) => ({
    languageId: String(row['language']),
    offered: Number(row['offered']),
    accepted: Number(row['accepted']),
  }));
}

import type { Clock } from '../../base/clock.ts';
import type { SqlRow } from '../store/database.ts';
import type { StoreConnection } from '../store/storeConnection.ts';
import { localDay, monthOf } from '../store/usageRecords.ts';

/** What is counted of completions, by their column. Shares are sums, to be divided by how many. */
export interface CompletionCounters {
  readonly offered: number;
  readonly accepted: number;
  readonly followed: number;
  readonly ignored: number;
  readonly rejected: number;
  readonly offered_characters: number;
  readonly accepted_characters: number;
  readonly checked_30s: number;
  readonly kept_30s: number;
  readonly checked_5min: number;
  readonly kept_5min: number;
}

/** Whose completions these are. */
export interface CompletionKind {
  readonly languageId: string;
  /** Empty for guesses of this machine. */
  readonly model: string;
}

/** The sums of one model. */
export interface CompletionTotals extends CompletionCounters {
  readonly model: string;
}

export interface CompletionStatisticsParts {
  readonly store: Pick<StoreConnection, 'write' | 'read' | 'database'>;
  readonly clock: Clock;
  /** Told where it cannot be kept: what the user does goes on. */
  readonly onProblem?: (error: unknown) => void;
}

const nothing: CompletionCounters = {
  offered: 0,
  accepted: 0,
  followed: 0,
  ignored: 0,
  rejected: 0,
  offered_characters: 0,
  accepted_characters: 0,
  checked_30s: 0,
  kept_30s: 0,
  checked_5min: 0,
  kept_5min: 0,
};
const columns = Object.keys(nothing);
/** As the ledger keeps calls. */
const keptDays = 90;
const dayMs = 24 * 3_600_000;

const insertion = `INSERT INTO completion_outcomes (day, language, model, ${columns.join(', ')})
  VALUES (?, ?, ?, ${columns.map(() => '?').join(', ')})
  ON CONFLICT (day, language, model) DO UPDATE SET
  ${columns.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`;
const sums = columns.map((column) => `sum(${column}) AS ${column}`).join(', ');

/** Counts what becomes of completions, of all windows together, and keeps it. */
export class CompletionStatistics {
  private readonly parts: CompletionStatisticsParts;
  private hasCleared = false;

  constructor(parts: CompletionStatisticsParts) {
    this.parts = parts;
  }

  add({ languageId, model }: CompletionKind, counters: Partial<CompletionCounters>): void {
    const { store, clock, onProblem = () => undefined } = this.parts;
    const values = Object.values({ ...nothing, ...counters });
    const day = localDay(clock.wallTime());
    store
      .write([
        ...this.clearing(),
        { kind: 'run', sql: insertion, values: [day, languageId, model, ...values] },
      ])
      .catch(onProblem);
  }

  /** By model, the one that was offered most first. */
  async totals(period: 'day' | 'month'): Promise<readonly CompletionTotals[]> {
    const { store, clock } = this.parts;
    const day = localDay(clock.wallTime());
    const pattern = period === 'day' ? day : `${monthOf(day)}-*`;
    const rows = await store.read(() =>
      store.database.all(
        `SELECT model, ${sums} FROM completion_outcomes WHERE day GLOB ?
         GROUP BY model ORDER BY sum(offered) DESC, model`,
        [pattern],
      ),
    );
    return rows.map(totalsOf);
  }

  /** Once in a window, what is too old goes. */
  private clearing(): readonly { kind: 'run'; sql: string; values: readonly string[] }[] {
    if (this.hasCleared) {
      return [];
    }
    this.hasCleared = true;
    const oldest = localDay(this.parts.clock.wallTime() - keptDays * dayMs);
    return [
      { kind: 'run', sql: 'DELETE FROM completion_outcomes WHERE day < ?', values: [oldest] },
    ];
  }
}

function totalsOf(row: SqlRow): CompletionTotals {
  const counters = Object.fromEntries(columns.map((column) => [column, Number(row[column])]));
  return { ...nothing, ...counters, model: String(row['model']) };
}

import type { RequestRow } from '../../../shared/perf.ts';

export type SortKey =
  | 'startedAt'
  | 'surface'
  | 'model'
  | 'firstTokenMs'
  | 'durationMs'
  | 'tokens'
  | 'costUsd'
  | 'source'
  | 'outcome';

export interface RequestOrder {
  readonly key: SortKey;
  readonly isAscending: boolean;
}

export interface RequestFilter {
  /** Words that must all occur in surface, model, source, outcome or failure; empty for all. */
  readonly text: string;
  /** One surface alone; empty for all. */
  readonly surface: string;
  readonly onlyFailed: boolean;
}

export const everything: RequestFilter = { text: '', surface: '', onlyFailed: false };

/** The rows to show, in order. Rows without a figure come last, whichever way they are sorted. */
export function arrange(
  rows: readonly RequestRow[],
  filter: RequestFilter,
  order: RequestOrder,
): readonly RequestRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = rows.filter(
    (row) =>
      (filter.surface === '' || row.surface === filter.surface) &&
      (!filter.onlyFailed || row.outcome === 'failed') &&
      words.every((word) => textOf(row).includes(word)),
  );
  const direction = order.isAscending ? 1 : -1;
  return kept.sort((one, other) => compare(one, other, order.key, direction));
}

function textOf({ surface, model, source, outcome, failure = '' }: RequestRow): string {
  return `${surface} ${model} ${source} ${outcome} ${failure}`.toLowerCase();
}

function compare(one: RequestRow, other: RequestRow, key: SortKey, direction: number): number {
  const left = figureOf(one, key);
  const right = figureOf(other, key);
  if (left === right) {
    return other.startedAt - one.startedAt;
  }
  if (left === undefined) {
    return 1;
  }
  if (right === undefined) {
    return -1;
  }
  return (left < right ? -1 : 1) * direction;
}

function figureOf(row: RequestRow, key: SortKey): string | number | undefined {
  return key === 'tokens' ? row.inputTokens + row.outputTokens : row[key];
}

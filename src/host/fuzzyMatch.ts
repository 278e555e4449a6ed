import type { SnapshotKeys } from 'fuzzysort';
import { lazy } from '../base/lazy.ts';

/** Something that can be found by its name or by its whole path. */
export interface Searchable {
  readonly name: string;
  readonly path: string;
}

export interface Match<T> {
  readonly item: T;
  /** From 0, hardly, to 1, the same. */
  readonly score: number;
}

/**
 * Items that are searched without giving others a turn: 5,000 take up to 30 ms the first time, when
 * they are prepared, and 10 ms after that.
 */
const batchSize = 5_000;

/** Below it letters are strewn over the path. Fuzzysort calls 0.5 a good match. */
const minScore = 0.3;

const loadFuzzysort = lazy(() => import('fuzzysort'));

/** Finds items by letters of their names or paths, best matches first. */
export class FuzzyMatcher<T extends Searchable> {
  private readonly items: readonly T[];
  private batches: readonly SnapshotKeys<T>[] | undefined;

  constructor(items: readonly T[]) {
    this.items = items;
  }

  /** @param pause Lets others have their turn between batches. */
  async search(
    query: string,
    limit: number,
    pause: () => Promise<void>,
  ): Promise<readonly Match<T>[]> {
    const { go, snapshot } = await loadFuzzysort();
    this.batches ??= slices(this.items, batchSize).map((batch) =>
      snapshot(batch, { keys: ['name', 'path'] }),
    );
    const matches: Match<T>[] = [];
    for (const [index, batch] of this.batches.entries()) {
      if (index > 0) {
        await pause();
      }
      for (const found of go(query, batch, { limit, threshold: minScore })) {
        matches.push({ item: found.obj, score: found.score });
      }
    }
    return matches.sort(byScore).slice(0, limit);
  }
}

/** Among equals the shorter path is nearer to what was typed. */
export function byScore(left: Match<Searchable>, right: Match<Searchable>): number {
  return right.score - left.score || left.item.path.length - right.item.path.length;
}

function slices<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

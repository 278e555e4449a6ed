/**
 * How often guesses of a kind were right, measured on files of this repository that the predictor had
 * not seen (`test/bench/predictor.ts`). Other code differs, but what is surer there is surer elsewhere.
 */

/** What is known of a guess that was made from lines which read alike. */
export interface MatchFacts {
  /** How many tokens before it agree with what is typed. */
  readonly agreement: number;
  /** Its share among all that followed there, 0 to 1. */
  readonly share: number;
  /** How often it followed. */
  readonly count: number;
}

/** What is known of a guess that was made from the beginning of a word alone. */
export type WordFacts = Pick<MatchFacts, 'share' | 'count'>;

/** Where nothing else followed: by how often it did, once to six times and more. */
const unanimous: readonly (readonly [agreement: number, rates: readonly number[]])[] = [
  [4, [0.76, 0.91, 0.94, 0.94, 0.94, 0.98]],
  [3, [0.61, 0.79, 0.79, 0.87, 0.95, 0.97]],
  [0, [0.56, 0.74, 0.74, 0.81, 0.88, 0.93]],
];

/** Where something else followed, too: from which share on. */
const divided: readonly (readonly [share: number, rate: number])[] = [
  [0.9, 0.78],
  [0.7, 0.58],
  [0.5, 0.45],
  [0, 0.22],
];

const words: readonly (readonly [share: number, rate: number])[] = [
  [0.9, 0.7],
  [0.7, 0.5],
  [0.5, 0.32],
  [0, 0.18],
];

/** A share of all but what rounding loses. */
const all = 0.999;

export function confidenceOfMatch({ agreement, share, count }: MatchFacts): number {
  if (share < all) {
    return rateFor(divided, share);
  }
  const rates = unanimous.find(([least]) => agreement >= least)?.[1] ?? [];
  return rates[Math.min(count, rates.length) - 1] ?? 0;
}

export function confidenceOfWord({ share, count }: WordFacts): number {
  if (share < all) {
    return rateFor(words, share);
  }
  return count >= 5 ? 0.84 : count > 1 ? 0.68 : 0.44;
}

function rateFor(rates: typeof divided, share: number): number {
  return rates.find(([least]) => share >= least)?.[1] ?? 0;
}

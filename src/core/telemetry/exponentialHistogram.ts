/** A histogram as it is kept and sent: JSON only. Field names after OTLP's exponential histogram. */
export interface HistogramSnapshot {
  readonly count: number;
  readonly sum: number;
  /** 0 without values, like `max`. */
  readonly min: number;
  readonly max: number;
  /** Values of 0 and below. */
  readonly zeroCount: number;
  /** Bucket and its count, the lowest first. Bucket i holds what is above 2^(i/32) up to 2^((i+1)/32). */
  readonly buckets: readonly (readonly [index: number, count: number])[];
}

/**
 * OTLP's scale: 2^5 = 32 buckets for each doubling. A bucket's ends are 2.19 % apart, so that its
 * middle is at most 1.09 % off any value in it: below the 2 % that percentiles are to be exact to.
 * Fixed, so that any two can be added.
 */
export const histogramScale = 5;
const bucketsPerDoubling = 2 ** histogramScale;
/** The middle with the same relative distance to both ends, over the lower end. */
const middleFactor = 2 / (1 + 2 ** (-1 / bucketsPerDoubling));

/** Counts values in buckets that grow with them. Mergeable: adding is the same in any order. */
export class ExponentialHistogram {
  private readonly counts = new Map<number, number>();
  private total = 0;
  private zeros = 0;
  private added = 0;
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;

  static of(snapshot: HistogramSnapshot): ExponentialHistogram {
    const histogram = new ExponentialHistogram();
    histogram.merge(snapshot);
    return histogram;
  }

  get count(): number {
    return this.total;
  }

  get sum(): number {
    return this.added;
  }

  /** What is no number is left out. */
  record(value: number): void {
    if (!Number.isFinite(value)) {
      return;
    }
    this.total += 1;
    this.added += value;
    this.least = Math.min(this.least, value);
    this.most = Math.max(this.most, value);
    if (value <= 0) {
      this.zeros += 1;
    } else {
      const index = Math.ceil(Math.log2(value) * bucketsPerDoubling) - 1;
      this.counts.set(index, (this.counts.get(index) ?? 0) + 1);
    }
  }

  merge(other: HistogramSnapshot): void {
    if (other.count === 0) {
      return;
    }
    this.total += other.count;
    this.added += other.sum;
    this.zeros += other.zeroCount;
    this.least = Math.min(this.least, other.min);
    this.most = Math.max(this.most, other.max);
    for (const [index, count] of other.buckets) {
      this.counts.set(index, (this.counts.get(index) ?? 0) + count);
    }
  }

  snapshot(): HistogramSnapshot {
    return {
      count: this.total,
      sum: this.added,
      min: this.total === 0 ? 0 : this.least,
      max: this.total === 0 ? 0 : this.most,
      zeroCount: this.zeros,
      buckets: [...this.counts].sort(([left], [right]) => left - right),
    };
  }
}

export const emptyHistogram: HistogramSnapshot = {
  count: 0,
  sum: 0,
  min: 0,
  max: 0,
  zeroCount: 0,
  buckets: [],
};

/** The histogram of the values of all of them. */
export function mergeHistograms(snapshots: readonly HistogramSnapshot[]): HistogramSnapshot {
  const merged = new ExponentialHistogram();
  for (const snapshot of snapshots) {
    merged.merge(snapshot);
  }
  return merged.snapshot();
}

/**
 * The value that `percent` of all are not above, by nearest rank: within 1.1 % of the true one.
 * Undefined without values.
 */
export function percentileOf(snapshot: HistogramSnapshot, percent: number): number | undefined {
  const { count, zeroCount, min, max, buckets } = snapshot;
  if (count === 0) {
    return undefined;
  }
  const rank = Math.max(1, Math.ceil((percent / 100) * count));
  if (rank >= count) {
    return max;
  }
  let seen = zeroCount;
  if (rank <= seen) {
    return Math.min(0, max);
  }
  for (const [index, inBucket] of buckets) {
    seen += inBucket;
    if (rank <= seen) {
      const middle = 2 ** (index / bucketsPerDoubling) * middleFactor;
      return Math.min(max, Math.max(min, middle));
    }
  }
  return max;
}

export function meanOf({ count, sum }: HistogramSnapshot): number | undefined {
  return count === 0 ? undefined : sum / count;
}

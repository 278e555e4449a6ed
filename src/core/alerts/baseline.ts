import type { HistogramSnapshot } from '../telemetry/exponentialHistogram.ts';
import { percentileOf } from '../telemetry/exponentialHistogram.ts';

/** What is usual: a middle that single outliers do not move, and how far values are from it. */
export interface Baseline {
  readonly median: number;
  /** 1.4826 × the median distance from the median: the standard deviation of a normal series. */
  readonly spread: number;
  readonly count: number;
}

/** Fewer values than this say too little of what is usual: nothing is told on a cold start. */
export const leastBaselineCount = 40;
const normalFactor = 1.4826;

/** Undefined where there are too few values. */
export function baselineOf(values: readonly number[]): Baseline | undefined {
  if (values.length < leastBaselineCount) {
    return undefined;
  }
  const middle = medianOf(values);
  const spread = normalFactor * medianOf(values.map((value) => Math.abs(value - middle)));
  return { median: middle, spread, count: values.length };
}

/** The same from a histogram, as exact as its buckets are. */
export function baselineOfHistogram(histogram: HistogramSnapshot): Baseline | undefined {
  const middle = percentileOf(histogram, 50);
  const upper = percentileOf(histogram, 75);
  const lower = percentileOf(histogram, 25);
  const isKnown = middle !== undefined && upper !== undefined && lower !== undefined;
  if (histogram.count < leastBaselineCount || !isKnown) {
    return undefined;
  }
  // Half of all values lie within this distance on both sides together.
  return { median: middle, spread: (normalFactor * (upper - lower)) / 2, count: histogram.count };
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

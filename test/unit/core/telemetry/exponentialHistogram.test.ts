import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ExponentialHistogram,
  emptyHistogram,
  type HistogramSnapshot,
  mergeHistograms,
  percentileOf,
} from '../../../../src/core/telemetry/exponentialHistogram.ts';

function histogramOf(values: readonly number[]): HistogramSnapshot {
  const histogram = new ExponentialHistogram();
  for (const value of values) {
    histogram.record(value);
  }
  return histogram.snapshot();
}

/** By nearest rank, from the values themselves. */
function exactPercentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? Number.NaN;
}

/** From a microsecond to a month, in milliseconds, evenly by size of the figure. */
const duration = fc.double({ min: -3, max: 9.4, noNaN: true }).map((exponent) => 10 ** exponent);
const durations = fc.array(duration, { minLength: 1, maxLength: 300 });
const percent = fc.double({ min: 0, max: 100, noNaN: true });

/** Sums of floats depend on their order by a hair. */
function assertSame(left: HistogramSnapshot, right: HistogramSnapshot): void {
  assert.ok(Math.abs(left.sum - right.sum) <= 1e-9 * Math.max(1, Math.abs(left.sum)));
  assert.deepEqual({ ...left, sum: 0 }, { ...right, sum: 0 });
}

describe('An exponential histogram', () => {
  it('has every percentile within 2 % of the one of the values themselves', () => {
    fc.assert(
      fc.property(durations, percent, (values, at) => {
        const exact = exactPercentile(values, at);
        const estimate = percentileOf(histogramOf(values), at) ?? Number.NaN;
        assert.ok(Math.abs(estimate - exact) <= 0.02 * exact, `${estimate} for ${exact}`);
      }),
    );
  });

  it('is the same in whichever order and grouping it was merged', () => {
    fc.assert(
      fc.property(durations, durations, durations, (one, two, three) => {
        const [a, b, c] = [histogramOf(one), histogramOf(two), histogramOf(three)];
        const whole = histogramOf([...one, ...two, ...three]);
        assertSame(mergeHistograms([mergeHistograms([a, b]), c]), whole);
        assertSame(mergeHistograms([a, mergeHistograms([b, c])]), whole);
        assertSame(mergeHistograms([c, a, b]), whole);
      }),
    );
  });

  it('knows its smallest and greatest value exactly', () => {
    const values = [7.3, 0.2, 1_234.5];
    const snapshot = histogramOf(values);
    assert.deepEqual([snapshot.min, snapshot.max, snapshot.count], [0.2, 1_234.5, 3]);
    assert.equal(percentileOf(snapshot, 100), 1_234.5);
    assert.equal(percentileOf(histogramOf([42]), 50), 42);
  });

  it('counts what is zero or less apart, and leaves out what is no number', () => {
    const snapshot = histogramOf([0, -1, 5, Number.NaN, Number.POSITIVE_INFINITY]);
    assert.deepEqual([snapshot.count, snapshot.zeroCount], [3, 2]);
    assert.equal(percentileOf(snapshot, 50), 0);
  });

  it('has nothing to say of no values', () => {
    assert.deepEqual(new ExponentialHistogram().snapshot(), emptyHistogram);
    assert.equal(percentileOf(emptyHistogram, 50), undefined);
    assertSame(mergeHistograms([emptyHistogram, histogramOf([3])]), histogramOf([3]));
  });
});

import assert from 'node:assert/strict';
import { sumOfBuckets } from '../../../../src/core/telemetry/bucketLists.ts';
import {
  ExponentialHistogram,
  mergeHistograms,
} from '../../../../src/core/telemetry/exponentialHistogram.ts';

describe('The sum of lists of buckets', () => {
  it('is what merging the histograms gives, below and above 1', () => {
    let state = 7;
    const random = (): number => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 50; round += 1) {
      const histograms = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
        const histogram = new ExponentialHistogram();
        for (let count = 0; count < random() * 40; count += 1) {
          histogram.record(10 ** (random() * 12 - 6));
        }
        return histogram.snapshot();
      });
      const text = histograms.map(({ buckets }) => JSON.stringify(buckets)).join();
      assert.deepEqual(sumOfBuckets(text), mergeHistograms(histograms).buckets);
    }
  });

  it('is empty without values', () => {
    assert.deepEqual(sumOfBuckets('[],[]'), []);
    assert.deepEqual(sumOfBuckets(''), []);
  });
});

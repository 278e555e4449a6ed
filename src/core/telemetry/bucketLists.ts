import type { HistogramSnapshot } from './exponentialHistogram.ts';

const [zero, nine, minus] = [48, 57, 45];

/**
 * The sum of lists of buckets, which follow one another as JSON: `[[3,1],[7,2]],[[3,4]]`. A month has a
 * million pairs; reading the digits is six times as quick as making arrays of them to add up
 * (`test/bench/report.ts`).
 */
export function sumOfBuckets(lists: string): HistogramSnapshot['buckets'] {
  const counts = new Map<number, number>();
  let index: number | undefined;
  for (const number of numbersIn(lists)) {
    if (index === undefined) {
      index = number;
    } else {
      counts.set(index, (counts.get(index) ?? 0) + number);
      index = undefined;
    }
  }
  return [...counts].sort(([left], [right]) => left - right);
}

/** The whole numbers of a text, in its order. */
function* numbersIn(text: string): Generator<number> {
  let value: number | undefined;
  let sign = 1;
  // One further than the end: what is there is no digit, and ends the last number.
  for (let at = 0; at <= text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= zero && code <= nine) {
      value = (value ?? 0) * 10 + code - zero;
    } else if (value !== undefined) {
      yield sign * value;
      value = undefined;
      sign = 1;
    }
    if (code === minus) {
      sign = -1;
    }
  }
}

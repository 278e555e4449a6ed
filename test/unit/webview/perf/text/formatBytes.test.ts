import assert from 'node:assert/strict';
import { formatBytes, formatShare } from '../../../../../src/webview/perf/text/formatBytes.ts';

describe('A size in words', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [99_400, '99.4 kB'],
    [99_600, '100 kB'],
    [999_600, '1.0 MB'],
    [240_000_000, '240 MB'],
    [5_000_000_000_000, '5000 GB'],
  ];
  for (const [bytes, expected] of cases) {
    it(`is ${expected} for ${bytes}`, () => assert.equal(formatBytes(bytes), expected));
  }
});

describe('A share in words', () => {
  it('is a whole percentage', () => assert.equal(formatShare(1, 3), '33 %'));
  it('is a dash of nothing', () => assert.equal(formatShare(0, 0), '–'));
});

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  formatCost,
  formatDuration,
  formatSeconds,
  formatTokens,
} from '../../../../../src/shared/figures.ts';
import {
  baseName,
  describeStatus,
  formatAge,
} from '../../../../../src/webview/chat/text/format.ts';

describe('Figures for people', () => {
  it('write durations as short as they stay useful', () => {
    const written = [-5, 0, 40, 999, 999.6, 1_840, 9_949, 9_960, 12_400, 59_600, 65_000, 120_000];
    assert.deepEqual(written.map(formatDuration), [
      ...['0 ms', '0 ms', '40 ms', '999 ms', '1.0 s', '1.8 s', '9.9 s', '10 s', '12 s'],
      ...['1 min', '1 min 5 s', '2 min'],
    ]);
    assert.equal(formatSeconds(61), '1 min 1 s');
  });

  it('write tokens with at most three digits', () => {
    const written = [0, 999, 1_000, 12_345, 99_949, 99_960, 200_000, 999_499, 999_500, 1_234_567];
    assert.deepEqual(written.map(formatTokens), [
      ...['0', '999', '1k', '12.3k', '99.9k', '100k', '200k', '999k', '1M', '1.2M'],
    ]);
  });

  it('write costs in cents, and smaller ones with more places', () => {
    const written = [0, 0.00001, 0.00123, 0.0184, 0.1, 1.234, 12];
    assert.deepEqual(written.map(formatCost), [
      ...['$0', '<$0.0001', '$0.0012', '$0.018', '$0.10', '$1.23', '$12.00'],
    ]);
  });

  it('write ages, also of what lies ahead by a clock that was set back', () => {
    const now = Date.UTC(2030, 5, 15);
    const hours = (count: number): number => now - count * 3_600_000;
    const ages = [now + 5_000, now - 59_000, now - 61_000, hours(1.5), hours(30)];
    assert.deepEqual(
      ages.map((then) => formatAge(then, now)),
      ['just now', 'just now', '1 min ago', '1 h ago', '1 d ago'],
    );
    assert.match(formatAge(Date.UTC(2029, 0, 2), now), /2029/);
    assert.doesNotMatch(formatAge(Date.UTC(2030, 0, 2), now), /2030/);
  });

  it('say what happens, and count down to a retry', () => {
    assert.equal(describeStatus({ phase: 'idle' }, 0), '');
    assert.equal(describeStatus({ phase: 'tool', detail: 'Read a.ts' }, 0), 'Read a.ts');
    assert.equal(describeStatus({ phase: 'tool' }, 0), 'Running a tool');
    const retrying = { phase: 'retrying', retryAt: 12_000, detail: 'overloaded' } as const;
    assert.equal(describeStatus(retrying, 500), 'Retrying in 12 s: overloaded');
    assert.equal(describeStatus(retrying, 13_000), 'Retrying now: overloaded');
    assert.equal(
      describeStatus({ phase: 'retrying', retryAt: 90_000 }, 0),
      'Retrying in 1 min 30 s',
    );
  });

  it('name files by the last part of their path', () => {
    assert.deepEqual(['/a/b.ts', 'c:\\d\\e.cs', 'f', '/g/'].map(baseName), [
      'b.ts',
      'e.cs',
      'f',
      'g',
    ]);
  });
});

import assert from 'node:assert/strict';
import { slowerThanBefore } from '../../../../src/core/report/slower.ts';
import { figuresOf, type MadeUpSeries } from '../../../support/reportHistory.ts';

function taking(operation: string, count: number, value: number): MadeUpSeries {
  return { name: 'duration', operation, count, value };
}

describe('What took longer than before', () => {
  it('comes by what it added in all, without what only holds other operations', () => {
    const before = figuresOf([
      taking('turn', 50, 9_000),
      taking('connect', 50, 20),
      taking('execute_tool search', 50, 100),
      taking('stream', 50, 4_000),
    ]);
    const now = figuresOf([
      taking('turn', 50, 40_000),
      taking('connect', 50, 1_020),
      taking('execute_tool search', 50, 8_100),
      taking('stream', 50, 4_400),
    ]);
    assert.deepEqual(slowerThanBefore(now, before), [
      {
        label: 'Tool search',
        count: 50,
        nowMs: 8_100,
        beforeMs: 100,
        addedMs: 400_000,
      },
      { label: 'Connecting', count: 50, nowMs: 1_020, beforeMs: 20, addedMs: 50_000 },
    ]);
  });

  it('says so of what was not measured before', () => {
    const before = figuresOf([taking('connect', 50, 20)]);
    const [line] = slowerThanBefore(figuresOf([taking('execute_tool new', 10, 5_000)]), before);
    assert.equal(line?.beforeMs, undefined);
    assert.equal(line?.addedMs, 50_000);
  });

  it('is silent on few cases, on what nobody feels, and where there was nothing before', () => {
    const before = figuresOf([taking('connect', 50, 20)]);
    assert.deepEqual(slowerThanBefore(figuresOf([taking('connect', 4, 60_000)]), before), []);
    assert.deepEqual(slowerThanBefore(figuresOf([taking('connect', 50, 120)]), before), []);
    assert.deepEqual(
      slowerThanBefore(figuresOf([taking('connect', 50, 2_000)]), figuresOf([])),
      [],
    );
  });
});

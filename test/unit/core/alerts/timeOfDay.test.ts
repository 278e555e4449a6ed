import assert from 'node:assert/strict';
import { isNearTimeOfDay } from '../../../../src/core/alerts/timeOfDay.ts';

describe('isNearTimeOfDay', () => {
  it('tells by the hour, on whatever day', () => {
    check(10, 10, true);
    check(10, 11, true);
    check(11, 10, true);
    check(10, 12, false);
    check(3, 15, false);
  });

  it('goes on over midnight', () => {
    check(0, 23, true);
    check(23, 0, true);
    check(0, 22, false);
  });

  function check(hour: number, other: number, isNear: boolean): void {
    const now = new Date(2026, 5, 10, hour, 30).getTime();
    const earlier = new Date(2026, 5, 3, other).getTime();
    assert.equal(isNearTimeOfDay(earlier, now, 1), isNear, `${other} at ${hour}`);
  }
});

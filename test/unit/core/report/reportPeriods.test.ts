import assert from 'node:assert/strict';
import {
  periodBefore,
  periodOfDay,
  periodUntil,
} from '../../../../src/core/report/reportPeriods.ts';

const hourMs = 3_600_000;

describe('The periods of a report', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    if (zone === undefined) {
      delete process.env['TZ'];
    } else {
      process.env['TZ'] = zone;
    }
  });

  it('are whole days of the user’s own, also of 23 and of 25 hours', () => {
    process.env['TZ'] = 'Europe/Berlin';
    check(new Date(2026, 2, 28), 24);
    check(new Date(2026, 2, 29), 23);
    check(new Date(2026, 9, 25), 25);
  });

  it('end at midnight where the day began at one, because clocks are changed at midnight', () => {
    process.env['TZ'] = 'Africa/Cairo';
    const start = new Date(2026, 3, 24);
    assert.equal(start.getHours(), 1, 'there is no midnight on this day');
    check(start, 23);
    check(new Date(2026, 3, 25), 24);
  });

  it('have the seven days before a day to compare with, from midnight on', () => {
    process.env['TZ'] = 'Europe/Berlin';
    const day = periodOfDay(new Date(2026, 3, 1).getTime());
    assert.deepEqual(periodBefore(day), {
      name: 'week',
      fromMs: new Date(2026, 2, 25).getTime(),
      toMs: day.fromMs,
    });
  });

  it('have the same time before to compare with where they end now', () => {
    const now = new Date(2026, 5, 1, 12, 30).getTime();
    const day = periodUntil('day', now, now);
    assert.equal(day.toMs - day.fromMs, 24 * hourMs);
    const before = periodBefore(day);
    assert.equal(before.toMs, day.fromMs);
    assert.equal(before.toMs - before.fromMs, 24 * hourMs);
  });

  function check(start: Date, hours: number): void {
    const { fromMs, toMs } = periodOfDay(start.getTime());
    assert.equal(fromMs, start.getTime());
    assert.equal((toMs - fromMs) / hourMs, hours, start.toString());
    assert.equal(new Date(toMs).getHours(), 0);
  }
});

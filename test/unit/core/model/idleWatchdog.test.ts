import assert from 'node:assert/strict';
import { IdleWatchdog } from '../../../../src/core/model/idleWatchdog.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

function watch(): { clock: FakeClock; watchdog: IdleWatchdog; alarms: number[] } {
  const clock = new FakeClock();
  const alarms: number[] = [];
  return { clock, alarms, watchdog: new IdleWatchdog(clock, (limitMs) => alarms.push(limitMs)) };
}

describe('IdleWatchdog', () => {
  it('tells of one wait that takes too long, once', async () => {
    const { clock, watchdog, alarms } = watch();
    watchdog.beginWait(100);
    await clock.advance(99);
    assert.deepEqual(alarms, []);
    await clock.advance(1);
    assert.deepEqual(alarms, [100]);
    watchdog.beginWait(100);
    await clock.advance(1_000);
    assert.deepEqual(alarms, [100]);
    assert.equal(clock.pendingTimers, 0);
  });

  it('counts each wait on its own', async () => {
    const { clock, watchdog, alarms } = watch();
    for (let wait = 0; wait < 10; wait += 1) {
      watchdog.beginWait(100);
      await clock.advance(90);
      watchdog.endWait();
    }
    assert.deepEqual(alarms, []);
    watchdog.beginWait(100);
    await clock.advance(100);
    assert.deepEqual(alarms, [100]);
  });

  it('does not take a slow reader for a silent server', async () => {
    const { clock, watchdog, alarms } = watch();
    watchdog.beginWait(100);
    watchdog.endWait();
    await clock.advance(10_000);
    assert.deepEqual(alarms, []);
    assert.equal(clock.pendingTimers, 0);
  });

  it('keeps a shorter limit that follows a longer one', async () => {
    const { clock, watchdog, alarms } = watch();
    watchdog.beginWait(1_000);
    watchdog.endWait();
    watchdog.beginWait(100);
    await clock.advance(100);
    assert.deepEqual(alarms, [100]);
  });

  it('uses one timer for many waits', async () => {
    const { clock, watchdog } = watch();
    for (let wait = 0; wait < 1_000; wait += 1) {
      watchdog.beginWait(100);
      watchdog.endWait();
    }
    assert.equal(clock.pendingTimers, 1);
    watchdog.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  it('is silent once disposed', async () => {
    const { clock, watchdog, alarms } = watch();
    watchdog.beginWait(100);
    watchdog.dispose();
    watchdog.beginWait(100);
    await clock.advance(1_000);
    assert.deepEqual(alarms, []);
  });
});

import assert from 'node:assert/strict';
import { FakeClock } from '../../support/fakeClock.ts';

describe('FakeClock', () => {
  it('runs due timers in order of due time, equal ones in the order they were set', async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.setTimeout(() => ran.push(`late@${clock.now()}`), 20);
    clock.setTimeout(() => ran.push(`first@${clock.now()}`), 10);
    clock.setTimeout(() => ran.push(`second@${clock.now()}`), 10);
    await clock.advance(19);
    assert.deepEqual(ran, ['first@10', 'second@10']);
    assert.equal(clock.nextTimerMs, 1);
    await clock.advance(1);
    assert.deepEqual(ran, ['first@10', 'second@10', 'late@20']);
    assert.equal(clock.pendingTimers, 0);
  });

  it('settles promises between timers and runs timers set on the way', async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    const tick = (): void => {
      void Promise.resolve().then(() => {
        ran.push(`tick@${clock.now()}`);
        clock.setTimeout(tick, 10);
      });
    };
    clock.setTimeout(tick, 10);
    await clock.advance(35);
    assert.deepEqual(ran, ['tick@10', 'tick@20', 'tick@30']);
    assert.equal(clock.now(), 35);
  });

  it('never runs a disposed timer, even one that fell due in the same advance', async () => {
    const clock = new FakeClock();
    let runs = 0;
    const victim = clock.setTimeout(() => {
      runs += 1;
    }, 10);
    clock.setTimeout(() => victim.dispose(), 5);
    await clock.advance(100);
    assert.equal(runs, 0);
  });

  it('lets wall time pass together with now()', async () => {
    const clock = new FakeClock(1_000);
    await clock.advance(250);
    assert.equal(clock.wallTime(), 1_250);
    assert.equal(clock.now(), 250);
  });
});

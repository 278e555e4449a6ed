import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { delay, systemClock } from '../../../src/base/clock.ts';
import { FakeClock, settle } from '../../support/fakeClock.ts';

describe('delay', () => {
  it('resolves after its time and not before', async () => {
    const clock = new FakeClock();
    let isOver = false;
    const over = delay(clock, 100, new AbortController().signal).then(() => {
      isOver = true;
    });
    await clock.advance(99);
    assert.equal(isOver, false);
    await clock.advance(1);
    await over;
    assert.equal(clock.pendingTimers, 0);
  });

  it('resolves at once when aborted, and leaves no timer', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const over = delay(clock, 100, controller.signal);
    controller.abort(new Error('a reason that must not surface'));
    await over;
    assert.equal(clock.pendingTimers, 0);
  });

  it('sets no timer where the signal is aborted already', async () => {
    const clock = new FakeClock();
    await delay(clock, 100, AbortSignal.abort());
    assert.equal(clock.pendingTimers, 0);
  });

  it('leaves nothing on a signal that outlives it', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    let listeners = 0;
    mock.method(signal, 'addEventListener', () => {
      listeners += 1;
    });
    mock.method(signal, 'removeEventListener', () => {
      listeners -= 1;
    });
    const over = delay(clock, 5, signal);
    assert.equal(listeners, 1);
    await clock.advance(5);
    await over;
    assert.equal(listeners, 0);
    mock.restoreAll();
  });
});

describe('systemClock', () => {
  it('never goes back, and tells wall time in milliseconds since 1970', () => {
    const before = systemClock.now();
    assert.ok(systemClock.now() >= before);
    assert.ok(Math.abs(systemClock.wallTime() - Date.now()) < 60_000);
  });

  it('runs a timer once, and never one that was disposed', async () => {
    const ran: string[] = [];
    const disposed = systemClock.setTimeout(() => ran.push('disposed'), 1);
    disposed.dispose();
    await new Promise<void>((resolve) => {
      systemClock.setTimeout(() => {
        ran.push('kept');
        resolve();
      }, 2);
    });
    await settle();
    assert.deepEqual(ran, ['kept']);
  });
});

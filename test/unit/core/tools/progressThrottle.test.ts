import assert from 'node:assert/strict';
import { ProgressThrottle } from '../../../../src/core/tools/progressThrottle.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

describe('ProgressThrottle', () => {
  let clock: FakeClock;
  let told: string[];
  let throttle: ProgressThrottle;
  beforeEach(() => {
    clock = new FakeClock();
    told = [];
    throttle = new ProgressThrottle(clock, (text) => told.push(text));
  });

  it('tells the first text at once and what follows 20 times a second', async () => {
    throttle.add('a');
    assert.deepEqual(told, ['a']);
    throttle.add('b');
    throttle.add('c');
    assert.deepEqual(told, ['a']);
    await clock.advance(50);
    assert.deepEqual(told, ['a', 'bc']);
    await clock.advance(50);
    throttle.add('d');
    assert.deepEqual(told, ['a', 'bc', 'd']);
  });

  it('rests while nothing comes', async () => {
    throttle.add('a');
    await clock.advance(500);
    assert.equal(clock.pendingTimers, 0);
  });

  it('tells what is left when it ends', () => {
    throttle.add('a');
    throttle.add('b');
    throttle.dispose();
    assert.deepEqual(told, ['a', 'b']);
    assert.equal(clock.pendingTimers, 0);
  });

  it('tells the latest part of a flood, and how much is missing', () => {
    throttle.add('x');
    throttle.add(`${'y'.repeat(10_000)}z`);
    throttle.dispose();
    assert.match(told[1] ?? '', /^\n\[… 6001 characters\]\ny+z$/);
  });

  it('stops at what a card can hold', async () => {
    for (let round = 0; round < 200; round += 1) {
      throttle.add('x'.repeat(4_000));
      await clock.advance(50);
    }
    throttle.dispose();
    const all = told.join('');
    assert.ok(all.length > 200_000 && all.length < 210_000, `${all.length}`);
    assert.match(all, /the command goes on; its end is in the result\]\n$/);
  });
});

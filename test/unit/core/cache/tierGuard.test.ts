import assert from 'node:assert/strict';
import { TierGuard } from '../../../../src/core/cache/tierGuard.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const never = (): Promise<never> => new Promise(() => undefined);
const fails = (): Promise<never> => Promise.reject(new Error('away'));

describe('The guard of a tier', () => {
  let clock: FakeClock;
  let guard: TierGuard;

  beforeEach(() => {
    clock = new FakeClock();
    guard = new TierGuard(clock);
  });

  async function late(): Promise<unknown> {
    let isAborted = false;
    const reading = guard.read((signal) => {
      signal.addEventListener('abort', () => {
        isAborted = true;
      });
      return never();
    });
    await clock.advance(50);
    const answer = await reading;
    assert.ok(isAborted, 'what is given up is stopped');
    return answer;
  }

  it('gives what comes in time, and leaves no timer', async () => {
    assert.equal(await guard.read(async () => 'found'), 'found');
    assert.deepEqual([clock.pendingTimers, guard.failures], [0, 0]);
  });

  it('gives up at the deadline, and after three times asks no more', async () => {
    for (let times = 0; times < 3; times += 1) {
      assert.equal(await late(), undefined);
    }
    let isAsked = false;
    const answer = await guard.read(async () => {
      isAsked = true;
    });
    assert.deepEqual(
      [answer, isAsked, guard.isPassedOver, guard.failures],
      [undefined, false, true, 3],
    );
  });

  it('takes an answer that had come while this process was busy', async () => {
    const reading = guard.read(
      () => new Promise((resolve) => clock.setTimeout(() => resolve(1), 50)),
    );
    await clock.advance(50);
    assert.equal(await reading, 1);
  });

  it('lets one probe through after a while, for which nobody waits, and closes with it', async () => {
    await Promise.all([1, 2, 3].map(() => guard.read(fails)));
    await clock.advance(5_000);
    let probes = 0;
    let answer: (value: string) => void = () => undefined;
    const probe = (): Promise<string> => {
      probes += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const answers = await Promise.all([guard.read(probe), guard.read(probe)]);
    assert.deepEqual([answers, probes], [[undefined, undefined], 1]);
    answer('well again');
    await clock.advance(0);
    assert.equal(guard.isPassedOver, false);
    assert.equal(await guard.read(async () => 'found'), 'found');
  });

  it('waits twice as long after a probe that failed', async () => {
    await Promise.all([1, 2, 3].map(() => guard.read(fails)));
    await clock.advance(5_000);
    await guard.read(fails);
    let isAsked = false;
    const ask = async (): Promise<void> => {
      isAsked = true;
    };
    await clock.advance(9_000);
    await guard.read(ask);
    assert.equal(isAsked, false);
    await clock.advance(1_000);
    await guard.read(ask);
    assert.equal(isAsked, true);
  });

  it('leaves a full tier without writes, and goes on reading', async () => {
    for (let times = 0; times < 3; times += 1) {
      assert.equal(await guard.write(fails), false);
    }
    let writes = 0;
    const write = async (): Promise<void> => {
      writes += 1;
    };
    assert.equal(await guard.write(write), false);
    assert.deepEqual([writes, guard.isFull, guard.isPassedOver], [0, true, false]);
    assert.equal(await guard.read(async () => 'found'), 'found');
    await clock.advance(5_000);
    assert.equal(await guard.write(write), true);
    assert.deepEqual([writes, guard.isFull], [1, false]);
  });

  it('is as new after a reset', async () => {
    await Promise.all([1, 2, 3].map(() => guard.read(fails)));
    guard.reset();
    assert.equal(await guard.read(async () => 1), 1);
  });
});

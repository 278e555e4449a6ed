import assert from 'node:assert/strict';
import { BugError, CancelledError } from '../../../src/base/errors.ts';
import { AcquireTimeoutError, sumOfCounts } from '../../../src/base/objectPool.ts';
import { settle } from '../../support/fakeClock.ts';
import { setUp, type Tool, watch } from './objectPoolSetUp.ts';

describe('ObjectPool', () => {
  it('makes objects up to its limit, and lends the one that came back last', async () => {
    const { pool, clock } = setUp();
    const first = await pool.acquire();
    const second = await pool.acquire();
    assert.notEqual(first, second);
    pool.release(first);
    pool.release(second);
    assert.equal(await pool.acquire(), second);
    assert.deepEqual(pool.counts(), {
      created: 2,
      inUse: 1,
      idle: 1,
      waiting: 0,
      waits: 0,
      totalWaitMs: 0,
      dropped: 0,
    });
    pool.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  it('serves by priority, and in the order of coming within one', async () => {
    const { pool, clock } = setUp({ max: 1, maxIdle: 1 });
    const log: string[] = [];
    const object = await pool.acquire();
    const priorities = { low1: 0, high1: 5, low2: 0, high2: 5, middle: 3 };
    for (const [name, priority] of Object.entries(priorities)) {
      void watch(pool.acquire({ priority }), name, log);
      await clock.advance(10);
    }
    assert.equal(pool.counts().waiting, 5);
    for (let turn = 0; turn < 5; turn += 1) {
      pool.release(object);
      await settle();
    }
    assert.deepEqual(log, ['high1:1', 'high2:1', 'middle:1', 'low1:1', 'low2:1']);
    assert.equal(pool.counts().waits, 5);
    assert.equal(pool.counts().totalWaitMs, 50 + 40 + 30 + 20 + 10);
    pool.dispose();
  });

  it('lets only the caller go that was aborted or ran out of time', async () => {
    const { pool, clock } = setUp({ max: 1, maxIdle: 1 });
    const log: string[] = [];
    const object = await pool.acquire();
    const controller = new AbortController();
    void watch(pool.acquire({ signal: controller.signal }), 'aborted', log);
    void watch(pool.acquire({ timeoutMs: 100 }), 'late', log);
    void watch(pool.acquire({ timeoutMs: 500 }), 'patient', log);
    controller.abort();
    await clock.advance(100);
    assert.deepEqual(log, ['aborted:CancelledError', 'late:AcquireTimeoutError']);
    pool.release(object);
    await settle();
    assert.equal(log.at(-1), 'patient:1');
    assert.equal(clock.pendingTimers, 0);
    assert.equal(pool.counts().waiting, 0);
    pool.dispose();
  });

  it('does not begin to wait for a caller that is aborted already', async () => {
    const { pool } = setUp();
    await assert.rejects(pool.acquire({ signal: AbortSignal.abort() }), CancelledError);
    assert.equal(pool.counts().created, 0);
  });

  it('forgets the signal of a caller that was served', async () => {
    const { pool } = setUp({ max: 1, maxIdle: 1 });
    const controller = new AbortController();
    const object = await pool.acquire();
    const waiting = pool.acquire({ signal: controller.signal, timeoutMs: 10 });
    pool.release(object);
    assert.equal(await waiting, object);
    controller.abort();
    assert.equal(pool.counts().inUse, 1);
    pool.release(object);
    pool.dispose();
  });

  it('drops an object that cannot be cleaned, and makes a fresh one for who waits', async () => {
    const { pool, disposed } = setUp({
      max: 1,
      maxIdle: 1,
      reset: ({ id }) => {
        if (id === 1) {
          throw new Error('broken');
        }
      },
    });
    const broken = await pool.acquire();
    const waiting = pool.acquire();
    pool.release(broken);
    assert.equal((await waiting).id, 2);
    assert.deepEqual(disposed, [1]);
    assert.equal(pool.counts().dropped, 1);
    pool.dispose();
  });

  it('refuses what it has not lent', async () => {
    const { pool } = setUp();
    const object = await pool.acquire();
    pool.release(object);
    assert.throws(() => pool.release(object), /released twice/);
    assert.throws(() => pool.release({ id: 1 }), BugError);
    assert.equal(pool.counts().idle, 1);
    pool.dispose();
  });

  it('tells a failed making to one caller, and frees the place', async () => {
    let fails = true;
    const { pool, clock } = setUp({
      max: 1,
      maxIdle: 1,
      create: async () => {
        if (fails) {
          fails = false;
          throw new Error('no memory');
        }
        return { id: 7 };
      },
    });
    const first = pool.acquire();
    const second = pool.acquire();
    await assert.rejects(first, /no memory/);
    assert.equal((await second).id, 7);
    assert.equal(clock.pendingTimers, 0);
    pool.dispose();
  });

  it('rejects where making throws at once', async () => {
    const { pool } = setUp({
      create: () => {
        throw new Error('no memory');
      },
    });
    await assert.rejects(pool.acquire(), /no memory/);
    assert.deepEqual([pool.counts().created, pool.counts().waiting], [0, 0]);
  });

  it('gives an object that comes late to another caller, or keeps it', async () => {
    const { pool, clock } = setUp({
      create: () =>
        new Promise((resolve) => clock.setTimeout(() => resolve({ id: clock.now() }), 100)),
    });
    const controller = new AbortController();
    const aborted = assert.rejects(pool.acquire({ signal: controller.signal }), CancelledError);
    await clock.advance(50);
    const next = pool.acquire();
    controller.abort();
    await aborted;
    await clock.advance(50);
    assert.equal((await next).id, 100);
    await clock.advance(50);
    assert.equal(pool.counts().idle, 1);
    pool.dispose();
  });

  it('drops what comes back when enough lie unused', async () => {
    const { pool, disposed } = setUp({ max: 3, maxIdle: 1 });
    const objects = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    for (const object of objects) {
      pool.release(object);
    }
    assert.deepEqual(disposed, [2, 3]);
    assert.equal(pool.counts().idle, 1);
    pool.dispose();
  });

  it('drops what lies unused for long, down to its minimum', async () => {
    const { pool, clock, disposed } = setUp({ min: 1, max: 3, maxIdle: 3 });
    const objects = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    for (const object of objects) {
      pool.release(object);
      await clock.advance(400);
    }
    assert.deepEqual(disposed, [1]);
    await clock.advance(200);
    assert.deepEqual(disposed, [1, 2]);
    await clock.advance(10_000);
    assert.equal(pool.counts().idle, 1);
    assert.equal(clock.pendingTimers, 0);
    pool.dispose();
  });

  it('lets everything go when disposed, and what is lent when it comes back', async () => {
    const { pool, clock, disposed } = setUp();
    const lent = await pool.acquire();
    pool.release(await pool.acquire());
    const all = await Promise.all([pool.acquire()]);
    const waiting = assert.rejects(pool.acquire({ timeoutMs: 1000 }), CancelledError);
    pool.dispose();
    pool.dispose();
    await waiting;
    assert.deepEqual(disposed, []);
    pool.release(lent);
    pool.release(all[0] as Tool);
    assert.deepEqual(disposed, [1, 2]);
    assert.throws(() => pool.release(lent), BugError);
    await assert.rejects(pool.acquire(), CancelledError);
    assert.equal(clock.pendingTimers, 0);
  });

  it('lets an object go that is made after its disposal', async () => {
    let finish: (tool: Tool) => void = () => undefined;
    const { pool, disposed } = setUp({
      create: () =>
        new Promise<Tool>((resolve) => {
          finish = resolve;
        }),
    });
    const waiting = assert.rejects(pool.acquire(), CancelledError);
    pool.dispose();
    await waiting;
    finish({ id: 9 });
    await settle();
    assert.deepEqual(disposed, [9]);
  });

  it('tells what a disposal throws, and goes on', async () => {
    const errors: unknown[] = [];
    const { pool } = setUp({
      maxIdle: 0,
      dispose: () => {
        throw new Error('stuck');
      },
      onDisposalError: (error) => errors.push(error),
    });
    pool.release(await pool.acquire());
    assert.equal(errors.length, 1);
    assert.equal(pool.counts().idle, 0);
    pool.dispose();
  });

  it('refuses limits that contradict each other', () => {
    for (const limits of [
      { max: 0 },
      { min: 3 },
      { maxIdle: 3 },
      { min: -1 },
      { max: Number.NaN },
    ]) {
      assert.throws(() => setUp(limits), BugError);
    }
  });

  it('names the time that a caller waited in vain', () => {
    assert.equal(new AcquireTimeoutError(5).message, 'No pooled object was free within 5 ms.');
  });
});

describe('The counts of several pools', () => {
  const counts = {
    created: 1,
    inUse: 2,
    idle: 3,
    waiting: 4,
    waits: 5,
    totalWaitMs: 6,
    dropped: 7,
  };

  it('are added up, each for itself', () => {
    assert.deepEqual(sumOfCounts([counts, counts]), {
      created: 2,
      inUse: 4,
      idle: 6,
      waiting: 8,
      waits: 10,
      totalWaitMs: 12,
      dropped: 14,
    });
  });

  it('are nothing of no pool', () => assert.equal(sumOfCounts([]).created, 0));
});

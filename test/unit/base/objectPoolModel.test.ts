import assert from 'node:assert/strict';
import fc from 'fast-check';
import { settle } from '../../support/fakeClock.ts';
import { setUp, type Tool, watch } from './objectPoolSetUp.ts';

interface ModelWaiter {
  readonly name: string;
  readonly priority: number;
  readonly deadlineMs: number;
  readonly controller: AbortController;
}

/** What a pool with a factory that is done at once should do, in the simplest words. */
class PoolModel {
  readonly limits: { readonly min: number; readonly max: number; readonly maxIdle: number };
  nowMs = 0;
  made = 0;
  lent: number[] = [];
  idle: { readonly id: number; readonly sinceMs: number }[] = [];
  waiting: ModelWaiter[] = [];
  log: string[] = [];
  disposed: number[] = [];

  constructor(limits: PoolModel['limits']) {
    this.limits = limits;
  }

  acquire(waiter: ModelWaiter): void {
    const reused = this.idle.pop();
    if (reused) {
      this.lend(waiter, reused.id);
    } else if (this.lent.length < this.limits.max) {
      this.made += 1;
      this.lend(waiter, this.made);
    } else {
      this.waiting.push(waiter);
      this.waiting.sort((left, right) => right.priority - left.priority);
    }
  }

  release(id: number, isBroken: boolean): void {
    this.lent.splice(this.lent.indexOf(id), 1);
    if (isBroken) {
      this.disposed.push(id);
    }
    const next = this.waiting.shift();
    if (next) {
      this.made += isBroken ? 1 : 0;
      this.lend(next, isBroken ? this.made : id);
    } else if (!isBroken && this.idle.length < this.limits.maxIdle) {
      this.idle.push({ id, sinceMs: this.nowMs });
    } else if (!isBroken) {
      this.disposed.push(id);
    }
  }

  abort(index: number): ModelWaiter | undefined {
    const [waiter] = this.waiting.splice(index % Math.max(1, this.waiting.length), 1);
    if (waiter) {
      this.log.push(`${waiter.name}:CancelledError`);
    }
    return waiter;
  }

  /** Time passes in steps of 1 ms, so that nothing falls between. */
  advance(byMs: number): void {
    for (let step = 0; step < byMs; step += 1) {
      this.nowMs += 1;
      // Whoever came first gives up first, whatever the priority: timers run in the order they were set.
      const allLate = this.waiting.filter((waiter) => waiter.deadlineMs <= this.nowMs);
      for (const late of allLate.sort((left, right) => numberOf(left) - numberOf(right))) {
        this.waiting.splice(this.waiting.indexOf(late), 1);
        this.log.push(`${late.name}:AcquireTimeoutError`);
      }
      while (this.lent.length + this.idle.length > this.limits.min) {
        const [oldest] = this.idle;
        if (!oldest || oldest.sinceMs + 20 > this.nowMs) {
          break;
        }
        this.idle.shift();
        this.disposed.push(oldest.id);
      }
    }
  }

  private lend(waiter: ModelWaiter, id: number): void {
    this.lent.push(id);
    this.log.push(`${waiter.name}:${id}`);
  }
}

/** `c3` was the third to come. */
function numberOf({ name }: ModelWaiter): number {
  return Number(name.slice(1));
}

const action = fc.oneof(
  { withCrossShrink: true },
  fc.record({
    kind: fc.constant('acquire' as const),
    priority: fc.integer({ min: 0, max: 2 }),
    timeoutMs: fc.integer({ min: 1, max: 90 }),
  }),
  fc.record({ kind: fc.constant('release' as const), which: fc.nat(9), isBroken: fc.boolean() }),
  fc.record({ kind: fc.constant('abort' as const), which: fc.nat(9) }),
  fc.record({ kind: fc.constant('advance' as const), byMs: fc.integer({ min: 1, max: 25 }) }),
);
type Action = typeof action extends fc.Arbitrary<infer Step> ? Step : never;
const limits = fc
  .tuple(fc.nat(2), fc.nat(2), fc.nat(2))
  .map(([min, more, most]) => ({ min, maxIdle: min + more, max: Math.max(1, min + more + most) }));

/** A pool and its model, driven side by side. */
class PoolRun {
  readonly model: PoolModel;
  readonly lent = new Map<number, Tool>();
  readonly broken = new Set<number>();
  readonly log: string[] = [];
  readonly fixture: ReturnType<typeof setUp>;
  private callers = 0;

  constructor(bounds: PoolModel['limits']) {
    this.model = new PoolModel(bounds);
    const reset = ({ id }: Tool): void => {
      if (this.broken.has(id)) {
        throw new Error('broken');
      }
    };
    this.fixture = setUp({ ...bounds, idleMs: 20, reset });
  }

  async take(step: Action): Promise<void> {
    switch (step.kind) {
      case 'acquire':
        this.acquire(step.priority, step.timeoutMs);
        break;
      case 'release':
        this.release(step.which, step.isBroken);
        break;
      case 'abort':
        this.model.abort(step.which)?.controller.abort();
        break;
      case 'advance':
        await this.fixture.clock.advance(step.byMs);
        this.model.advance(step.byMs);
    }
    await settle();
  }

  compare(): void {
    const { model } = this;
    const { created, inUse, idle, waiting } = this.fixture.pool.counts();
    assert.deepEqual(this.log, model.log);
    assert.deepEqual(this.fixture.disposed, model.disposed);
    assert.deepEqual(
      [created, inUse, idle, waiting],
      [model.made, model.lent.length, model.idle.length, model.waiting.length],
    );
  }

  async end(): Promise<void> {
    this.fixture.pool.dispose();
    await settle();
    assert.equal(this.fixture.clock.pendingTimers, 0);
  }

  private acquire(priority: number, timeoutMs: number): void {
    this.callers += 1;
    const name = `c${this.callers}`;
    const controller = new AbortController();
    const { signal } = controller;
    const served = watch(
      this.fixture.pool.acquire({ priority, timeoutMs, signal }),
      name,
      this.log,
    );
    void served.then((object) => object && this.lent.set(object.id, object));
    this.model.acquire({ name, priority, deadlineMs: this.model.nowMs + timeoutMs, controller });
  }

  private release(which: number, isBroken: boolean): void {
    const object = [...this.lent.values()][which % Math.max(1, this.lent.size)];
    if (!object) {
      return;
    }
    this.lent.delete(object.id);
    if (isBroken) {
      this.broken.add(object.id);
    }
    this.fixture.pool.release(object);
    this.model.release(object.id, isBroken);
  }
}

describe('ObjectPool, for any sequence of calls', () => {
  it('does what the model says', async () => {
    await fc.assert(
      fc.asyncProperty(
        limits,
        fc.array(action, { maxLength: 60, size: 'max' }),
        async (bounds, actions) => {
          const run = new PoolRun(bounds);
          for (const step of actions) {
            await run.take(step);
            run.compare();
          }
          await run.end();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never has more objects than its limit while they are made slowly and may fail', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ atMs: fc.nat(50), takesMs: fc.nat(20), fails: fc.boolean() })),
        async (callers) => {
          let alive = 0;
          let most = 0;
          const { pool, clock } = setUp({
            create: () => {
              alive += 1;
              most = Math.max(most, alive);
              const { takesMs = 0, fails = false } = callers[alive % callers.length] ?? {};
              return new Promise((resolve, reject) => {
                clock.setTimeout(() => {
                  alive -= fails ? 1 : 0;
                  fails ? reject(new Error('failed')) : resolve({ id: alive });
                }, takesMs);
              });
            },
            dispose: () => {
              alive -= 1;
            },
          });
          let settled = 0;
          for (const { atMs, takesMs } of callers) {
            clock.setTimeout(() => {
              pool
                .acquire()
                .then(
                  (object) => clock.setTimeout(() => pool.release(object), takesMs),
                  () => undefined,
                )
                .finally(() => {
                  settled += 1;
                });
            }, atMs);
          }
          await clock.advance(10_000);
          assert.equal(settled, callers.length);
          assert.ok(most <= 2);
          assert.equal(pool.counts().inUse, 0);
          pool.dispose();
          assert.equal(alive, 0);
        },
      ),
      { numRuns: 100 },
    );
  });
});

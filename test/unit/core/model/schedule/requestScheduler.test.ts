import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Priority } from '../../../../../src/core/model/request.ts';
import {
  RequestScheduler,
  type Slot,
} from '../../../../../src/core/model/schedule/requestScheduler.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';

/** A scheduler whose grants are written down in their order. */
class Bench {
  readonly clock = new FakeClock();
  readonly granted: string[] = [];
  readonly refused: string[] = [];
  readonly slots = new Map<string, Slot>();
  readonly scheduler: RequestScheduler;

  constructor(maxConcurrent: number) {
    this.scheduler = new RequestScheduler({
      clock: this.clock,
      maxConcurrent: () => maxConcurrent,
    });
  }

  ask(name: string, priority: Priority, flow = name, signal = new AbortController().signal): void {
    this.scheduler
      .acquire('lane', { priority, flow }, signal)
      .then((slot) => {
        if (typeof slot === 'string') {
          this.refused.push(`${name} ${slot}`);
        } else {
          this.granted.push(name);
          this.slots.set(name, slot);
        }
      })
      .catch((error: unknown) => assert.fail(String(error)));
  }

  async settle(): Promise<void> {
    await this.clock.advance(0);
  }

  /** Ends the oldest request under way. */
  async finishOne(): Promise<void> {
    const [name] = this.slots.keys();
    assert.ok(name !== undefined);
    this.slots.get(name)?.release();
    this.slots.delete(name);
    await this.settle();
  }

  async finishAll(): Promise<void> {
    while (this.slots.size > 0) {
      await this.finishOne();
    }
  }
}

describe('The scheduler', () => {
  it('sends the user’s own requests before background before bulk', async () => {
    const bench = new Bench(1);
    bench.ask('first', 'interactive');
    bench.ask('bulk', 'bulk');
    bench.ask('background', 'background');
    bench.ask('second', 'interactive');
    await bench.settle();
    await bench.finishAll();
    assert.deepEqual(bench.granted, ['first', 'second', 'background', 'bulk']);
  });

  it('takes turns between flows, whichever asked more', async () => {
    const bench = new Bench(1);
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) {
      bench.ask(name, 'interactive', name[0]);
    }
    await bench.settle();
    await bench.finishAll();
    assert.deepEqual(bench.granted, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('keeps two slots for the user while background work fills the rest', async () => {
    const bench = new Bench(4);
    for (let index = 0; index < 6; index += 1) {
      bench.ask(`background ${index}`, 'background');
    }
    await bench.settle();
    assert.equal(bench.granted.length, 2);
    bench.ask('user', 'interactive');
    await bench.settle();
    assert.equal(bench.granted.at(-1), 'user');
  });

  it('lets no waiting request starve under a constant stream of the user’s own', async () => {
    const bench = new Bench(1);
    bench.ask('user 0', 'interactive');
    bench.ask('bulk', 'bulk');
    await bench.settle();
    let round = 1;
    while (!bench.granted.includes('bulk') && round < 100) {
      bench.ask(`user ${round}`, 'interactive');
      await bench.clock.advance(1_000);
      await bench.finishOne();
      round += 1;
    }
    assert.ok(bench.granted.includes('bulk'), 'bulk had its turn');
    assert.ok(round > 20, 'but not before the others');
  });

  it('sends aged background work into free slots that are kept for the user', async () => {
    const bench = new Bench(3);
    bench.ask('one', 'background');
    bench.ask('two', 'background');
    await bench.settle();
    assert.deepEqual(bench.granted, ['one']);
    await bench.clock.advance(15_000);
    assert.deepEqual(bench.granted, ['one', 'two']);
  });

  it('leaves what is scarce to the user until the provider’s limit is reset', async () => {
    const bench = new Bench(8);
    const resetsAt = bench.clock.wallTime() + 9_000;
    bench.scheduler.observe('lane', [{ limit: 50, remaining: 2, resetsAt }]);
    bench.ask('background', 'background');
    for (const name of ['one', 'two', 'three']) {
      bench.ask(name, 'interactive');
    }
    await bench.settle();
    assert.deepEqual(bench.granted, ['one', 'two'], 'as many as are left');
    await bench.clock.advance(9_000);
    assert.deepEqual(bench.granted, ['one', 'two', 'three', 'background']);
  });

  it('tries the user’s request even where nothing is said to be left', async () => {
    const bench = new Bench(8);
    const resetsAt = bench.clock.wallTime() + 60_000;
    bench.scheduler.observe('lane', [{ limit: 50, remaining: 0, resetsAt }]);
    bench.ask('user', 'interactive');
    await bench.settle();
    assert.deepEqual(bench.granted, ['user']);
  });

  it('drops the oldest superseded background request when too many wait, never the user’s', async () => {
    const bench = new Bench(1);
    bench.ask('running', 'interactive');
    bench.ask('lonely', 'background', 'lonely');
    for (let index = 0; index < 63; index += 1) {
      bench.ask(`typing ${index}`, 'background', 'typing');
      bench.ask(`user ${index}`, 'interactive');
    }
    await bench.settle();
    assert.deepEqual(bench.refused, []);
    bench.ask('typing 63', 'background', 'typing');
    await bench.settle();
    assert.deepEqual(bench.refused, ['typing 0 superseded']);
    bench.scheduler.dispose();
  });

  it('takes a cancelled request out of the line', async () => {
    const bench = new Bench(1);
    const controller = new AbortController();
    bench.ask('running', 'interactive');
    bench.ask('waiting', 'interactive', 'waiting', controller.signal);
    await bench.settle();
    controller.abort();
    await bench.settle();
    await bench.finishAll();
    assert.deepEqual(bench.refused, ['waiting cancelled']);
    assert.deepEqual(bench.granted, ['running']);
  });

  it('holds its limits, serves everyone and leaves nothing behind, whatever comes', async () => {
    const priority = fc.constantFrom<Priority>('interactive', 'background', 'bulk');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ask'), priority, flow: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ kind: fc.constant('finish') }),
      fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 20_000 }) }),
      fc.record({ kind: fc.constant('cancel'), index: fc.nat(30) }),
    ) as fc.Arbitrary<Step>;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, limit) => {
          await playAll(steps, limit);
        },
      ),
      { numRuns: 150 },
    );
  });
});

type Step =
  | { readonly kind: 'ask'; readonly priority: Priority; readonly flow: string }
  | { readonly kind: 'finish' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cancel'; readonly index: number };

async function playAll(steps: readonly Step[], limit: number): Promise<void> {
  const bench = new Bench(limit);
  const controllers: AbortController[] = [];
  for (const step of steps) {
    if (step.kind === 'ask') {
      const controller = new AbortController();
      controllers.push(controller);
      bench.ask(`${controllers.length}`, step.priority, step.flow, controller.signal);
    } else if (step.kind === 'cancel') {
      controllers[step.index]?.abort();
    } else if (step.kind === 'wait') {
      await bench.clock.advance(step.ms);
    } else if (bench.slots.size > 0) {
      await bench.finishOne();
    }
    await bench.settle();
    assert.ok(bench.slots.size <= limit);
  }
  while (bench.slots.size > 0 || bench.scheduler.counts.waiting > 0) {
    await bench.clock.advance(15_000);
    await bench.finishOne();
  }
  assert.equal(bench.granted.length + bench.refused.length, controllers.length);
  assert.deepEqual(bench.scheduler.counts, { waiting: 0, running: 0 });
  assert.equal(bench.clock.pendingTimers, 0);
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TeamDatabase, type Weather } from '../../../support/team/teamDatabase.ts';
import { Machine } from './machine.ts';

const members = ['anna', 'ben'] as const;
const threadIds = ['s', 't'] as const;

type Step =
  | { readonly kind: 'say' | 'open'; readonly by: number; readonly thread: number }
  | { readonly kind: 'retry'; readonly by: number; readonly thread: number; readonly at: number }
  | { readonly kind: 'rename'; readonly by: number; readonly thread: number }
  | { readonly kind: 'share'; readonly by: number; readonly isShared: boolean }
  | { readonly kind: 'exchange'; readonly by: number; readonly weather: readonly Weather[] }
  | { readonly kind: 'restart'; readonly by: number };

const by = fc.nat({ max: 1 });
const thread = fc.nat({ max: 1 });
const weather = fc.array(fc.constantFrom<Weather>('fair', 'fair', 'fair', 'answerLost', 'away'), {
  maxLength: 12,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('say' as const), by, thread }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('open' as const), by, thread }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('retry' as const),
      by,
      thread,
      at: fc.nat({ max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), by, thread }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('share' as const), by, isShared: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('exchange' as const), by, weather }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), by }) },
);

/** Two machines that say things in two threads, and what must be left of it. */
class Run {
  readonly said = new Set<string>();
  readonly takenBack = new Set<string>();
  readonly machines: readonly Machine[];

  private constructor(machines: readonly Machine[]) {
    this.machines = machines;
  }

  static async begin(): Promise<Run> {
    const database = new TeamDatabase();
    const run = new Run(await Promise.all(members.map((name) => Machine.create(name, database))));
    for (const [index, id] of threadIds.entries()) {
      const owner = run.machine(index);
      await owner.begin(id);
      run.said.add(await owner.say(id));
      await owner.log.wantShared(id, true);
    }
    await run.settle();
    return run;
  }

  async perform(one: Step): Promise<void> {
    const machine = this.machine(one.by);
    switch (one.kind) {
      case 'say':
      case 'open':
      case 'retry':
      case 'rename':
        await this.use(machine, one);
        break;
      case 'share':
        // Whose a thread is decides who sees it.
        await machine.log.wantShared(threadIds[one.by] ?? '', one.isShared);
        break;
      case 'restart':
        await machine.restart();
        break;
      case 'exchange':
        await this.exchange(machine, one.weather);
    }
  }

  /** The server is there again, everything is shared, and everybody has seen it. */
  async settle(): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      for (const machine of this.machines) {
        machine.server.weather = () => 'fair';
        await machine.exchange();
        for (const { id, team } of await machine.list()) {
          if (team?.owner === undefined && !team?.isShared) {
            await machine.log.wantShared(id, true);
          }
          machine.shown = id;
          await machine.exchange();
        }
      }
    }
  }

  async conversations(machine: Machine): Promise<Record<string, readonly string[]>> {
    const rows = await machine.list();
    const entries = rows.map(async ({ id }) => [id, await machine.texts(id)] as const);
    return Object.fromEntries((await Promise.all(entries)).toSorted());
  }

  dispose(): void {
    for (const machine of this.machines) {
      machine.dispose();
    }
  }

  private machine(index: number): Machine {
    const machine = this.machines[index];
    assert.ok(machine);
    return machine;
  }

  private async use(
    machine: Machine,
    one: Extract<Step, { readonly thread: number }>,
  ): Promise<void> {
    const id = threadIds[one.thread] ?? '';
    // What is no longer shared goes from a machine in the end.
    if (!(await machine.log.state(id))) {
      return;
    }
    switch (one.kind) {
      case 'say':
        this.said.add(await machine.say(id));
        break;
      case 'open':
        machine.shown = id;
        break;
      case 'retry':
        await this.retry(machine, id, one.at);
        break;
      case 'rename':
        await this.rename(machine, id);
    }
  }

  private async retry(machine: Machine, id: string, at: number): Promise<void> {
    const texts = await machine.texts(id);
    for (const text of texts.slice(at)) {
      this.takenBack.add(text);
    }
    this.said.add(at < texts.length ? await machine.retry(id, at * 2) : await machine.say(id));
  }

  private async rename(machine: Machine, id: string): Promise<void> {
    const title = `By ${machine.name}`;
    await machine.done(machine.test.store.updateThread(id, { title, isTitleByUser: true }));
  }

  private async exchange(machine: Machine, coming: readonly Weather[]): Promise<void> {
    const left = [...coming];
    machine.server.weather = () => left.shift() ?? 'fair';
    await machine.exchange();
  }
}

describe('two machines of a team', () => {
  it('end with the same conversations, nothing lost and nothing twice, however the server goes away', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const run = await Run.begin();
        try {
          for (const one of steps) {
            await run.perform(one);
          }
          await run.settle();
          await check(run);
        } finally {
          run.dispose();
        }
      }),
      { numRuns: Number(process.env['SLIPSTREAM_RUNS'] ?? 12) },
    );
  });
});

async function check(run: Run): Promise<void> {
  const [anna, ben] = run.machines;
  assert.ok(anna && ben);
  assert.deepEqual([...anna.problems, ...ben.problems], []);
  const seen = await run.conversations(anna);
  assert.deepEqual(await run.conversations(ben), seen);
  assert.deepEqual(await titles(ben), await titles(anna));
  assert.equal(anna.sync.state.waiting + ben.sync.state.waiting, 0);
  for (const texts of Object.values(seen)) {
    assert.equal(new Set(texts).size, texts.length, `twice in ${texts.join(', ')}`);
  }
  const kept = new Set(Object.values(seen).flat());
  const lost = [...run.said].filter((text) => !kept.has(text) && !run.takenBack.has(text));
  assert.deepEqual(lost, []);
}

async function titles(machine: Machine): Promise<readonly string[]> {
  return (await machine.list())
    .map(({ id, title, messageCount }) => `${id} ${title} ${messageCount}`)
    .toSorted();
}

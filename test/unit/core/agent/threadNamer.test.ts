import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import { ThreadNamer, type ThreadNamerParts } from '../../../../src/core/agent/threadNamer.ts';
import { nameThreads } from '../../../../src/core/agent/threadNaming.ts';
import {
  type AgentHarness,
  createAgentHarness,
  draft,
  failed,
  reply,
  text,
} from '../../../support/agentHarness.ts';
import { settle } from '../../../support/fakeClock.ts';

const namers: ThreadNamer[] = [];

/** An agent whose namer hears all that the panel hears. */
function withNamer(changes: Partial<ThreadNamerParts> = {}) {
  const asked: string[] = [];
  const failures: unknown[] = [];
  const harness = createAgentHarness({ parts: { emit: (event) => namer.observe(event) } });
  const namer = new ThreadNamer({
    store: harness.store,
    ask: async ({ question, answer }) => {
      asked.push(`${question} / ${answer}`);
      return 'A better name';
    },
    isWanted: async () => true,
    suggestTitle: (threadId, title) => harness.service.suggestTitle(threadId, title),
    onFailure: (error) => failures.push(error),
    ...changes,
  });
  namers.push(namer);
  return { ...harness, namer, asked, failures };
}

async function ask(harness: AgentHarness, threadId: string, question: string): Promise<void> {
  harness.model.add(reply([text('It is 42.')]));
  await harness.service.send(threadId, draft(question));
  await harness.settled(threadId);
  await settle();
}

async function titleOf({ service }: AgentHarness, id: string): Promise<string | undefined> {
  const { threads } = await service.list({ query: '', limit: 10 });
  return threads.find((thread) => thread.id === id)?.title;
}

const taken = (): void => undefined;

describe('The thread namer', () => {
  afterEach(() => {
    for (const namer of namers.splice(0)) {
      namer.dispose();
    }
  });

  it('names a thread after its first turn, and never again', async () => {
    const kit = withNamer();
    const { id } = await kit.service.create(taken);
    await ask(kit, id, 'What is it?');
    assert.equal(await titleOf(kit, id), 'A better name');
    await ask(kit, id, 'And twice that?');
    assert.deepEqual(kit.asked, ['What is it? / It is 42.']);
  });

  it('leaves a name alone that the user gave, also while the model thinks of one', async () => {
    let answer = (_: string): void => undefined;
    const kit = withNamer({
      ask: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const { id } = await kit.service.create(taken);
    await ask(kit, id, 'What is it?');
    await kit.service.rename(id, 'Mine');
    answer('A better name');
    await settle();
    assert.equal(await titleOf(kit, id), 'Mine');
  });

  it('asks nothing where it is not wanted or the turn failed', async () => {
    const unwanted = withNamer({ isWanted: async () => false });
    const thread = await unwanted.service.create(taken);
    await ask(unwanted, thread.id, 'What is it?');
    assert.deepEqual(unwanted.asked, []);

    const broken = withNamer();
    const { id } = await broken.service.create(taken);
    broken.model.add(reply([], failed()));
    await broken.service.send(id, draft('What is it?'));
    await broken.settled(id);
    await settle();
    assert.deepEqual(broken.asked, []);
  });

  it('stops asking once it has failed', async () => {
    let calls = 0;
    const kit = withNamer({
      ask: () => {
        calls += 1;
        return Promise.reject(new UserError('No such model.'));
      },
    });
    for (const question of ['What is it?', 'Where is it?']) {
      const { id } = await kit.service.create(taken);
      await ask(kit, id, question);
      assert.equal(await titleOf(kit, id), question);
    }
    assert.equal(calls, 1);
    assert.equal(kit.failures.length, 1);
  });
});

describe('The name of a thread', () => {
  it('is one line without quotation marks and full stop, and not too long', () => {
    assert.equal(nameThreads.read(' “Rounding in the cart.”\n'), 'Rounding in the cart');
    assert.equal(nameThreads.read('  '), undefined);
    assert.equal(nameThreads.read('x'.repeat(80)), undefined);
    assert.equal(nameThreads.read({ name: 'x' }), undefined);
    assert.equal(nameThreads.read(undefined), undefined);
  });
});

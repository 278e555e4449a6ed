import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { MessageRecord, ThreadStore } from '../../../../src/core/store/records.ts';
import { MemoryThreadStore } from '../../../support/memoryThreadStore.ts';
import { assistantMessage, threadRecord, toolResult, userMessage } from './records.ts';
import type { ContractStore } from './testStore.ts';

/** One thing to do to a store, on the threads of one sequence. */
type Step = (store: ThreadStore, prefix: string) => Promise<unknown>;

interface DescribedStep {
  readonly name: string;
  readonly run: Step;
  /** Reads see what was written before, and may see what is written while they wait. */
  readonly isRead?: boolean;
}

const thread = fc.constantFrom('a', 'b');
const ordinal = fc.integer({ min: 0, max: 7 });
const words = fc
  .array(fc.constantFrom('cart', 'carton', 'price', 'Tax', 'sum', 'fee'), { maxLength: 4 })
  .map((list) => list.join(' '));
const resultText = fc.oneof(words, fc.constant('output '.repeat(500)));
const state = fc.constantFrom('running', 'done', 'stopped', 'failed', 'interrupted');
const toolUseIds = fc.uniqueArray(fc.constantFrom('u1', 'u2', 'u3'), { maxLength: 3 });

/** Every ordinal has two ids that fight for it, as two windows' messages would. */
const place = fc.record({ thread, ordinal, rival: fc.nat({ max: 9 }).map((n) => n === 0) });
type Place = { thread: string; ordinal: number; rival: boolean };

function message(prefix: string, at: Place, changes: object): MessageRecord {
  const threadId = `${prefix}${at.thread}`;
  const turnId = `t${Math.floor(at.ordinal / 3)}`;
  const id = `${threadId}-${at.ordinal}${at.rival ? '-rival' : ''}`;
  return at.ordinal % 3 === 0
    ? userMessage(threadId, at.ordinal, { id, turnId, ...changes })
    : assistantMessage(threadId, at.ordinal, { id, turnId, ...changes });
}

const putMessage = fc
  .record({ at: place, text: words, state, toolUseIds, result: resultText })
  .map(({ at, text, state: turnState, toolUseIds: ids, result }): DescribedStep => {
    const isUser = at.ordinal % 3 === 0;
    const uses = ids.map((id) => ({ type: 'tool_use', id, name: 'run', input: { id } }) as const);
    const changes = isUser
      ? { text, content: [{ type: 'text', text }] }
      : {
          state: turnState,
          content: text === '' ? uses : [{ type: 'text', text }, ...uses],
          toolResults: ids.slice(1).map((id) => toolResult(id, { content: result })),
        };
    const name = `put ${JSON.stringify(at)} ${JSON.stringify(changes)}`;
    return { name, run: (store, prefix) => store.putMessage(message(prefix, at, changes)) };
  });

/** Results and deltas belong to answers alone. */
const answer = place.filter((at) => at.ordinal % 3 !== 0);

const putToolResult = fc
  .record({ at: answer, toolUseId: fc.constantFrom('u1', 'u2'), content: resultText })
  .map(({ at, toolUseId, content }): DescribedStep => {
    const result = toolResult(toolUseId, { content });
    return {
      name: `result ${JSON.stringify(at)} ${toolUseId} ${content.length}`,
      run: (store, prefix) => store.putToolResult(message(prefix, at, {}).id, result),
    };
  });

const appendDelta = fc
  .record({
    at: answer,
    blockIndex: fc.nat({ max: 3 }),
    kind: fc.constantFrom('text', 'thinking'),
    text: words,
  })
  .map(({ at, ...delta }): DescribedStep => {
    return {
      name: `delta ${JSON.stringify(at)} ${JSON.stringify(delta)}`,
      run: (store, prefix) =>
        store.appendDelta({ messageId: message(prefix, at, {}).id, ...delta }),
    };
  });

const changeThread = fc
  .record({
    thread: fc.constantFrom('a', 'b', 'unknown'),
    changes: fc.record(
      { title: words, updatedAt: fc.nat({ max: 5_000 }), costUsd: fc.constant(undefined) },
      { requiredKeys: ['updatedAt'] },
    ),
  })
  .map(({ thread: name, changes }): DescribedStep => {
    return {
      name: `update ${name} ${JSON.stringify(changes)}`,
      run: (store, prefix) => store.updateThread(prefix + name, changes),
    };
  });

function onThread(
  name: string,
  run: (store: ThreadStore, id: string, ordinal: number) => Promise<unknown>,
  isRead = false,
): fc.Arbitrary<DescribedStep> {
  return fc.tuple(thread, ordinal).map(([which, at]) => ({
    name: `${name} ${which} ${at}`,
    run: (store, prefix) => run(store, prefix + which, at),
    isRead,
  }));
}

const step = fc.oneof(
  { weight: 8, arbitrary: putMessage },
  { weight: 4, arbitrary: appendDelta },
  { weight: 2, arbitrary: putToolResult },
  { weight: 2, arbitrary: changeThread },
  onThread('create again', (store, id) => store.createThread(threadRecord(id))),
  onThread('delete', (store, id) => store.deleteThread(id)),
  onThread('restore', (store, id) => store.restoreThread(id)),
  onThread('set aside', (store, id, at) => store.setAsideFrom(id, at)),
  onThread('history', (store, id) => store.readHistory(id), true),
  onThread(
    'page',
    (store, id, at) => store.readPage(id, { limit: 1 + (at % 3), beforeOrdinal: at }),
    true,
  ),
);

/** What became of a step, in a form that can be compared. */
async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return { value: await work };
  } catch (error) {
    return { error: error instanceof Error ? error.name : error };
  }
}

async function everythingOf(store: ThreadStore, prefix: string): Promise<unknown> {
  const lists = ['', 'car', 'tax cart', 'question'].map(async (text) => {
    const list = await store.listThreads({ workspace: prefix, text, limit: 10 });
    return list.threads.map(({ excerpt, ...row }) => ({ ...row, isInText: excerpt !== undefined }));
  });
  const threads = ['a', 'b'].map(async (name) => {
    const id = prefix + name;
    return [
      await store.readThread(id),
      await store.readHistory(id),
      await store.readPage(id, { limit: 2 }),
      await store.readToolResult(id, 'u2'),
    ];
  });
  return Promise.all([...lists, ...threads]);
}

/** Whether a store does the same as one in memory, whatever is done to both. */
export function threadStoreModelContract(
  createStore: () => Promise<ContractStore>,
  numRuns: number,
): void {
  let test: ContractStore;
  let store: ThreadStore;
  let sequence = 0;

  before(async () => {
    test = await createStore();
    store = test.store;
  });

  after(() => test.dispose());

  async function compare(steps: readonly DescribedStep[]): Promise<void> {
    const prefix = `${sequence}:`;
    sequence += 1;
    const model = new MemoryThreadStore();
    const outcomes: Promise<unknown>[] = [];
    const expected: unknown[] = [];
    const both = async (run: Step, isRead = false): Promise<void> => {
      const outcomeHere = outcomeOf(run(store, prefix));
      outcomes.push(outcomeHere);
      if (isRead) {
        await outcomeHere;
      }
      const outcome = await outcomeOf(run(model, prefix));
      expected.push(outcome);
      if (isDeepStrictEqual(outcome, { error: 'BugError' })) {
        // What comes too early is refused, unless what it waits for is in the same commit.
        await store.flush();
      }
    };
    for (const name of ['a', 'b']) {
      await both((one) => one.createThread(threadRecord(prefix + name, { workspace: prefix })));
    }
    for (const { run, isRead } of steps) {
      await both(run, isRead);
    }
    await store.flush();
    assert.deepEqual(await Promise.all(outcomes), expected);
    assert.deepEqual(await everythingOf(store, prefix), await everythingOf(model, prefix));
  }

  it('is indistinguishable from it over random sequences', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(step, { maxLength: 30 })
          .map((steps) =>
            Object.assign(steps, { toString: () => steps.map(({ name }) => name).join('\n') }),
          ),
        compare,
      ),
      { numRuns },
    );
  });
}

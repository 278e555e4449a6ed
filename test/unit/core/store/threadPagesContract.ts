import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MessageRecord, ThreadPage } from '../../../../src/core/store/records.ts';
import { assistantMessage, threadRecord, userMessage } from './records.ts';
import { type ContractStore, committed } from './testStore.ts';

/** How every store of threads deals out a thread in pages. */
export function threadPagesContract(createStore: () => Promise<ContractStore>): void {
  let test: ContractStore;
  let threads = 0;

  before(async () => {
    test = await createStore();
  });

  after(() => test.dispose());

  /** A thread whose turns have so many answers each; ordinals have gaps, as after setting aside. */
  async function threadOf(answersPerTurn: readonly number[]): Promise<string> {
    threads += 1;
    const id = `thread${threads}`;
    const { store } = test;
    const writes = [store.createThread(threadRecord(id))];
    let ordinal = 0;
    for (const [turn, answers] of answersPerTurn.entries()) {
      ordinal += 2;
      writes.push(store.putMessage(userMessage(id, ordinal, { turnId: `t${turn}` })));
      for (let answer = 0; answer < answers; answer += 1) {
        ordinal += 1;
        writes.push(store.putMessage(assistantMessage(id, ordinal, { turnId: `t${turn}` })));
      }
    }
    await committed(store, ...writes);
    return id;
  }

  /** Scrolls up from the end to the beginning. */
  async function allPages(id: string, limit: number): Promise<readonly ThreadPage[]> {
    const pages: ThreadPage[] = [];
    let page = await test.store.readPage(id, { limit });
    pages.unshift(page);
    while (page.hasEarlier) {
      const beforeOrdinal = page.messages[0]?.ordinal ?? 0;
      page = await test.store.readPage(id, { limit, beforeOrdinal });
      pages.unshift(page);
    }
    return pages;
  }

  it('put together are the whole history, in whole turns', async () => {
    const turns = fc.array(fc.nat({ max: 4 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 9 }), async (answersPerTurn, limit) => {
        const id = await threadOf(answersPerTurn);
        const pages = await allPages(id, limit);
        const joined = pages.flatMap((page) => page.messages);
        assert.deepEqual(joined, await test.store.readHistory(id));
        for (const page of pages) {
          checkPage(page, limit);
        }
      }),
      { numRuns: 100 },
    );
  });

  function checkPage({ messages, hasEarlier }: ThreadPage, limit: number): void {
    const [first] = messages;
    assert.ok(first === undefined || first.role === 'user', 'starts where a turn starts');
    if (hasEarlier) {
      assert.ok(messages.length >= limit, 'is as long as was asked');
      const inFirstTurn = messages.filter(
        (message: MessageRecord) => message.turnId === first?.turnId,
      );
      assert.ok(messages.length - inFirstTurn.length < limit, 'is no longer than the turn needs');
    }
  }

  it('are empty for a thread that does not exist', async () => {
    assert.deepEqual(await test.store.readPage('unknown', { limit: 5 }), {
      messages: [],
      hasEarlier: false,
    });
  });

  it('leave out what was set aside, whose places may be taken again', async () => {
    const id = await threadOf([1, 1, 1]);
    const { store } = test;
    const again = userMessage(id, 5, { id: `${id}-again`, turnId: 'again', text: 'Otherwise' });
    await committed(store, store.setAsideFrom(id, 5), store.putMessage(again));
    const page = await store.readPage(id, { limit: 10 });
    assert.deepEqual(
      page.messages.map((message) => message.ordinal),
      [2, 3, 5],
    );
    assert.deepEqual(page.messages.at(-1), again);
    const list = await store.listThreads({ workspace: 'w', text: 'otherwise', limit: 5 });
    assert.deepEqual(
      list.threads.map((row) => [row.id, row.messageCount]),
      [[id, 3]],
    );
  });
}

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { sqliteDialect } from '../../../../src/core/store/dialect.ts';
import { messageStatements } from '../../../../src/core/store/messageStatements.ts';
import type { MessageRecord, ThreadPage } from '../../../../src/core/store/records.ts';
import { assistantMessage, threadRecord, userMessage } from './records.ts';
import { committed, createTestStore, type TestStore } from './testStore.ts';

describe('pages of a thread', () => {
  let test: TestStore;
  let threads = 0;

  before(async () => {
    test = await createTestStore();
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

  it('are read through indexes alone', async () => {
    const id = await threadOf([3, 3]);
    await test.store.flush();
    const database = new DatabaseSync(test.path);
    try {
      const plan = database
        .prepare(`EXPLAIN QUERY PLAN ${messageStatements(sqliteDialect).page}`)
        .all(id, 1_000, id, id, 1_000, 5)
        .map((row) => String(row['detail']));
      // A part that is joined instead of looked up once makes a long thread take minutes.
      assert.deepEqual(
        plan.filter((line) => !/^(SEARCH|CORRELATED SCALAR SUBQUERY|SCALAR SUBQUERY) /.test(line)),
        [
          'USE TEMP B-TREE FOR json_group_array(ORDER BY)',
          'USE TEMP B-TREE FOR json_group_array(ORDER BY)',
        ],
        plan.join('\n'),
      );
      const places = [
        'm USING INDEX message_order (thread_id=? AND ordinal>? AND ordinal<?)',
        'f USING INDEX message_turn (thread_id=? AND turn_id=?)',
        'n USING INDEX message_order (thread_id=? AND ordinal<?)',
        'e USING INDEX message_order (thread_id=? AND ordinal<?)',
      ];
      for (const place of places) {
        assert.ok(plan.includes(`SEARCH ${place}`), plan.join('\n'));
      }
    } finally {
      database.close();
    }
  });
});

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { sqliteDialect } from '../../../../src/core/store/dialect.ts';
import { ListStatements } from '../../../../src/core/store/threadListQuery.ts';
import { threadRecord, userMessage } from './records.ts';
import { committed, createTestStore } from './testStore.ts';
import { threadListContract, threadSearchContract } from './threadListContract.ts';

describe('the thread list', () => {
  threadListContract(createTestStore);

  it('is answered by its index alone', async () => {
    const test = await createTestStore();
    const database = new DatabaseSync(test.path);
    try {
      const statements = new ListStatements(sqliteDialect);
      const page = { workspace: 'w', text: '', limit: 19 };
      const plans = [page, { ...page, before: { updatedAt: 5, id: 'id' } }].map((query) => {
        const { sql, values } = statements.plan(query, true);
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
        return plan.map((row) => String(row['detail']));
      });
      for (const plan of plans) {
        assert.equal(plan.length, 1, plan.join('\n'));
        assert.match(
          plan[0] ?? '',
          /USING COVERING INDEX thread_list \(workspace=\? AND deleted_at=\?/,
        );
      }
      assert.match(
        plans[1]?.[0] ?? '',
        /updated_at/,
        'a later page does not read the earlier ones',
      );
    } finally {
      database.close();
      test.dispose();
    }
  });
});

for (const isIndexed of [true, false]) {
  describe(`search ${isIndexed ? 'with' : 'without'} the word index`, () => {
    threadSearchContract(() => createTestStore({ isIndexed }), isIndexed);
  });
}

describe('the word index', () => {
  it('ignores accents', async () => {
    const test = await createTestStore();
    try {
      await committed(
        test.store,
        test.store.createThread(threadRecord('n', { title: 'Naïve dates' })),
      );
      const { threads } = await test.store.listThreads({ workspace: 'w', text: 'naive', limit: 9 });
      assert.equal(threads.length, 1);
    } finally {
      test.dispose();
    }
  });

  it('is filled again after a time without full-text search', async () => {
    let isIndexed = true;
    const options = {
      get isIndexed() {
        return isIndexed;
      },
    };
    const test = await createTestStore(options);
    try {
      await committed(
        test.store,
        test.store.createThread(threadRecord('a', { title: 'Before' })),
        test.store.putMessage(userMessage('a', 0, { text: 'removed later' })),
        test.store.putMessage(userMessage('a', 1, { text: 'stays' })),
      );
      isIndexed = false;
      const without = await test.reopen();
      await committed(
        without,
        without.updateThread('a', { title: 'After' }),
        without.setAsideFrom('a', 1),
        without.putMessage(userMessage('a', 0, { text: 'rewritten' })),
      );
      isIndexed = true;
      const store = await test.reopen();
      const find = async (text: string) =>
        (await store.listThreads({ workspace: 'w', text, limit: 9 })).threads.length;
      assert.deepEqual(
        [await find('before'), await find('removed'), await find('stays')],
        [0, 0, 0],
      );
      assert.deepEqual([await find('after'), await find('rewritten')], [1, 1]);
    } finally {
      test.dispose();
    }
  });
});

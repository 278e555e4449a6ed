import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { sqliteDialect } from '../../../../src/core/store/dialect.ts';
import { messageStatements } from '../../../../src/core/store/messageStatements.ts';
import { createTestStore } from './testStore.ts';
import { threadPagesContract } from './threadPagesContract.ts';

describe('pages of a thread', () => {
  threadPagesContract(createTestStore);

  it('are read through indexes alone', async () => {
    const test = await createTestStore();
    const database = new DatabaseSync(test.path);
    try {
      const plan = database
        .prepare(`EXPLAIN QUERY PLAN ${messageStatements(sqliteDialect).page}`)
        .all('t', 1_000, 't', 't', 1_000, 5)
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
      test.dispose();
    }
  });
});

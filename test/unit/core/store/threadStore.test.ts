import assert from 'node:assert/strict';
import { BugError } from '../../../../src/base/errors.ts';
import { threadRecord, userMessage } from './records.ts';
import { committed, createTestStore, type TestStore } from './testStore.ts';
import { threadStoreContract } from './threadStoreContract.ts';

describe('SqliteThreadStore', () => {
  threadStoreContract(createTestStore);

  describe('on this machine', () => {
    let test: TestStore;

    beforeEach(async () => {
      test = await createTestStore();
      await committed(test.store, test.store.createThread(threadRecord('a')));
    });

    afterEach(() => test.dispose());

    it('reads what this window queued and nobody committed yet', async () => {
      const write = test.store.putMessage(userMessage('a', 0));
      assert.equal(test.store.counters.queued, 1);
      assert.equal((await test.store.readHistory('a')).length, 1);
      await write;
      assert.equal(test.clock.pendingTimers, 0, 'no timer without a queue');
    });

    it('commits what was queued within 100 ms without being asked', async () => {
      let isKept = false;
      const write = test.store.putMessage(userMessage('a', 0)).then(() => {
        isKept = true;
      });
      await test.clock.advance(99);
      assert.equal(isKept, false);
      await test.clock.advance(1);
      assert.equal(isKept, true);
      await write;
    });

    it('keeps what is queued at disposal, and refuses what comes after it', async () => {
      const write = test.store.putMessage(userMessage('a', 0));
      const closed = test.store;
      const reopened = await test.reopen();
      await write;
      assert.equal((await reopened.readHistory('a')).length, 1);
      await assert.rejects(closed.putMessage(userMessage('a', 1)), BugError);
      await assert.rejects(closed.readHistory('a'), BugError);
      await assert.rejects(closed.flush(), BugError);
      closed.dispose();
    });
  });
});

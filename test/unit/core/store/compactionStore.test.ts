import assert from 'node:assert/strict';
import {
  type CompactionRecord,
  rewound,
  SqliteCompactionStore,
} from '../../../../src/core/store/compactionStore.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder } from '../../../support/temporaryFolder.ts';
import { threadRecord } from './records.ts';

const first: CompactionRecord = {
  id: 'c1',
  threadId: 'a',
  createdAt: 1_700_000_000_000,
  keptFrom: 12,
  plainBefore: 20,
  summary: '## Task\n\nKeep \u0000, 🖼 and half a pair \ud83d.',
};
const second: CompactionRecord = { ...first, id: 'c0', keptFrom: 40, plainBefore: 44 };

describe('SqliteCompactionStore', () => {
  it('gives back what was kept, oldest first, after a change, a step back and a reload', async () => {
    const folder = createTemporaryFolder('compactions');
    const path = `${folder.path}/threads.db`;
    const clock = new FakeClock();
    const opened = await openThreadStore({ path, clock });
    const store = new SqliteCompactionStore(opened.connection);
    const writes = [
      opened.store.createThread(threadRecord('a')),
      store.putCompaction(first),
      store.putCompaction(second),
      store.putCompaction({ ...first, summary: 'Changed.', plainBefore: 22 }),
      store.putCompaction({ ...second, id: 'c2', keptFrom: 50, plainBefore: 60 }),
      store.rewindCompactions('b', 0),
      store.rewindCompactions('a', 43),
    ];
    assert.deepEqual(await store.readCompactions('b'), []);
    await Promise.all(writes);
    opened.store.dispose();

    const again = await openThreadStore({ path, clock });
    const kept = await new SqliteCompactionStore(again.connection).readCompactions('a');
    const all = [{ ...first, summary: 'Changed.', plainBefore: 22 }, second];
    assert.deepEqual(kept, rewound([...all, { ...second, keptFrom: 50 }], 43));
    assert.deepEqual(kept, [
      { ...first, summary: 'Changed.', plainBefore: 22 },
      { ...second, plainBefore: 43 },
    ]);
    again.store.dispose();
    folder.dispose();
  });
});

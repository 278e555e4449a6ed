import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ModelStatistics } from '../../../../../src/core/model/router/modelStatistics.ts';
import { openThreadStore } from '../../../../../src/core/store/openThreadStore.ts';
import type { StoreConnection } from '../../../../../src/core/store/storeConnection.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import { createTemporaryFolder } from '../../../../support/temporaryFolder.ts';

const model = 'claude-sonnet-5-5';

/** Runs `test` with a function that opens the same file anew, as another window does. */
async function withStores(
  test: (open: () => Promise<StoreConnection>) => Promise<void>,
): Promise<void> {
  const folder = createTemporaryFolder('statistics');
  const opened: StoreConnection[] = [];
  try {
    await test(async () => {
      const path = join(folder.path, 'threads.db');
      const { connection } = await openThreadStore({ path, clock: new FakeClock() });
      opened.push(connection);
      return connection;
    });
  } finally {
    for (const connection of opened) {
      connection.dispose();
    }
    folder.dispose();
  }
}

describe('ModelStatistics', () => {
  it('are there again after a reload, for the same folders only', () =>
    withStores(async (open) => {
      const problems: unknown[] = [];
      const onProblem = (error: unknown): void => void problems.push(error);
      const store = await open();
      const before = new ModelStatistics({ store, workspace: () => '/home/ada/shop', onProblem });
      await before.load();
      before.add(model, 'success', 1);
      before.add(model, 'success', 0);
      before.add(model, 'firstTokenMs', 420);
      store.dispose();

      const again = await open();
      let workspace = '/home/ada/shop';
      const after = new ModelStatistics({ store: again, workspace: () => workspace, onProblem });
      await after.load();
      assert.deepEqual(after.figuresOf(model), before.figuresOf(model));
      assert.deepEqual(after.figuresOf(model).success, { value: 0.5, count: 2 });
      workspace = '/home/ada/other';
      await after.load();
      assert.equal(after.figuresOf(model).success.count, 0);
      assert.deepEqual(problems, []);
    }));

  it('forget slowly: the last thirty or so decide', () => {
    const statistics = new ModelStatistics({ workspace: () => '', onProblem: () => undefined });
    for (let index = 0; index < 200; index += 1) {
      statistics.add(model, 'success', 1);
    }
    for (let index = 0; index < 30; index += 1) {
      statistics.add(model, 'success', 0);
    }
    const { value, count } = statistics.figuresOf(model).success;
    assert.ok(value < 0.2 && value > 0.1, String(value));
    assert.equal(count, 230);
  });

  it('go on in memory where the store fails', () =>
    withStores(async (open) => {
      const problems: unknown[] = [];
      const store = await open();
      store.dispose();
      const onProblem = (error: unknown): void => void problems.push(error);
      const statistics = new ModelStatistics({ store, workspace: () => '', onProblem });
      await statistics.load();
      statistics.add(model, 'success', 1);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(statistics.figuresOf(model).success.count, 1);
      assert.equal(problems.length, 2);
    }));
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../../src/base/clock.ts';
import { Checkpoints } from '../../../../src/core/checkpoint/checkpoints.ts';
import { SqliteCheckpointStore } from '../../../../src/core/store/checkpointStore.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const childPath = fileURLToPath(new URL('./checkpointChild.ts', import.meta.url));
const original = 'as the user left it\n'.repeat(500);

describe('a killed window and its checkpoints', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = createTemporaryFolder('killed');
  });

  afterEach(() => folder.dispose());

  /** Lets turns change a file until one has written, and kills them `afterMs` later. */
  async function killAfter(path: string, file: string, afterMs: number): Promise<void> {
    const child = spawn(process.execPath, [childPath, path, file]);
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  for (const afterMs of [0, 7, 60]) {
    it(`brings back what was there before the first turn, killed ${afterMs} ms later`, async () => {
      const path = join(folder.path, 'threads.db');
      const file = join(folder.path, 'a.txt');
      writeFileSync(file, original);
      await killAfter(path, file, afterMs);
      const left = readFileSync(file, 'utf8');
      assert.notEqual(left, original);
      const { store, connection, setAside } = await openThreadStore({ path, clock: systemClock });
      assert.equal(setAside, undefined);
      const checkpoints = new Checkpoints({
        store: new SqliteCheckpointStore(connection),
        workspace: new DiskWorkspace(folder.path),
        clock: systemClock,
        newId: () => 'restore',
        maxMegabytes: () => 200,
      });
      const plan = await checkpoints.plan('a', 't0');
      assert.equal(plan.files.length, 1);
      // Where the kill came in the middle of writing, nobody knows whose text it is.
      const isWhole = /^\d+\n(changed\n){2000}$/.test(left);
      assert.equal(plan.files[0]?.isConflict, !isWhole);
      await checkpoints.restore('a', 't0', new Set([file]));
      assert.equal(readFileSync(file, 'utf8'), original);
      store.dispose();
    });
  }
});

/**
 * A window whose turns change a file again and again, to be killed. Arguments: the database's path
 * and the file. Tells on standard output, at once, which turn is about to write and which has.
 */
import { writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import { Checkpoints } from '../../../../src/core/checkpoint/checkpoints.ts';
import { SqliteCheckpointStore } from '../../../../src/core/store/checkpointStore.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import { fileEditOf } from '../../../../src/core/tools/fileEdit.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { threadRecord } from '../store/records.ts';

const [, , path = '', file = ''] = process.argv;
const { store, connection } = await openThreadStore({ path, clock: systemClock });
await store.createThread(threadRecord('a'));
const workspace = new DiskWorkspace(dirname(file));
const checkpoints = new Checkpoints({
  store: new SqliteCheckpointStore(connection),
  workspace,
  clock: systemClock,
  newId: () => 'restore',
  maxMegabytes: () => 200,
});
const fail = (error: unknown): never => {
  throw error;
};
for (let n = 0; ; n += 1) {
  const { text: before } = await workspace.readText(file);
  const after = `${n}\n${'changed\n'.repeat(2_000)}`;
  const turn = checkpoints.beginTurn({ threadId: 'a', turnId: `t${n}` }, fail, {
    kept: () => undefined,
    released: () => undefined,
  });
  const edit = fileEditOf({ path: file, before, after });
  await turn.beforeRun({ access: [], edits: [edit] });
  writeFileSync(file, after);
  turn.edited(edit);
  writeSync(1, `wrote ${n}\n`);
}

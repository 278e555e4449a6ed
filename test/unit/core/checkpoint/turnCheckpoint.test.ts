import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { fileEditOf } from '../../../../src/core/tools/fileEdit.ts';
import { CheckpointKit } from './checkpointKit.ts';

describe('TurnCheckpoint', () => {
  let kit: CheckpointKit;

  afterEach(() => kit.folder.dispose());

  it('keeps a file before it is changed, once', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    const turn = kit.begin('t1');
    await kit.edit(turn, 'a', 'a1');
    await kit.edit(turn, 'a', 'a2');
    await turn.end(false);
    assert.deepEqual(await kit.plan('t1'), ['a change +1 -1']);
    const [file] = (await kit.store.readSince('a', 't1')).files;
    const content = await kit.store.readContent(file?.textHash ?? '');
    assert.equal(Buffer.from(content).toString(), 'a0');
    assert.deepEqual(kit.heard, ['kept', 'released']);
  });

  it('lets go of a file that was not changed after all', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    const turn = kit.begin('t1');
    await turn.beforeRun({ access: [], edits: [fileEditOf(await kit.changeOf('a', 'a1'))] });
    await turn.end(false);
    assert.deepEqual((await kit.store.readSince('a', 't1')).files, []);
  });

  it('holds on to it where a stopped call may still change it', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    const turn = kit.begin('t1');
    const change = await kit.changeOf('a', 'a1');
    await turn.beforeRun({ access: [], edits: [fileEditOf(change)] });
    await turn.end(true);
    await kit.workspace.applyChanges([change]);
    assert.deepEqual(await kit.plan('t1'), ['a change +1 -1']);
  });

  it('knows what the last edit that succeeded has left', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    const turn = kit.begin('t1');
    await kit.edit(turn, 'a', 'a1');
    // This one fails.
    await turn.beforeRun({ access: [], edits: [fileEditOf(await kit.changeOf('a', 'a2'))] });
    await turn.end(false);
    assert.deepEqual(await kit.plan('t1'), ['a change +1 -1']);
  });

  it('knows what saving has made of an edit', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    const turn = kit.begin('t1');
    const change = await kit.changeOf('a', 'a1');
    await turn.beforeRun({ access: [], edits: [fileEditOf(change)] });
    writeFileSync(change.path, 'A1 formatted');
    turn.edited(fileEditOf({ ...change, after: 'A1 formatted' }));
    await turn.end(false);
    assert.deepEqual(await kit.plan('t1'), ['a change +1 -1']);
  });

  it('notes that commands ran', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    const turn = kit.begin('t1');
    await turn.beforeRun({ access: [{ kind: 'command', command: 'make', directory: '/' }] });
    assert.equal((await kit.checkpoints.plan('a', 't1')).hasCommands, true);
    await turn.end(false);
    assert.deepEqual(kit.heard, []);
  });

  it('lets the turn go on where nothing can be kept, and tells', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    const turn = kit.begin('t1');
    kit.store.keep = () => Promise.reject(new Error('The disk is full.'));
    await kit.edit(turn, 'a', 'a1');
    await turn.end(false);
    assert.deepEqual(kit.troubles, ['Error: The disk is full.']);
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { UserError } from '../../../../src/base/errors.ts';
import { CheckpointKit } from './checkpointKit.ts';

describe('Checkpoints', () => {
  let kit: CheckpointKit;
  const read = (name: string): string => readFileSync(kit.folder.join(name), 'utf8');

  afterEach(() => kit.folder.dispose());

  it('takes files back to before a turn and all that followed it', async () => {
    kit = await CheckpointKit.create({ a: 'a0\n', b: 'b0\n' });
    await kit.turn('t1', { a: 'a1\n', new: 'made\n' });
    await kit.turn('t2', { a: 'a2\n', b: 'b2\n' });
    assert.deepEqual(await kit.plan('t1'), [
      'a change +1 -1',
      'new deletion +0 -1',
      'b change +1 -1',
    ]);
    await kit.restore('t1');
    assert.deepEqual(
      [read('a'), read('b'), existsSync(kit.folder.join('new'))],
      ['a0\n', 'b0\n', false],
    );
    assert.deepEqual(await kit.plan('t1'), []);
  });

  it('goes back to any turn, and from there to a later one', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    await kit.turn('t1', { a: 'a1' });
    await kit.turn('t2', { a: 'a2' });
    await kit.restore('t2');
    assert.equal(read('a'), 'a1');
    await kit.restore('t1');
    assert.equal(read('a'), 'a0');
    await kit.restore('t2');
    assert.equal(read('a'), 'a1');
  });

  it('takes a restore back, and that again', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    await kit.turn('t1', { a: 'a1', new: 'made' });
    const restored = await kit.restore('t1');
    const back = await kit.restore(restored);
    assert.deepEqual([read('a'), read('new')], ['a1', 'made']);
    await kit.restore(back);
    assert.deepEqual([read('a'), existsSync(kit.folder.join('new'))], ['a0', false]);
  });

  it('asks about what somebody else has changed since, and leaves it alone without leave', async () => {
    kit = await CheckpointKit.create({ a: 'a0', b: 'b0', c: 'c0' });
    await kit.turn('t1', { a: 'a1', b: 'b1', c: 'c1' });
    writeFileSync(kit.folder.join('a'), 'mine');
    rmSync(kit.folder.join('c'));
    assert.deepEqual(await kit.plan('t1'), [
      'a change +1 -1 conflict',
      'b change +1 -1',
      'c creation +1 -0 conflict',
    ]);
    const restored = await kit.restore('t1');
    assert.deepEqual(
      [read('a'), read('b'), existsSync(kit.folder.join('c'))],
      ['mine', 'b0', false],
    );
    await kit.restore('t1', 'a', 'c');
    assert.deepEqual([read('a'), read('b'), read('c')], ['a0', 'b0', 'c0']);
    await kit.restore(restored);
    assert.equal(read('a'), 'mine', 'what was overwritten comes back as well');
  });

  it('asks about what somebody else has changed between two turns', async () => {
    kit = await CheckpointKit.create({ a: 'a0', b: 'b0' });
    await kit.turn('t1', { a: 'a1', b: 'b1' });
    writeFileSync(kit.folder.join('a'), 'mine');
    await kit.turn('t2', { a: 'mine and yours', b: 'b2' });
    assert.deepEqual(await kit.plan('t1'), ['a change +1 -1 conflict', 'b change +1 -1']);
    assert.deepEqual(await kit.plan('t2'), ['a change +1 -1', 'b change +1 -1']);
    await kit.restore('t2');
    assert.equal(read('a'), 'mine');
  });

  it('does not ask about an edit that was undone', async () => {
    kit = await CheckpointKit.create({ a: 'a0' });
    await kit.turn('t1', { a: 'a1' });
    await kit.turn('t2', { a: 'a2' });
    writeFileSync(kit.folder.join('a'), 'a1');
    assert.deepEqual(await kit.plan('t1'), ['a change +1 -1']);
  });

  it('respects what an editor has not saved', async () => {
    kit = await CheckpointKit.create({ a: 'saved' });
    kit.workspace.edit(kit.folder.join('a'), 'typed');
    await kit.turn('t1', { a: 'typed and changed' });
    await kit.restore('t1');
    const { text, isDirty } = await kit.workspace.readText(kit.folder.join('a'));
    assert.deepEqual([text, isDirty, read('a')], ['typed', true, 'saved']);
    kit.workspace.edit(kit.folder.join('a'), 'typed on');
    assert.deepEqual(await kit.plan('t1'), ['a change +1 -1 conflict']);
  });

  it('brings a file back with its bytes and permissions', async () => {
    const bytes = Buffer.from('\ufeffone\r\ntwo\n');
    kit = await CheckpointKit.create({});
    const path = kit.folder.join('tool.sh');
    writeFileSync(path, bytes, { mode: 0o750 });
    await kit.turn('t1', { 'tool.sh': 'other' });
    rmSync(path);
    await kit.restore('t1', 'tool.sh');
    assert.deepEqual(readFileSync(path), bytes);
    assert.equal(statSync(path).mode & 0o777, 0o750);
  });

  it('restores all or nothing, and leaves no trace of what failed', async () => {
    kit = await CheckpointKit.create({ a: 'a0', b: 'b0' });
    await kit.turn('t1', { a: 'a1', b: 'b1' });
    const apply = kit.workspace.applyChanges.bind(kit.workspace);
    kit.workspace.applyChanges = () => Promise.reject(new UserError('The disk is full.'));
    await assert.rejects(kit.restore('t1'), /disk is full/);
    kit.workspace.applyChanges = apply;
    assert.deepEqual([read('a'), read('b')], ['a1', 'b1']);
    assert.deepEqual((await kit.store.readSummary('a')).restore, undefined);
    await kit.restore('t1');
    assert.deepEqual([read('a'), read('b')], ['a0', 'b0']);
  });

  it('does not follow a link that was put in its way', async () => {
    kit = await CheckpointKit.create({ 'src/a': 'a0', 'other/a': 'theirs' });
    await kit.turn('t1', { 'src/a': 'a1' });
    rmSync(kit.folder.join('src'), { recursive: true });
    symlinkSync(kit.folder.join('other'), kit.folder.join('src'));
    assert.deepEqual(await kit.plan('t1'), ['src/a lost']);
    await kit.restore('t1', 'src/a');
    assert.equal(read('other/a'), 'theirs');
  });

  it('says which files can’t be restored, and restores the others', async () => {
    kit = await CheckpointKit.create({ a: 'a0', b: 'b0' });
    await kit.turn('t1', { a: 'a1', b: 'b1' });
    writeFileSync(kit.folder.join('b'), Uint8Array.from([0, 1, 2]));
    assert.deepEqual(await kit.plan('t1'), ['a change +1 -1', 'b lost']);
    await kit.restore('t1');
    assert.equal(read('a'), 'a0');
    const kept = kit.store.checkpoints[0]?.files;
    const file = kept?.get(kit.folder.join('a'));
    assert.ok(kept && file);
    kept.set(file.path, { ...file, state: 'dropped', textHash: undefined });
    writeFileSync(kit.folder.join('a'), 'changed');
    const { lost } = await kit.checkpoints.plan('a', 't1');
    assert.match(lost[0]?.reason ?? '', /no longer kept: .* 200 MB/);
    kept.set(file.path, { ...file, state: 'tooLarge', sizeBytes: 3e7, textHash: undefined });
    assert.match(
      (await kit.checkpoints.plan('a', 't1')).lost[0]?.reason ?? '',
      /29 MB, and files over 10 MB/,
    );
  });
});

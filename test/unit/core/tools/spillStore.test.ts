import assert from 'node:assert/strict';
import { readdir, readFile, stat, symlink, utimes } from 'node:fs/promises';
import { DiskSpillStore } from '../../../../src/core/tools/spillStore.ts';
import { createFolder, type TemporaryFolder } from '../../../support/folderTree.ts';

describe('DiskSpillStore', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await createFolder();
  });
  afterEach(() => folder.dispose());

  const write = async (store: DiskSpillStore, text: string): Promise<string> => {
    const file = await store.create('run command: npm test/../..');
    await file.write(text);
    await file.close();
    return file.path;
  };

  it('makes its folder with the first file, for the user alone', async () => {
    const store = new DiskSpillStore({ folder: folder.join('a/b') });
    assert.equal(store.contains(folder.join('a/b/x')), false);
    const path = await write(store, 'text');
    assert.equal(await readFile(path, 'utf8'), 'text');
    assert.ok(store.contains(path));
    assert.match(path, /run-command-npm-test-[^/]+\.txt$/);
    if (process.platform !== 'win32') {
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      assert.equal((await stat(folder.join('a/b'))).mode & 0o777, 0o700);
    }
  });

  it('knows its files of an earlier run, by the path that links lead to', async () => {
    await folder.add({ real: {} });
    await symlink(folder.join('real'), folder.join('link'));
    const path = await write(new DiskSpillStore({ folder: folder.join('link') }), 'x');
    const later = new DiskSpillStore({ folder: folder.join('link') });
    assert.equal(path.startsWith(folder.join('real')), true);
    assert.ok(later.contains(path));
    assert.ok(!later.contains(folder.join('real')));
    assert.ok(!later.contains(folder.join('real-not/x')));
    assert.ok(!later.contains(folder.join('x')));
  });

  it('writes in the order of calls without being awaited', async () => {
    const file = await new DiskSpillStore({ folder: folder.join('s') }).create('order');
    const writes = Array.from({ length: 50 }, (_, index) => file.write(`${index},`));
    await file.close();
    await Promise.all(writes);
    const expected = Array.from({ length: 50 }, (_, index) => `${index},`).join('');
    assert.equal(await readFile(file.path, 'utf8'), expected);
  });

  it('stops at the size of one file and says so', async () => {
    const store = new DiskSpillStore({ folder: folder.join('s'), maxFileBytes: 10 });
    const file = await store.create('big');
    await file.write('12345');
    assert.equal(file.isFull, false);
    await file.write('67890123');
    await file.write('more');
    await file.close();
    assert.equal(file.isFull, true);
    assert.equal(await readFile(file.path, 'utf8'), '1234567890');
  });

  it('removes files of more than a week, and the oldest of too many', async () => {
    const store = new DiskSpillStore({ folder: folder.join('s'), maxStoreBytes: 100 });
    const old = await write(store, 'old');
    const big = await write(store, 'x'.repeat(60));
    const recent = await write(store, 'y'.repeat(60));
    const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 60 * 60 * 1000);
    await utimes(old, daysAgo(8), daysAgo(8));
    await utimes(big, daysAgo(2), daysAgo(2));
    await utimes(recent, daysAgo(1), daysAgo(1));
    const next = await write(store, 'new');
    const left = (await readdir(folder.join('s'))).map((name) => folder.join('s', name)).sort();
    assert.deepEqual(left, [recent, next].sort());
  });

  it('removes everything on request, and goes on', async () => {
    const store = new DiskSpillStore({ folder: folder.join('s') });
    await write(store, 'x');
    await store.clear();
    await assert.rejects(readdir(folder.join('s')), /ENOENT/);
    assert.ok(store.contains(await write(store, 'y')));
  });
});

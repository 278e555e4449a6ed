import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import {
  maxKeptFileBytes,
  readBefore,
  readNow,
} from '../../../../src/core/checkpoint/fileBefore.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { createFolder, type TemporaryFolder } from '../../../support/folderTree.ts';

describe('readBefore', () => {
  let folder: TemporaryFolder;
  let workspace: DiskWorkspace;

  beforeEach(async () => {
    folder = await createFolder({ plain: 'one\r\ntwo' });
    workspace = new DiskWorkspace(folder.path);
  });

  afterEach(() => folder.dispose());

  it('tells a text, and its bytes only where those are something else', async () => {
    const plain = await readBefore(folder.join('plain'), workspace);
    assert.deepEqual([plain.kind, 'bytes' in plain && plain.bytes], ['text', undefined]);
    writeFileSync(folder.join('marked'), '\ufeffone');
    const marked = await readBefore(folder.join('marked'), workspace);
    assert.ok(marked.kind === 'text' && marked.bytes);
    assert.equal(marked.text, 'one');
    assert.deepEqual(Buffer.from(marked.bytes), Buffer.from('\ufeffone'));
  });

  it('takes what an editor has not saved', async () => {
    workspace.edit(folder.join('plain'), 'typed');
    const typed = await readBefore(folder.join('plain'), workspace);
    assert.ok(typed.kind === 'text');
    assert.deepEqual([typed.text, typed.bytes], ['typed', undefined]);
  });

  it('tells what is missing and what is too large', async () => {
    assert.deepEqual(await readBefore(folder.join('none'), workspace), { kind: 'missing' });
    assert.deepEqual(await readBefore(folder.join('plain/below'), workspace), { kind: 'missing' });
    assert.equal(await readNow(folder.join('none'), workspace), undefined);
    truncateSync(folder.join('plain'), maxKeptFileBytes + 1);
    const large = await readBefore(folder.join('plain'), workspace);
    assert.deepEqual(large, { kind: 'tooLarge', sizeBytes: maxKeptFileBytes + 1 });
  });
});

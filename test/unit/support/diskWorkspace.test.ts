import assert from 'node:assert/strict';
import { UserError } from '../../../src/base/errors.ts';
import { DiskWorkspace } from '../../support/diskWorkspace.ts';
import { createFolder, type TemporaryFolder } from '../../support/folderTree.ts';

describe('DiskWorkspace', () => {
  let folder: TemporaryFolder;
  let workspace: DiskWorkspace;

  beforeEach(async () => {
    folder = await createFolder({
      'src/a.ts': 'one\n',
      src: { 'b.ts': '\uFEFFtwo\r\n', 'c.bin': new Uint8Array([1, 0, 2]) },
      link: { linkTo: 'src/a.ts' },
      empty: {},
    });
    workspace = new DiskWorkspace(folder.path);
  });
  afterEach(() => folder.dispose());

  it('reads an unsaved editor in place of the file on disk', async () => {
    workspace.edit(folder.join('src/a.ts'), 'mine');
    const text = await workspace.readText(folder.join('src/a.ts'));
    assert.deepEqual(text, { text: 'mine', hasByteOrderMark: false, isDirty: true });
    assert.equal(await folder.read('src/a.ts'), 'one\n');
  });

  it('keeps the byte-order mark out of the text and in the file', async () => {
    const file = folder.join('src/b.ts');
    assert.equal((await workspace.readText(file)).text, 'two\r\n');
    await workspace.applyChanges([{ path: file, before: 'two\r\n', after: 'three\r\n' }]);
    assert.equal(await folder.read('src/b.ts'), '\uFEFFthree\r\n');
  });

  it('applies no change where one file no longer reads as it did', async () => {
    const changes = [
      { path: folder.join('src/a.ts'), before: 'one\n', after: 'new' },
      { path: folder.join('src/b.ts'), before: 'stale', after: 'new' },
    ];
    await assert.rejects(workspace.applyChanges(changes), UserError);
    assert.equal(await folder.read('src/a.ts'), 'one\n');
  });

  it('refuses binary and missing files', async () => {
    await assert.rejects(workspace.readText(folder.join('src/c.bin')), UserError);
    await assert.rejects(workspace.readText(folder.join('none')), UserError);
  });
});

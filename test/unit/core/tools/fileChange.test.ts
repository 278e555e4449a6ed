import assert from 'node:assert/strict';
import { fileEditOf } from '../../../../src/core/tools/fileEdit.ts';
import { createToolHarness, type ToolHarness } from '../../../support/toolHarness.ts';

describe('What a tool did to a file', () => {
  let harness: ToolHarness;
  afterEach(() => harness.dispose());

  it('is told by an edit, with the text as the user sees it', async () => {
    harness = await createToolHarness({ 'a.ts': 'one\r\ntwo\r\n' });
    const edits = [{ old_text: 'two', new_text: '2' }];
    const output = await harness.call('edit_file', { path: 'a.ts', edits });
    const path = harness.folder.join('a.ts');
    assert.deepEqual(output.edits, [
      fileEditOf({ path, before: 'one\r\ntwo\r\n', after: 'one\r\n2\r\n' }),
    ]);
  });

  it('is told where an unsaved editor was edited', async () => {
    harness = await createToolHarness({ 'a.ts': 'on disk' });
    const path = harness.folder.join('a.ts');
    harness.workspace.edit(path, 'in the editor');
    const edits = [{ old_text: 'editor', new_text: 'window' }];
    const output = await harness.call('edit_file', { path: 'a.ts', edits });
    assert.deepEqual(output.edits, [
      fileEditOf({ path, before: 'in the editor', after: 'in the window' }),
    ]);
  });

  it('is told of a file that was made and of one that was replaced', async () => {
    harness = await createToolHarness({ 'old.ts': 'old' });
    const made = await harness.call('write_file', { path: 'new.ts', content: 'new' });
    const path = harness.folder.join('new.ts');
    assert.deepEqual(made.edits, [fileEditOf({ path, before: undefined, after: 'new' })]);
    const replaced = await harness.call('write_file', { path: 'old.ts', content: 'newer' });
    const oldPath = harness.folder.join('old.ts');
    assert.deepEqual(replaced.edits, [
      fileEditOf({ path: oldPath, before: 'old', after: 'newer' }),
    ]);
  });

  it('is nothing where the edit failed or the tool only read', async () => {
    harness = await createToolHarness({ 'a.ts': 'one' });
    const edits = [{ old_text: 'absent', new_text: 'x' }];
    const failed = await harness.call('edit_file', { path: 'a.ts', edits });
    assert.ok(failed.isError);
    assert.equal(failed.edits, undefined);
    assert.equal((await harness.call('read_file', { path: 'a.ts' })).edits, undefined);
  });
});

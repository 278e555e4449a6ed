import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import { fileEditOf, isUndone } from '../../../../src/core/tools/fileEdit.ts';
import type { WorkspaceText } from '../../../../src/core/tools/workspace.ts';

const path = '/home/ada/a.ts';

/** A workspace whose one file reads like this; undefined where it is gone. */
function reading(text: string | undefined): { readText(path: string): Promise<WorkspaceText> } {
  return {
    readText: async (asked) => {
      assert.equal(asked, path);
      if (text === undefined) {
        throw new UserError(`${asked} can't be read.`);
      }
      return { text, hasByteOrderMark: false, isDirty: false };
    },
  };
}

function check(
  change: { readonly before: string | undefined; readonly after: string },
  now: string | undefined,
): Promise<boolean> {
  return isUndone(fileEditOf({ path, ...change }), reading(now));
}

describe('A file edit', () => {
  it('keeps no text of the file', () => {
    const edit = fileEditOf({ path, before: 'the old secret', after: 'the new secret' });
    assert.doesNotMatch(JSON.stringify(edit), /secret/);
    assert.notEqual(edit.before, edit.after);
    assert.equal(fileEditOf({ path, before: undefined, after: 'x' }).before, undefined);
  });

  it('is undone where the file reads as before, to the letter', async () => {
    const change = { before: 'one\n', after: 'two\n' };
    assert.equal(await check(change, 'one\n'), true);
    assert.equal(await check(change, 'one'), false);
    assert.equal(await check(change, 'two\n'), false);
  });

  it('has stayed where the user went on from it', async () => {
    assert.equal(await check({ before: 'one', after: 'two' }, 'two and a half'), false);
  });

  it('of a new file is undone where the file is gone', async () => {
    assert.equal(await check({ before: undefined, after: 'new' }, undefined), true);
    assert.equal(await check({ before: undefined, after: 'new' }, 'new'), false);
    assert.equal(await check({ before: undefined, after: 'new' }, ''), false);
  });

  it('of an old file is not undone by deleting it', async () => {
    assert.equal(await check({ before: 'one', after: 'two' }, undefined), false);
  });

  it('that came to nothing has nothing to undo', async () => {
    assert.equal(await check({ before: 'one', after: 'one' }, 'one'), false);
  });

  it('passes on what is no expected failure to read', async () => {
    const broken = { readText: () => Promise.reject(new TypeError('A bug.')) };
    const edit = fileEditOf({ path, before: 'one', after: 'two' });
    await assert.rejects(isUndone(edit, broken), TypeError);
  });
});

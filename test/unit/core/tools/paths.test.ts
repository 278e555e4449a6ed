import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../../../src/base/errors.ts';
import {
  assertUnmoved,
  displayPath,
  isInWorkspace,
  resolvePath,
} from '../../../../src/core/tools/paths.ts';
import type { WorkspaceRoot } from '../../../../src/core/tools/workspace.ts';
import { createFolder, type TemporaryFolder } from '../../../support/folderTree.ts';

describe('resolvePath', () => {
  let folder: TemporaryFolder;
  let one: readonly WorkspaceRoot[];
  let two: readonly WorkspaceRoot[];

  beforeEach(async () => {
    folder = await createFolder({
      app: { 'src/a.ts': '', 'both.ts': '', 'app/inner.ts': '', 'ünï 😀.ts': '' },
      lib: { 'src/b.ts': '', 'both.ts': '' },
      outside: { 'secret.txt': '' },
    });
    await folder.add({
      'app/linkOut': { linkTo: '../outside' },
      'app/linkIn': { linkTo: 'src' },
      'app/dangling': { linkTo: '../outside/new.txt' },
      'app/loop': { linkTo: 'loop' },
      'app/danglingLoop': { linkTo: 'danglingLoop/x' },
    });
    one = [{ name: 'app', path: folder.join('app') }];
    two = [...one, { name: 'lib', path: folder.join('lib') }];
  });
  afterEach(() => folder.dispose());

  /** Checks where a path leads, relative to the temporary folder. */
  async function check(
    given: string,
    roots: readonly WorkspaceRoot[],
    expected: { at: string; kind: string; isInside: boolean; shown?: string },
  ): Promise<void> {
    const resolved = await resolvePath(given, roots);
    assert.equal(resolved.path, folder.join(expected.at));
    assert.equal(resolved.kind, expected.kind);
    assert.equal(resolved.root !== undefined, expected.isInside, 'inside');
    assert.equal(isInWorkspace(resolved.path, roots), expected.isInside);
    if (expected.shown !== undefined) {
      assert.equal(resolved.display, expected.shown);
    }
  }

  it('finds relative and absolute paths', async () => {
    await check('src/a.ts', one, {
      at: 'app/src/a.ts',
      kind: 'file',
      isInside: true,
      shown: 'src/a.ts',
    });
    await check('./src/../src', one, { at: 'app/src', kind: 'folder', isInside: true });
    await check(folder.join('app/src/a.ts'), one, {
      at: 'app/src/a.ts',
      kind: 'file',
      isInside: true,
    });
    await check('.', one, { at: 'app', kind: 'folder', isInside: true, shown: '.' });
    await check('ünï 😀.ts', one, { at: 'app/ünï 😀.ts', kind: 'file', isInside: true });
  });

  it('finds file URLs and the home folder', async () => {
    const url = pathToFileURL(folder.join('app/ünï 😀.ts')).href;
    await check(url, one, { at: 'app/ünï 😀.ts', kind: 'file', isInside: true });
    await assert.rejects(resolvePath('file://%zz', one), UserError);
    const home = await resolvePath('~/slipstream-none', one);
    assert.equal(path.basename(home.path), 'slipstream-none');
    assert.equal((await resolvePath('~', one)).path, (await resolvePath(homedir(), one)).path);
  });

  it('takes backslashes as separators where nothing is so named', async function () {
    if (path.sep === '\\') {
      this.skip();
    }
    await check('src\\a.ts', one, { at: 'app/src/a.ts', kind: 'file', isInside: true });
    await folder.add({ 'app/src\\a.ts': '' });
    await check('src\\a.ts', one, { at: 'app/src\\a.ts', kind: 'file', isInside: true });
  });

  it('counts what a link leads out to as outside', async () => {
    await check('linkOut/secret.txt', one, {
      at: 'outside/secret.txt',
      kind: 'file',
      isInside: false,
    });
    await check('linkOut/new.txt', one, {
      at: 'outside/new.txt',
      kind: 'missing',
      isInside: false,
    });
    await check('linkOut/new/deep.txt', one, {
      at: 'outside/new/deep.txt',
      kind: 'missing',
      isInside: false,
    });
    await check('linkIn/a.ts', one, { at: 'app/src/a.ts', kind: 'file', isInside: true });
    await check('../outside/secret.txt', one, {
      at: 'outside/secret.txt',
      kind: 'file',
      isInside: false,
    });
    await check('src/../../outside', one, { at: 'outside', kind: 'folder', isInside: false });
  });

  it('follows a link to a file that does not exist yet', () =>
    check('dangling', one, { at: 'outside/new.txt', kind: 'missing', isInside: false }));

  it('does not take a folder with the same beginning for the open one', async () => {
    await folder.add({ 'app-other/x.ts': '' });
    await check('../app-other/x.ts', one, { at: 'app-other/x.ts', kind: 'file', isInside: false });
  });

  it('ends in an error where links lead in a circle', async () => {
    await assert.rejects(resolvePath('loop', one), UserError);
    await assert.rejects(resolvePath('loop/x', one), UserError);
    await assert.rejects(resolvePath('danglingLoop', one), UserError);
  });

  it('refuses what names nothing', async () => {
    await assert.rejects(resolvePath('', one), UserError);
    await assert.rejects(resolvePath('a\0b', one), UserError);
    await assert.rejects(resolvePath('src/a.ts/below', one), /is a file, not a folder/);
    await assert.rejects(resolvePath('x'.repeat(5_000), one), /too long/);
    await assert.rejects(resolvePath('a.ts', []), /No folder is open/);
  });

  describe('with several folders open', () => {
    it('takes paths that begin with a folder name', async () => {
      await check('app/src/a.ts', two, {
        at: 'app/src/a.ts',
        kind: 'file',
        isInside: true,
        shown: 'app/src/a.ts',
      });
      await check('lib', two, { at: 'lib', kind: 'folder', isInside: true, shown: 'lib' });
      await check('lib/new.ts', two, { at: 'lib/new.ts', kind: 'missing', isInside: true });
    });

    it('prefers the named folder, and finds what is only below another', async () => {
      await check('app/both.ts', two, { at: 'app/both.ts', kind: 'file', isInside: true });
      await check('app/inner.ts', two, { at: 'app/app/inner.ts', kind: 'file', isInside: true });
    });

    it('finds a path that exists in one folder only', () =>
      check('src/b.ts', two, { at: 'lib/src/b.ts', kind: 'file', isInside: true }));

    it('asks which folder is meant otherwise', async () => {
      await assert.rejects(resolvePath('both.ts', two), /more than one of them.*app\/, lib\//);
      await assert.rejects(resolvePath('new.ts', two), /any of them/);
    });

    it('shows paths so that they are understood again', async () => {
      for (const at of ['app/src/a.ts', 'lib/both.ts', 'lib', 'outside/secret.txt']) {
        const shown = displayPath(folder.join(at), two);
        assert.equal((await resolvePath(shown, two)).path, folder.join(at), shown);
      }
    });
  });

  it('notices a link that was put in the way meanwhile', async () => {
    const target = await resolvePath('later/file.txt', one);
    await assertUnmoved(target);
    await folder.add({ 'app/later': { linkTo: '../outside' } });
    await assert.rejects(assertUnmoved(target), /leads somewhere else/);
  });
});

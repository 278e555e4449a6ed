import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { normalizeRemote, projectIdentity } from '../../../../src/core/team/projectIdentity.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

describe('the address of a repository', () => {
  const same = [
    'git@github.com:Acme/Shop.git',
    'ssh://git@github.com/acme/shop',
    'ssh://git@github.com:22/acme/shop.git/',
    'https://github.com/acme/shop.git',
    'https://anna:secret@github.com/acme/shop',
    'http://github.com:8080/acme/shop/',
    'github.com:acme/shop',
  ];
  for (const url of same) {
    it(`is the same for ${url.replace('secret', '…')}`, () =>
      assert.equal(normalizeRemote(url), 'github.com/acme/shop'));
  }
  for (const url of ['/srv/git/shop.git', '../shop', 'C:\\git\\shop', 'file:///srv/git/shop', '']) {
    it(`is none for ${JSON.stringify(url)}`, () => assert.equal(normalizeRemote(url), undefined));
  }
  it('tells apart what is not the same', () => {
    assert.notEqual(normalizeRemote('git@a.example:x/y'), normalizeRemote('git@b.example:x/y'));
  });
});

describe('what names a project', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = createTemporaryFolder('identity');
  });

  afterEach(() => folder.dispose());

  function clone(name: string, url: string): string {
    const path = join(folder.path, name);
    mkdirSync(join(path, '.git'), { recursive: true });
    const config = `[core]\n\tbare = false\n[remote "fork"]\n\turl = git@x:fork/it\n[remote "origin"]\n\turl = ${url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch "main"]\n\tremote = origin\n`;
    writeFileSync(join(path, '.git', 'config'), config);
    return path;
  }

  it('is the same for two clones of it in different places, over SSH and HTTPS', async () => {
    const anna = clone('anna', 'git@github.com:acme/shop.git');
    const ben = clone('ben', 'https://ben:token@github.com/Acme/Shop');
    assert.equal(await projectIdentity([anna], ''), await projectIdentity([ben], ''));
    assert.notEqual(
      await projectIdentity([anna], ''),
      await projectIdentity([clone('other', 'git@github.com:acme/other.git')], ''),
    );
  });

  it('is the same in a folder of the repository and in a linked work tree', async () => {
    const main = clone('main', 'git@github.com:acme/shop.git');
    const below = join(main, 'packages', 'cart');
    mkdirSync(below, { recursive: true });
    const tree = join(main, '.git', 'worktrees', 'tree');
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, 'commondir'), '../..\n');
    const linked = join(folder.path, 'linked');
    mkdirSync(linked);
    writeFileSync(join(linked, '.git'), `gitdir: ${tree}\n`);
    const expected = await projectIdentity([main], '');
    assert.equal(await projectIdentity([below], ''), expected);
    assert.equal(await projectIdentity([linked], ''), expected);
  });

  it('is the name of a folder without an origin, wherever it is', async () => {
    const one = join(folder.path, 'a', 'shop');
    const other = join(folder.path, 'b', 'shop');
    mkdirSync(one, { recursive: true });
    mkdirSync(other, { recursive: true });
    assert.equal(await projectIdentity([one], ''), await projectIdentity([other], ''));
  });

  it('is what the user calls it, where they do', async () => {
    const here = clone('here', 'git@github.com:acme/shop.git');
    assert.equal(await projectIdentity([here], ' shop '), await projectIdentity([], 'shop'));
    assert.notEqual(await projectIdentity([here], 'shop'), await projectIdentity([here], ''));
  });

  it('does not depend on the order of folders, and tells no address', async () => {
    const a = clone('a', 'git@github.com:acme/a.git');
    const b = clone('b', 'git@github.com:acme/b.git');
    const identity = await projectIdentity([a, b], '');
    assert.equal(await projectIdentity([b, a], ''), identity);
    assert.match(identity, /^[0-9a-f]{32}$/);
  });
});

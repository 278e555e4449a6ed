import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { CancelledError } from '../../../../src/base/errors.ts';
import { listFiles, openFileTree, walkFiles } from '../../../../src/core/tools/fileTree.ts';
import { createFolder, type FolderTree } from '../../../support/folderTree.ts';
import { findRipgreps, reportMissingRipgrep } from '../../../support/ripgrep.ts';
import { createToolHarness, type ToolHarness } from '../../../support/toolHarness.ts';

const ripgreps = findRipgreps();
const signal = new AbortController().signal;

async function collect(files: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const file of files) {
    found.push(file);
  }
  return found.sort();
}

const project: FolderTree = {
  '.gitignore': '# build\n/dist/\n*.log\n!keep.log\nnode_modules\nsecret*.txt\n',
  '.slipstreamignore': 'private/\n*.hidden\n',
  '.vscode/settings.json': '{}',
  'a.ts': '',
  'b.hidden': '',
  'dist/out.js': '',
  'keep.log': '',
  'lib/.gitignore': '/generated\n*.tmp\n!important.tmp\ndist\n!secret-not.txt\r\n',
  'lib/dist/x.js': '',
  'lib/generated/g.ts': '',
  'lib/important.tmp': '',
  'lib/nested/generated/kept.ts': '',
  'lib/nested/x.tmp': '',
  'lib/secret-not.txt': '',
  'lib/x.log': '',
  'node_modules/pkg/index.js': '',
  'node_modules/pkg/.gitignore': 'index.d.ts\n',
  'node_modules/pkg/index.d.ts': '',
  'private/p.ts': '',
  'secret.txt': '',
  'src/dist/kept.ts': '',
  'src/ü ñ 😀.ts': '',
  'src/we[i]rd (1).ts': '',
  'link.ts': { linkTo: 'a.ts' },
  linkedFolder: { linkTo: 'src' },
};

const listed = [
  '.gitignore',
  '.slipstreamignore',
  '.vscode/settings.json',
  'a.ts',
  'keep.log',
  'lib/.gitignore',
  'lib/important.tmp',
  'lib/nested/generated/kept.ts',
  'lib/secret-not.txt',
  'src/dist/kept.ts',
  'src/we[i]rd (1).ts',
  'src/ü ñ 😀.ts',
];

describe('walkFiles', () => {
  it('respects nested .gitignore files and .slipstreamignore', async () => {
    const folder = await createFolder(project);
    const tree = await openFileTree(folder.path, folder.path, undefined);
    assert.deepEqual(await collect(walkFiles(tree, signal)), listed);
    await folder.dispose();
  });

  it('agrees with git on what is ignored', async () => {
    const folder = await createFolder({ ...project, '.slipstreamignore': '' });
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: folder.path, encoding: 'utf8' });
    git('init', '--quiet');
    const output = git('ls-files', '--others', '--exclude-standard', '-z');
    const links = ['link.ts', 'linkedFolder'];
    const expected = output.split('\0').filter((file) => file !== '' && !links.includes(file));
    const tree = await openFileTree(folder.path, folder.path, undefined);
    assert.deepEqual(await collect(walkFiles(tree, signal)), expected.sort());
    await folder.dispose();
  });

  it('lists all of a folder that git ignores when asked for it by name', async () => {
    const folder = await createFolder(project);
    const tree = await openFileTree(folder.join('node_modules/pkg'), folder.path, undefined);
    assert.deepEqual(await collect(walkFiles(tree, signal)), [
      'node_modules/pkg/.gitignore',
      'node_modules/pkg/index.d.ts',
      'node_modules/pkg/index.js',
    ]);
    await folder.dispose();
  });

  it('stops when aborted', async () => {
    const folder = await createFolder(project);
    const tree = await openFileTree(folder.path, folder.path, undefined);
    await assert.rejects(collect(walkFiles(tree, AbortSignal.abort())), CancelledError);
    await folder.dispose();
  });
});

if (ripgreps.length === 0) {
  describe('listFiles with ripgrep', () => {
    it('finds the same as the walk in JavaScript', function () {
      reportMissingRipgrep();
      this.skip();
    });
  });
}

for (const { program, version } of ripgreps) {
  describe(`listFiles with ${version}`, () => {
    /** Both ways to list, for one start, in a project that is a repository or is not. */
    async function check(
      files: FolderTree,
      start: string,
      options: { readonly root?: string; readonly isRepository?: boolean } = {},
    ): Promise<readonly string[]> {
      const folder = await createFolder(files);
      try {
        if (options.isRepository) {
          await folder.add({
            '.git': { HEAD: 'ref: refs/heads/main\n', 'info/exclude': '*.ts\n' },
          });
        }
        const root = folder.join(options.root ?? '');
        const tree = await openFileTree(folder.join(start), root, program);
        const fromWalk = await collect(walkFiles(tree, signal));
        assert.deepEqual(await collect(listFiles(tree, signal)), fromWalk);
        return fromWalk;
      } finally {
        await folder.dispose();
      }
    }

    it('finds the same as the walk, in a repository and outside', async () => {
      assert.deepEqual(await check(project, '', { isRepository: true }), listed);
      assert.deepEqual(await check(project, ''), listed);
    });

    it('finds the same below the root', async () => {
      for (const start of ['lib', 'lib/nested', 'src', 'node_modules/pkg', 'lib/generated']) {
        await check(project, start, { isRepository: true });
        await check(project, start);
      }
    });

    it('heeds rules above the open folder in a repository, and none outside', async () => {
      const files = { '.gitignore': '*.log\n', 'app/a.log': '', 'app/a.ts': '' };
      assert.deepEqual(await check(files, 'app', { root: 'app', isRepository: true }), ['a.ts']);
      assert.deepEqual(await check(files, 'app', { root: 'app' }), ['a.log', 'a.ts']);
    });

    it('starts anew in a repository inside a repository', async () => {
      const files = {
        '.gitignore': '*.log\n',
        'inner/.git/HEAD': '',
        'inner/a.log': '',
        'b.log': '',
      };
      assert.deepEqual(await check(files, '', { isRepository: true }), [
        '.gitignore',
        'inner/a.log',
      ]);
    });

    it('uses nothing but project rules', async () => {
      const files = { '.ignore': '*.ts', 'a.ts': '' };
      assert.deepEqual(await check(files, '', { isRepository: true }), ['.ignore', 'a.ts']);
    });

    it('lets neither kind of ignore file undo the other', async () => {
      const files = {
        '.gitignore': '*.a\n!keep.b\n',
        '.slipstreamignore': '*.b\n!keep.a\n',
        'keep.a': '',
        'keep.b': '',
        'c.c': '',
      };
      assert.deepEqual(await check(files, ''), ['.gitignore', '.slipstreamignore', 'c.c']);
    });

    it('finds the same for any patterns', async function () {
      this.timeout(60_000);
      const name = fc.constantFrom('a', 'b', 'c', 'a.x', 'b.x');
      const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
      const pattern = fc.oneof(
        path,
        path.map((each) => `/${each}`),
        path.map((each) => `${each}/`),
        path.map((each) => `!${each}`),
        path.map((each) => `**/${each}`),
        path.map((each) => `${each}/**`),
        fc.constantFrom(
          '*',
          '*.x',
          '!*.x',
          '!*/',
          'a*',
          '?',
          '[ab]',
          '/*',
          '!/a',
          '# a',
          '',
          'a/*/c',
        ),
      );
      const patterns = fc.array(pattern, { maxLength: 4 }).map((lines) => lines.join('\n'));
      const arbitrary = fc.record({
        files: fc.uniqueArray(path, { minLength: 1, maxLength: 12 }),
        outer: patterns,
        inner: patterns,
        isRepository: fc.boolean(),
      });
      const property = fc.asyncProperty(
        arbitrary,
        async ({ files, outer, inner, isRepository }) => {
          const tree: Record<string, string> = { '.gitignore': outer, 'a/.gitignore': inner };
          for (const file of files) {
            // A name can't be a file and a folder at once.
            tree[`${file}/f.x`] = '';
            tree[`${file}/f`] = '';
          }
          await check(tree, '', { isRepository });
        },
      );
      await fc.assert(property, { numRuns: 20 });
    });
  });
}

describe('list_files', () => {
  let harness: ToolHarness;
  afterEach(() => harness.dispose());

  it('lists the open folder, sorted', async () => {
    harness = await createToolHarness({ 'b.ts': '', 'a/z.ts': '', 'a.ts': '', 'B.ts': '' });
    const { text, isError } = await harness.call('list_files', {});
    assert.deepEqual(text.split('\n'), ['B.ts', 'a.ts', 'a/z.ts', 'b.ts']);
    assert.equal(isError, false);
  });

  it('filters by glob from the folder that is named', async () => {
    harness = await createToolHarness({
      'src/a.ts': '',
      'src/x/b.ts': '',
      'c.ts': '',
      'src/d.md': '',
    });
    const { text } = await harness.call('list_files', { path: 'src', glob: 'x/*.ts' });
    assert.equal(text, 'src/x/b.ts');
    assert.match((await harness.call('list_files', { glob: '*.rs' })).text, /No files that match/);
  });

  it('says how many more there are, and where', async () => {
    const files = Array.from({ length: 60 }, (_, index) => [`d${index % 3}/f${index}.ts`, '']);
    harness = await createToolHarness(Object.fromEntries(files));
    const { text } = await harness.call('list_files', { limit: 2 });
    assert.match(
      text,
      /^d0\/f0\.ts\nd0\/f12\.ts\n\n\[The first 2 of 60 files\..*d0\/ 20, d1\/ 20, d2\/ 20\]$/,
    );
  });

  it('puts folder names in front where several are open', async () => {
    harness = await createToolHarness(
      { 'app/src/a.ts': '', 'lib/b.ts': '' },
      { roots: ['app', 'lib'] },
    );
    assert.equal((await harness.call('list_files', {})).text, 'app/src/a.ts\nlib/b.ts');
    assert.equal((await harness.call('list_files', { path: 'app' })).text, 'app/src/a.ts');
  });

  it('lists a folder inside another open one once', async () => {
    harness = await createToolHarness({ 'app/lib/b.ts': '' }, { roots: ['app', 'app/lib'] });
    assert.equal((await harness.call('list_files', {})).text, 'app/lib/b.ts');
  });

  it('tells that reading outside the workspace needs leave', async () => {
    harness = await createToolHarness({ 'app/a.ts': '', 'other/b.ts': '' }, { roots: ['app'] });
    const call = await harness.prepare('list_files', { path: '../other' });
    const path = harness.folder.join('other');
    assert.deepEqual(call.access, [{ kind: 'read', path, isInWorkspace: false }]);
    const output = await call.run(() => undefined, signal);
    assert.equal(output.text, harness.folder.join('other/b.ts'));
  });

  it('refuses what is no folder, is missing or is hidden', async () => {
    harness = await createToolHarness({ 'a.ts': '', '.slipstreamignore': 'x/\n', 'x/y': '' });
    assert.match((await harness.call('list_files', { path: 'a.ts' })).text, /is not a folder/);
    assert.match((await harness.call('list_files', { path: 'nope' })).text, /no folder nope/);
    assert.match((await harness.call('list_files', { path: 'x' })).text, /\.slipstreamignore/);
  });

  it('says so where no folder is open', async () => {
    harness = await createToolHarness({}, { roots: [] });
    assert.match((await harness.call('list_files', {})).text, /No folder is open/);
  });

  it('does without ripgrep where it can not be started', async () => {
    harness = await createToolHarness({ 'a.ts': '' });
    harness.workspace.ripgrep = harness.folder.join('no-such-program');
    assert.equal((await harness.call('list_files', {})).text, 'a.ts');
  });
});

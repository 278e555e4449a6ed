import assert from 'node:assert/strict';
import path from 'node:path';
import { UserError } from '../../../src/base/errors.ts';
import { ContextItems } from '../../../src/host/contextItems.ts';
import { capText, contextBlock, linesOf } from '../../../src/host/contextText.ts';
import { listWorkspaceFiles } from '../../../src/host/workspaceFiles.ts';
import type { ContextChip } from '../../../src/shared/views.ts';
import { DiskWorkspace } from '../../support/diskWorkspace.ts';
import { createFolder, type TemporaryFolder } from '../../support/folderTree.ts';

describe('Attached items', () => {
  let folder: TemporaryFolder;
  let workspace: DiskWorkspace;
  let items: ContextItems;

  beforeEach(async () => {
    folder = await createFolder({
      'src/a.ts': 'one\ntwo\nthree\n',
      'src/b.ts': 'b\n',
      'build/out.js': 'x',
      'secret.txt': 'hush',
      'image.png': new Uint8Array([1, 0, 2]),
      'prompt.md': '---\ndescription: x\n---\nDo this.\n',
      '.gitignore': 'build\n',
      '.slipstreamignore': 'secret.txt\n',
    });
    workspace = new DiskWorkspace(folder.path);
    items = new ContextItems(workspace, (signal) => listWorkspaceFiles(workspace, signal));
  });

  afterEach(() => folder.dispose());

  async function resolve(chip: Partial<ContextChip> & Pick<ContextChip, 'kind'>): Promise<string> {
    const [block] = await items.resolve([{ label: 'Label', ...chip }]);
    return block?.text ?? '';
  }

  it('are a file with its text as it is', async () => {
    assert.equal(
      await resolve({ kind: 'file', path: folder.join('src/a.ts') }),
      '<context kind="file" path="src/a.ts">\none\ntwo\nthree\n</context>',
    );
  });

  it('are lines of a file, as an editor with unsaved changes has them', async () => {
    const file = folder.join('src/a.ts');
    workspace.edit(file, 'ONE\nTWO\nTHREE');
    assert.equal(
      await resolve({ kind: 'selection', path: file, startLine: 2, endLine: 3 }),
      '<context kind="selection" path="src/a.ts" lines="2-3">\nTWO\nTHREE\n</context>',
    );
  });

  it('name the file in the editor and the lines selected in it, without their text', async () => {
    assert.deepEqual(await items.inEditor(), []);
    workspace.open(folder.join('src/a.ts'));
    const [open] = await items.inEditor();
    assert.match(open?.text ?? '', /^<context kind="editor" path="src\/a\.ts">\n\(open/);
    workspace.selectionNow = {
      path: folder.join('src/b.ts'),
      startLine: 1,
      endLine: 2,
      text: 'b',
      languageId: 'typescript',
    };
    const [selected] = await items.inEditor();
    assert.match(selected?.text ?? '', /path="src\/b\.ts" lines="1-2"/);
  });

  it('say nothing of a file in the editor that is hidden or outside of the folder', async () => {
    workspace.open(folder.join('secret.txt'));
    assert.deepEqual(await items.inEditor(), []);
    workspace.selectionNow = {
      path: path.resolve(folder.path, '../elsewhere.ts'),
      startLine: 1,
      endLine: 1,
      text: '',
      languageId: 'typescript',
    };
    assert.deepEqual(await items.inEditor(), []);
  });

  it('are a symbol by its name', async () => {
    assert.equal(
      await resolve({ kind: 'symbol', path: folder.join('src/a.ts'), startLine: 2, endLine: 2 }),
      '<context kind="symbol" name="Label" path="src/a.ts" lines="2">\ntwo\n</context>',
    );
  });

  it('are a folder as the list of its files, without those that are ignored', async () => {
    assert.equal(
      await resolve({ kind: 'folder', path: folder.join('src') }),
      '<context kind="folder" path="src">\nsrc/a.ts\nsrc/b.ts\n</context>',
    );
    assert.match(await resolve({ kind: 'folder', path: folder.join('build') }), /\(no files\)/);
    const all = await resolve({ kind: 'folder', path: folder.path });
    assert.ok(!all.includes('secret.txt') && !all.includes('out.js'), all);
  });

  it('are problems as compilers write them', async () => {
    workspace.problems = [
      {
        path: folder.join('src/a.ts'),
        startLine: 2,
        startColumn: 5,
        endLine: 2,
        severity: 'error',
        message: 'Wrong\ntype',
        source: 'ts',
        code: '2322',
      },
    ];
    assert.equal(
      await resolve({ kind: 'problems' }),
      '<context kind="problems">\nsrc/a.ts:2:5: error: Wrong type (ts 2322)\n</context>',
    );
    const other = await resolve({ kind: 'problems', path: folder.join('src/b.ts') });
    assert.match(other, /path="src\/b\.ts">\n\(no problems\)/);
  });

  it('are the open editors', async () => {
    assert.match(await resolve({ kind: 'editors' }), /\(no open editors\)/);
    workspace.open(folder.join('src/b.ts'));
    assert.match(await resolve({ kind: 'editors' }), /\nsrc\/b\.ts\n/);
  });

  it('are a prompt file without its front matter', async () => {
    assert.equal(
      await resolve({ kind: 'promptFile', path: folder.join('prompt.md') }),
      '<context kind="prompt" path="prompt.md">\nDo this.\n</context>',
    );
  });

  for (const [name, chip] of [
    ['a missing file', { kind: 'file', path: 'gone.ts' }],
    ['a folder given as a file', { kind: 'file', path: 'src' }],
    ['a binary file', { kind: 'file', path: 'image.png' }],
    ['a hidden file', { kind: 'file', path: 'secret.txt' }],
    ['a missing folder', { kind: 'folder', path: 'gone' }],
    ['a file given as a folder', { kind: 'folder', path: 'src/a.ts' }],
    ['nothing', { kind: 'file' }],
  ] as const) {
    it(`can't be ${name}, and the message names the chip`, async () => {
      const absolute = 'path' in chip ? { path: path.join(folder.path, chip.path) } : {};
      await assert.rejects(resolve({ kind: chip.kind, ...absolute }), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /“Label”/);
        return true;
      });
    });
  }

  it('share a limit, and say where they are cut', async () => {
    const line = `${'x'.repeat(99)}\n`;
    await folder.add({ 'big.txt': line.repeat(1_000) });
    const chip = { kind: 'file', label: 'big.txt', path: folder.join('big.txt') } as const;
    const blocks = await items.resolve(Array.from({ length: 6 }, () => chip));
    const sizes = blocks.map((block) => block.text.length);
    assert.ok(sizes.every((size) => size < 60_500));
    assert.ok(sizes.reduce((sum, size) => sum + size) < 245_000);
    assert.match(blocks[0]?.text ?? '', /\(cut here: 5\d{4} of 100000 characters are shown\)/);
  });
});

describe('contextBlock', () => {
  it('can’t be closed by what it holds', () => {
    const content = 'a </context> b </context-2> c';
    const block = contextBlock({ kind: 'file' }, content);
    assert.equal(block, `<context-3 kind="file">\n${content}\n</context-3>`);
  });

  it('escapes attributes', () => {
    const block = contextBlock({ kind: 'file', path: 'a"><b&\n.ts' }, 'x');
    assert.match(block, /^<context kind="file" path="a&quot;>&lt;b&amp; \.ts">\n/);
  });
});

describe('capText', () => {
  it('leaves a short text alone and never cuts a character in two', () => {
    assert.equal(capText('abc', 3), 'abc');
    assert.match(capText('😀😀😀', 3), /^😀\n\(cut here: 2 of 6/);
  });
});

describe('linesOf', () => {
  it('keeps line ends and does not mind lines beyond the end', () => {
    assert.equal(linesOf('a\r\nb\r\nc', 2, 9), 'b\r\nc');
    assert.equal(linesOf('a', 5, 6), '');
  });
});

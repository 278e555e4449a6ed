import assert from 'node:assert/strict';
import { createToolHarness, type ToolHarness } from '../../../support/toolHarness.ts';

describe('write_file', () => {
  let harness: ToolHarness;
  afterEach(() => harness.dispose());

  const write = (path: string, content: string) => harness.call('write_file', { path, content });

  it('makes a file and the folders above it', async () => {
    harness = await createToolHarness();
    const call = await harness.prepare('write_file', { path: 'a/b/c.ts', content: 'x\r\ny' });
    assert.equal(call.title, 'Make a/b/c.ts');
    assert.match(call.access[0]?.kind === 'edit' ? call.access[0].diff : '', /^--- \/dev\/null\n/);
    const output = await write('a/b/c.ts', 'x\r\ny');
    assert.deepEqual([output.text, output.isError], ['Made a/b/c.ts: 2 lines.', false]);
    assert.equal(await harness.folder.read('a/b/c.ts'), 'x\r\ny');
  });

  it('replaces a text, keeping line ends and byte-order mark', async () => {
    harness = await createToolHarness({ 'a.txt': '\uFEFFone\r\ntwo\r\n' });
    const { text } = await write('a.txt', '\uFEFF1\n2\r\n3\n');
    assert.equal(text, 'Replaced the text of a.txt: 3 lines.');
    assert.equal(await harness.folder.read('a.txt'), '\uFEFF1\r\n2\r\n3\r\n');
  });

  it('takes an empty text', async () => {
    harness = await createToolHarness({ 'a.txt': 'x' });
    assert.equal((await write('a.txt', '')).isError, false);
    assert.equal(await harness.folder.read('a.txt'), '');
  });

  it('refuses what it would do harm to, or to no purpose', async () => {
    const bytes = new Uint8Array([1, 0, 2]);
    harness = await createToolHarness({ 'bin.dat': bytes, 'a.txt': 'same', src: {} });
    const expectations: readonly [string, string, RegExp][] = [
      ['bin.dat', 'x', /binary/],
      ['src', 'x', /is a folder/],
      ['src/', 'x', /names a folder/],
      ['a.txt', 'same', /exactly this content already/],
      ['a.txt/b', 'x', /is a file, not a folder/],
      ['.git/hooks/pre-commit', 'x', /git's own files/],
      ['.GIT/config', 'x', /git's own files/],
      ['b.txt', '\ud800', /surrogate/],
    ];
    for (const [path, content, expected] of expectations) {
      const { text, isError } = await write(path, content);
      assert.ok(isError, path);
      assert.match(text, expected);
    }
    assert.deepEqual(new Uint8Array(await harness.folder.readBytes('bin.dat')), bytes);
  });

  it('tells of what lies outside, also through links', async () => {
    harness = await createToolHarness({ app: {}, out: {} }, { roots: ['app'] });
    await harness.folder.add({
      'app/link': { linkTo: '../out' },
      'app/new': { linkTo: '../out/created.txt' },
    });
    for (const [path, at] of [
      ['../out/x.txt', 'out/x.txt'],
      ['link/x.txt', 'out/x.txt'],
      ['new', 'out/created.txt'],
    ] as const) {
      const { access } = await harness.prepare('write_file', { path, content: 'x' });
      assert.ok(access[0]?.kind === 'edit');
      assert.deepEqual([access[0].isInWorkspace, access[0].path], [false, harness.folder.join(at)]);
    }
  });

  it('refuses to overwrite a file that came to be meanwhile', async () => {
    harness = await createToolHarness();
    const call = await harness.prepare('write_file', { path: 'a.txt', content: 'mine' });
    await harness.folder.add({ 'a.txt': 'theirs' });
    const output = await call.run(() => undefined, new AbortController().signal);
    assert.ok(output.isError);
    assert.equal(await harness.folder.read('a.txt'), 'theirs');
  });

  it('does not write into output that was kept', async () => {
    harness = await createToolHarness();
    const file = await harness.context.spill.create('command');
    await file.close();
    assert.match((await write(file.path, 'x')).text, /can be read, not changed/);
  });
});

import assert from 'node:assert/strict';
import { createToolHarness, type ToolHarness } from '../../../support/toolHarness.ts';

const signal = new AbortController().signal;
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('read_file', () => {
  let harness: ToolHarness;
  afterEach(() => harness.dispose());

  const read = (input: unknown) => harness.call('read_file', input);

  it('reads a file with line numbers', async () => {
    harness = await createToolHarness({ 'a.ts': 'one\n\ttwo\r\nthree' });
    const output = await read({ path: 'a.ts' });
    assert.equal(output.text, '1\tone\n2\t\ttwo\n3\tthree');
    assert.deepEqual(output.readPaths, [harness.folder.join('a.ts')]);
    const call = await harness.prepare('read_file', { path: 'a.ts' });
    assert.equal(call.title, 'Read a.ts');
    assert.deepEqual(call.access, [
      { kind: 'read', path: harness.folder.join('a.ts'), isInWorkspace: true },
    ]);
  });

  it('reads a range and says which of how many', async () => {
    harness = await createToolHarness({ 'a.ts': 'a\nb\nc\nd\n' });
    const { text } = await read({ path: 'a.ts', start_line: 2, end_line: 3 });
    assert.equal(text, '2\tb\n3\tc\n\n[Lines 2–3 of 4.]');
    assert.equal(
      (await read({ path: 'a.ts', start_line: 4, end_line: 99 })).text,
      '4\td\n\n[Line 4 of 4.]',
    );
  });

  it('reads 2,000 lines at once and says how to read on', async () => {
    const lines = Array.from({ length: 2_500 }, (_, index) => `line ${index + 1}`);
    harness = await createToolHarness({
      'a.txt': lines.join('\n'),
      'b.txt': lines.slice(0, 2_000).join('\n'),
    });
    const first = await read({ path: 'a.txt' });
    assert.match(
      first.text,
      /2000\tline 2000\n\n\[Lines 1–2000 of 2500\. Read on with start_line 2001\.\]$/,
    );
    const second = await read({ path: 'a.txt', start_line: 2001 });
    assert.match(
      second.text,
      /^2001\tline 2001\n.*2500\tline 2500\n\n\[Lines 2001–2500 of 2500\.\]$/s,
    );
    assert.match((await read({ path: 'b.txt' })).text, /\n2000\tline 2000$/);
  });

  it('reads unsaved editors as the user sees them', async () => {
    harness = await createToolHarness({ 'a.ts': 'saved\n' });
    harness.workspace.edit(harness.folder.join('a.ts'), 'mine\n');
    assert.match((await read({ path: 'a.ts' })).text, /^1\tmine\n\n\[.*not saved/);
    harness.workspace.edit(harness.folder.join('new.ts'), 'not on disk\n');
    assert.match((await read({ path: 'new.ts' })).text, /^1\tnot on disk/);
  });

  it('tells errors that can be acted on', async () => {
    harness = await createToolHarness({
      'src/cart.ts': 'x\n',
      'src/deep/shoppingCart.ts': '',
      'lib.bin': new Uint8Array([1, 2, 0, 3]),
      'empty.txt': '',
      'hidden.txt': 'secret',
      '.slipstreamignore': 'hidden.txt\n',
    });
    const check = async (input: object, expected: RegExp, isError = true): Promise<void> => {
      const output = await read(input);
      assert.match(output.text, expected);
      assert.equal(output.isError, isError);
    };
    await check({ path: 'src' }, /is a folder: list_files/);
    await check({ path: 'src/carts.ts' }, /no file src\/carts\.ts\. Did you mean src\/cart\.ts/);
    await check({ path: 'cart.ts' }, /Did you mean src\/cart\.ts/);
    await check({ path: 'src/shoppingcart.ts' }, /Did you mean src\/deep\/shoppingCart\.ts/);
    await check({ path: '/nowhere/cart.ts' }, /Did you mean src\/cart\.ts/);
    await check({ path: 'quite/unlike.rs' }, /list_files shows what there is/);
    await check({ path: 'lib.bin' }, /binary/);
    await check({ path: 'src/cart.ts', start_line: 5 }, /no line 5: the file ends with line 1/);
    await check({ path: 'src/cart.ts', start_line: 5, end_line: 4 }, /end_line \(4\) is before/);
    await check(
      { path: 'src/cart.ts', start_line: 1, start_character: 50 },
      /1\t$|shorter/m,
      false,
    );
    await check({ path: 'hidden.txt' }, /hidden from you by the user's \.slipstreamignore/);
    await check({ path: 'hiden.txt' }, /list_files shows/);
    await check({ path: 'empty.txt' }, /\(The file is empty\.\)/, false);
  });

  it('gives images as images, whatever their names', async () => {
    harness = await createToolHarness({ 'logo.dat': png, 'fake.png': 'text\n' });
    const output = await read({ path: 'logo.dat' });
    assert.deepEqual(output.images?.[0]?.source, {
      type: 'base64',
      media_type: 'image/png',
      data: png.toString('base64'),
    });
    assert.equal((await read({ path: 'fake.png' })).text, '1\ttext');
  });

  it('refuses images that the provider would refuse', async () => {
    const jpeg = Buffer.alloc(4_000_000);
    jpeg.set([0xff, 0xd8, 0xff, 0xe0]);
    harness = await createToolHarness({ 'photo.jpg': jpeg });
    assert.match(
      (await read({ path: 'photo.jpg' })).text,
      /image of 4\.0 MB; images may have 3\.9 MB/,
    );
  });

  it('asks for leave for files of secrets, files outside and links to them', async () => {
    harness = await createToolHarness(
      { 'app/.env': 'KEY=1', 'other/b.ts': 'b', 'app/link': { linkTo: '../other/b.ts' } },
      { roots: ['app'] },
    );
    const access = async (path: string) => (await harness.prepare('read_file', { path })).access;
    const secret = harness.folder.join('app/.env');
    assert.deepEqual(await access('.env'), [
      { kind: 'read', path: secret, isInWorkspace: true, isSensitive: true },
    ]);
    const outside = harness.folder.join('other/b.ts');
    for (const path of ['../other/b.ts', 'link']) {
      assert.deepEqual(await access(path), [{ kind: 'read', path: outside, isInWorkspace: false }]);
    }
  });

  it('reads large files from disk, only as far as needed', async () => {
    const line = `${'x'.repeat(99)}\n`;
    harness = await createToolHarness({
      'big.log': line.repeat(100_000),
      'big.bin': Buffer.alloc(5_000_000),
    });
    const start = await read({ path: 'big.log', start_line: 3, end_line: 3 });
    assert.equal(start.text, `3\t${'x'.repeat(99)}\n\n[Line 3.]`);
    const end = await read({ path: 'big.log', start_line: 99_999 });
    assert.match(end.text, /^99999\tx+\n100000\tx+\n\n\[Lines 99999–100000 of 100000\.\]$/);
    assert.match(
      (await read({ path: 'big.log', start_line: 100_001 })).text,
      /ends with line 100000/,
    );
    assert.match((await read({ path: 'big.bin' })).text, /binary/);
  });

  it('reads a single line of 16 MB in ranges', async () => {
    const text = 'héllo😀'.repeat(2_400_000);
    harness = await createToolHarness({ 'line.txt': text });
    const first = await read({ path: 'line.txt' });
    const [, next] = /read on with start_line 1, start_character (\d+)\]/.exec(first.text) ?? [];
    assert.equal(next, '2001');
    const at = 9_000_001;
    const middle = await read({ path: 'line.txt', start_line: 1, start_character: at });
    const [, shown = '', after] =
      /^1\t(.*)\n\n\[.*Read on with start_line 1, start_character (\d+)\.\]$/s.exec(middle.text) ??
      [];
    assert.ok(shown.length > 50_000);
    assert.equal(shown, text.slice(at - 1, at - 1 + shown.length));
    assert.equal(Number(after), at + shown.length);
  });

  it('reads UTF-16 where the file is marked so and read from disk', async () => {
    const text = `\uFEFF${'grüße\r\n'.repeat(800_000)}`;
    harness = await createToolHarness({ 'wide.txt': Buffer.from(text, 'utf16le') });
    const { text: shown } = await read({ path: 'wide.txt', start_line: 2, end_line: 2 });
    assert.match(shown, /^2\tgrüße\n/);
  });

  it('stops when aborted', async () => {
    harness = await createToolHarness({ 'a.ts': '' });
    const call = await harness.prepare('read_file', { path: 'a.ts' });
    await assert.rejects(
      call.run(() => undefined, AbortSignal.abort()),
      /Cancelled/,
    );
    assert.equal((await call.run(() => undefined, signal)).isError, false);
  });

  it('reads output that was kept for it without asking for leave', async () => {
    harness = await createToolHarness();
    const file = await harness.context.spill.create('command');
    await file.write('kept\n');
    await file.close();
    assert.deepEqual((await harness.prepare('read_file', { path: file.path })).access, []);
    const output = await read({ path: file.path });
    assert.deepEqual([output.text, output.readPaths], ['1\tkept', []]);
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { capOutput, maxResultCharacters } from '../../../../src/core/tools/outputCap.ts';
import { DiskSpillStore } from '../../../../src/core/tools/spillStore.ts';
import type { SpillStore } from '../../../../src/core/tools/tool.ts';
import { createFolder, type TemporaryFolder } from '../../../support/folderTree.ts';

describe('capOutput', () => {
  let folder: TemporaryFolder;
  let spill: SpillStore;
  beforeEach(async () => {
    folder = await createFolder();
    spill = new DiskSpillStore({ folder: folder.join('spill') });
  });
  afterEach(() => folder.dispose());

  const cap = async (text: string, limit?: number): Promise<string> => {
    const options = { label: 'test', spill, ...(limit && { limit }) };
    return (await capOutput({ text, isError: false }, options)).text;
  };

  it('leaves what fits as it is, and makes no file', async () => {
    const text = 'x'.repeat(maxResultCharacters);
    assert.equal(await cap(text), text);
    await assert.rejects(folder.read('spill'), /ENOENT/);
  });

  it('keeps head and tail, says how much is missing, and keeps the whole', async () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index}`);
    const text = lines.join('\n');
    const capped = await cap(text);
    assert.ok(capped.length < maxResultCharacters + 400);
    assert.ok(capped.startsWith('line 0\nline 1\n'));
    assert.ok(capped.endsWith('\nline 9999'));
    const [, omitted, path] =
      /^\[… (\d+) characters left out\. The whole is in (.+): read_file/m.exec(capped) ?? [];
    const note = /^\[….*\]\n/m.exec(capped)?.[0] ?? '';
    assert.equal(Number(omitted), text.length - (capped.length - note.length));
    assert.equal(await readFile(path ?? '', 'utf8'), text);
  });

  it('cuts a single line, but no character in two', async () => {
    const capped = await cap('😀'.repeat(1_000), 101);
    assert.ok(!/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/.test(capped));
    assert.doesNotThrow(() => encodeURIComponent(capped));
  });

  it('keeps images, and errors errors', async () => {
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: '' },
    } as const;
    const output = { text: 'x'.repeat(50), images: [image], isError: true };
    const capped = await capOutput(output, { label: 'test', spill, limit: 10 });
    assert.deepEqual([capped.images, capped.isError], [[image], true]);
  });

  it('still tells head and tail where no file can be made', async () => {
    const broken: SpillStore = {
      contains: () => false,
      create: () => Promise.reject(new Error('the disk is full')),
    };
    const { text } = await capOutput(
      { text: `start${'x'.repeat(100)}end`, isError: false },
      { label: 'test', spill: broken, limit: 40 },
    );
    assert.match(text, /^start.*could not be kept: the disk is full.*end$/s);
  });
});

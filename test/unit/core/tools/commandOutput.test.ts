import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { CommandOutput } from '../../../../src/core/tools/commandOutput.ts';
import { DiskSpillStore } from '../../../../src/core/tools/spillStore.ts';
import type { SpillStore } from '../../../../src/core/tools/tool.ts';
import { createFolder, type TemporaryFolder } from '../../../support/folderTree.ts';

describe('CommandOutput', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await createFolder();
  });
  afterEach(() => folder.dispose());

  /** Takes a text in pieces of so many bytes. */
  async function take(text: string, pieceBytes: number, spill?: SpillStore): Promise<string> {
    const output = new CommandOutput(spill ?? new DiskSpillStore({ folder: folder.join('s') }));
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      output.take(bytes.subarray(at, at + pieceBytes));
    }
    const told = await output.finish();
    assert.equal(output.pendingCharacters, 0);
    return told;
  }

  const lines = (count: number): string =>
    Array.from({ length: count }, (_, index) => `zeile ${index} äöü 😀`).join('\n');

  it('tells what is short as it is, and makes no file', async () => {
    for (const pieceBytes of [1, 3, 1_000]) {
      assert.equal(await take(lines(50), pieceBytes), lines(50));
    }
    await assert.rejects(folder.read('s'), /ENOENT/);
  });

  for (const pieceBytes of [7, 4_096, 10_000_000]) {
    it(`keeps the whole of what comes in pieces of ${pieceBytes} bytes`, async () => {
      const text = lines(20_000);
      const told = await take(text, pieceBytes);
      assert.match(told, /^zeile 0 äöü 😀\nzeile 1 /);
      assert.match(told, /\nzeile 19999 äöü 😀$/);
      const [note = '', omitted, path] =
        /\[… (\d+) characters left out\. The whole is in (.+): read_file reads it in ranges\.\]\n/.exec(
          told,
        ) ?? [];
      assert.equal(Number(omitted) + told.length - note.length, text.length);
      assert.equal(await readFile(path ?? '', 'utf8'), text);
    });
  }

  it('says so where the file did not take all of it', async () => {
    const spill = new DiskSpillStore({ folder: folder.join('s'), maxFileBytes: 40_000 });
    assert.match(await take(lines(5_000), 1_000, spill), /As much as fits is in /);
  });

  it('goes on where the disk fails in the middle', async () => {
    let writes = 0;
    const spill: SpillStore = {
      contains: () => false,
      create: async () => ({
        path: '/kept',
        close: async () => undefined,
        write: async () => {
          writes += 1;
          if (writes > 2) {
            throw new Error('no space left');
          }
        },
      }),
    };
    const output = new CommandOutput(spill);
    for (const piece of lines(5_000).match(/.{1,5000}/gs) ?? []) {
      output.take(Buffer.from(piece));
      await output.settled();
    }
    const told = await output.finish();
    assert.match(told, /could not be kept: no space left\./);
    assert.match(told, /\nzeile 4999 äöü 😀$/);
    assert.deepEqual([writes, output.pendingCharacters], [3, 0]);
  });
});

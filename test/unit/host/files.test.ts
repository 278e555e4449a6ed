import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { readFailure } from '../../../src/host/readFailure.ts';
import { findRipgrep, ripgrepCandidates } from '../../../src/host/ripgrep.ts';
import { valueInForce } from '../../../src/host/settingLayers.ts';
import { decodeUnicode, isBinary } from '../../../src/host/textDecoding.ts';
import { createFolder } from '../../support/folderTree.ts';

describe('findRipgrep', () => {
  const search = { appRoot: '/code', platform: 'linux', architecture: 'x64' } as const;

  it('prefers the one of VS Code, of any build, to one on PATH', () => {
    const candidates = ripgrepCandidates({ ...search, searchPath: `/usr/bin${path.delimiter}.` });
    assert.deepEqual(candidates, [
      '/code/node_modules/@vscode/ripgrep/bin/rg',
      '/code/node_modules/@vscode/ripgrep-universal/bin/linux-x64/rg',
      '/code/node_modules.asar.unpacked/@vscode/ripgrep/bin/rg',
      '/code/node_modules.asar.unpacked/@vscode/ripgrep-universal/bin/linux-x64/rg',
      '/usr/bin/rg',
    ]);
  });

  it('takes only what can be run', async () => {
    const folder = await createFolder({ 'bin/rg': '', 'other/rg': '' });
    try {
      await chmod(folder.join('bin/rg'), 0o644);
      const searchPath = [folder.join('bin'), folder.join('other')].join(path.delimiter);
      assert.equal(await findRipgrep({ ...search, appRoot: folder.path, searchPath }), undefined);
      await chmod(folder.join('other/rg'), 0o755);
      assert.equal(
        await findRipgrep({ ...search, appRoot: folder.path, searchPath }),
        folder.join('other/rg'),
      );
    } finally {
      await folder.dispose();
    }
  });

  it('finds nothing without an installation and a PATH', async () => {
    assert.equal(await findRipgrep({ ...search, searchPath: undefined }), undefined);
  });
});

describe('valueInForce', () => {
  const layers = { globalValue: 'user', workspaceValue: 'folder' };

  it('never takes a machine setting from a folder', () => {
    assert.equal(valueInForce(layers, 'machine', true), 'user');
    assert.equal(valueInForce({ workspaceValue: 'folder' }, 'machine', true), undefined);
    assert.equal(valueInForce({ workspaceFolderValue: 'folder' }, 'machine', true), undefined);
  });

  it('takes a window setting from a trusted folder only', () => {
    assert.equal(valueInForce(layers, 'window', true), 'folder');
    assert.equal(valueInForce(layers, 'window', false), 'user');
    assert.equal(
      valueInForce({ ...layers, workspaceFolderValue: 'inner' }, 'window', true),
      'inner',
    );
    assert.equal(valueInForce(undefined, 'window', true), undefined);
  });
});

describe('decodeUnicode', () => {
  it('reads UTF-8 and UTF-16, with and without a mark', () => {
    const mark = Buffer.from([0xef, 0xbb, 0xbf]);
    const utf16 = Buffer.from('\ufeffa€', 'utf16le');
    const cases: readonly [Buffer, string, boolean][] = [
      [Buffer.from('a€😀'), 'a€😀', false],
      [Buffer.concat([mark, Buffer.from('a€')]), 'a€', true],
      [utf16, 'a€', true],
      [Buffer.from(utf16).swap16(), 'a€', true],
      [Buffer.alloc(0), '', false],
    ];
    for (const [bytes, text, hasByteOrderMark] of cases) {
      assert.equal(isBinary(bytes), false);
      assert.deepEqual(decodeUnicode(bytes), { text, hasByteOrderMark });
    }
  });

  it('does not guess at other encodings', () => {
    assert.equal(decodeUnicode(Buffer.from('größe', 'latin1')), undefined);
    assert.equal(isBinary(Buffer.from('größe', 'latin1')), false);
  });

  it('tells binary files by their NUL', () => {
    assert.equal(isBinary(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1])), true);
  });
});

describe('readFailure', () => {
  it('says what is wrong in the user’s words', () => {
    const withCode = (code: string): Error => Object.assign(new Error('raw'), { code });
    assert.equal(readFailure(withCode('ENOENT'), 'a.ts').message, 'There is no file a.ts.');
    assert.match(readFailure(withCode('EACCES'), 'a.ts').message, /permission/);
    assert.match(readFailure('boom', 'a.ts').message, /boom/);
  });
});

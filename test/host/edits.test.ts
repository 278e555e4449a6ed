import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../../src/base/clock.ts';
import { UserError } from '../../src/base/errors.ts';
import { EditApplication } from '../../src/host/editApplication.ts';
import { FileText } from '../../src/host/fileText.ts';
import {
  closeAll,
  type OpenWorkspace,
  openWorkspace,
  readFromDisk,
  retype,
  show,
  undo,
  until,
  workspacePath,
  writeOnDisk,
} from './support/editor.ts';

const oldText = 'one\ntwo\nthree\n';
const newText = 'one\nTWO\nthree\n';

describe('An edit by the model', () => {
  let open: OpenWorkspace;

  beforeEach(() => {
    open = openWorkspace();
  });

  afterEach(async () => {
    open.dispose();
    await closeAll();
    rmSync(workspacePath('edits'), { recursive: true, force: true });
  });

  it('changes and saves a file that no editor shows, and undo takes it back', async () => {
    const path = writeOnDisk('edits/closed.txt', oldText);
    await open.workspace.applyChanges([{ path, before: oldText, after: newText }]);
    assert.equal(readFromDisk(path), newText);
    const editor = await show(path);
    assert.equal(editor.document.isDirty, false);
    await undo(path);
    assert.equal(editor.document.getText(), oldText);
  });

  it('changes and saves a file that an editor shows, in one step to undo', async () => {
    const path = writeOnDisk('edits/open.txt', oldText);
    const editor = await show(path);
    await open.workspace.applyChanges([{ path, before: oldText, after: 'ONE\ntwo\nTHREE\n' }]);
    assert.equal(editor.document.isDirty, false);
    assert.equal(readFromDisk(path), 'ONE\ntwo\nTHREE\n');
    await undo(path);
    assert.equal(editor.document.getText(), oldText);
  });

  it('builds on what the user has not saved, and does not save it', async () => {
    const path = writeOnDisk('edits/dirty.txt', 'old\n');
    const editor = await show(path);
    await retype(editor, oldText);
    assert.deepEqual(await open.workspace.readText(path), {
      text: oldText,
      hasByteOrderMark: false,
      isDirty: true,
    });
    await open.workspace.applyChanges([{ path, before: oldText, after: newText }]);
    assert.equal(editor.document.getText(), newText);
    assert.equal(editor.document.isDirty, true);
    assert.equal(readFromDisk(path), 'old\n');
    await undo(path);
    assert.equal(editor.document.getText(), oldText);
  });

  it('leaves the cursor where it was', async () => {
    const path = writeOnDisk('edits/cursor.txt', oldText);
    const editor = await show(path);
    editor.selection = new vscode.Selection(2, 3, 2, 3);
    await open.workspace.applyChanges([{ path, before: oldText, after: `zero\n${newText}` }]);
    await until(() => editor.selection.active.line === 3, 'the cursor to move with its line');
    assert.equal(editor.selection.active.character, 3);
  });

  it('makes a file and its folders', async () => {
    const path = workspacePath('edits/new/deep/file.txt');
    await open.workspace.applyChanges([{ path, before: undefined, after: newText }]);
    assert.equal(readFromDisk(path), newText);
  });

  it('deletes a file and brings it back as it was, each in one step', async () => {
    const path = writeOnDisk('edits/gone.sh', '\ufeffone\r\n');
    chmodSync(path, 0o750);
    await show(path);
    await open.workspace.applyChanges([{ path, before: 'one\r\n', after: undefined }]);
    assert.equal(existsSync(path), false);
    const back = {
      path,
      before: undefined,
      after: 'one\r\n',
      bytes: new TextEncoder().encode('\ufeffone\r\n'),
      mode: 0o750,
    };
    await open.workspace.applyChanges([back]);
    assert.equal(readFromDisk(path), '\ufeffone\r\n');
    assert.equal(statSync(path).mode & 0o777, 0o750);
  });

  it('deletes a file whose editor has unsaved text, and its editor with it', async () => {
    const path = writeOnDisk('edits/typed.txt', 'old\n');
    await retype(await show(path), 'typed\n');
    await open.workspace.applyChanges([{ path, before: 'typed\n', after: undefined }]);
    assert.equal(existsSync(path), false);
    await until(
      () => !vscode.workspace.textDocuments.some((one) => one.isDirty && one.uri.fsPath === path),
      'the editor to go with its file',
    );
  });

  it('deletes nothing where another change of the same step is refused', async () => {
    const first = writeOnDisk('edits/first.txt', oldText);
    const second = writeOnDisk('edits/second.txt', oldText);
    const changes = [
      { path: first, before: oldText, after: undefined },
      { path: second, before: 'something else\n', after: newText },
    ];
    await assert.rejects(open.workspace.applyChanges(changes), UserError);
    assert.equal(readFromDisk(first), oldText);
  });

  it('brings a deleted file back where saving another one fails', async () => {
    const first = writeOnDisk('edits/deleted.txt', oldText);
    const second = writeOnDisk('edits/unsaveable.txt', oldText);
    const files = new FileText(open.folders);
    const application = new EditApplication({
      folders: open.folders,
      files,
      clock: systemClock,
      save: async () => false,
    });
    const changes = [
      { path: first, before: oldText, after: undefined },
      { path: second, before: oldText, after: newText },
    ];
    await assert.rejects(application.apply(changes), /unsaveable\.txt could not be saved/);
    application.dispose();
    assert.deepEqual([first, second].map(readFromDisk), [oldText, oldText]);
  });

  it('changes several files or none', async () => {
    const first = writeOnDisk('edits/first.txt', oldText);
    const second = writeOnDisk('edits/second.txt', oldText);
    const third = workspacePath('edits/third.txt');
    const changes = [
      { path: first, before: oldText, after: newText },
      { path: second, before: 'something else\n', after: newText },
      { path: third, before: undefined, after: newText },
    ];
    await assert.rejects(open.workspace.applyChanges(changes), UserError);
    assert.equal(readFromDisk(first), oldText);
    assert.equal(existsSync(third), false);
    const good = changes.map((change) =>
      change.path === second ? { ...change, before: oldText } : change,
    );
    await open.workspace.applyChanges(good);
    assert.deepEqual([first, second, third].map(readFromDisk), [newText, newText, newText]);
  });

  it('keeps CRLF and the byte-order mark', async () => {
    const crlf = oldText.replaceAll('\n', '\r\n');
    const path = writeOnDisk('edits/crlf.txt', `\ufeff${crlf}`);
    const { text, hasByteOrderMark } = await open.workspace.readText(path);
    assert.deepEqual({ text, hasByteOrderMark }, { text: crlf, hasByteOrderMark: true });
    const changed = crlf.replace('two', 'TWO');
    await open.workspace.applyChanges([{ path, before: crlf, after: changed }]);
    assert.equal(readFromDisk(path), `\ufeff${changed}`);
  });

  it('keeps mixed line ends to the byte, again and again', async () => {
    const path = writeOnDisk('edits/mixed.txt', 'one\r\ntwo\nthree\r\n');
    await open.workspace.applyChanges([
      { path, before: 'one\r\ntwo\nthree\r\n', after: 'one\r\nTWO\nthree\r\n' },
    ]);
    assert.equal(readFromDisk(path), 'one\r\nTWO\nthree\r\n');
    await open.workspace.applyChanges([
      { path, before: 'one\r\nTWO\nthree\r\n', after: 'one\r\nTWO\nTHREE\r\n' },
    ]);
    assert.equal(readFromDisk(path), 'one\r\nTWO\nTHREE\r\n');
  });

  it('keeps UTF-16', async () => {
    const bytes = Buffer.from(`\ufeff${oldText}`, 'utf16le');
    const path = writeOnDisk('edits/utf16.txt', bytes);
    assert.equal((await open.workspace.readText(path)).text, oldText);
    await open.workspace.applyChanges([{ path, before: oldText, after: newText }]);
    assert.deepEqual(readFileSync(path), Buffer.from(`\ufeff${newText}`, 'utf16le'));
  });

  it('does not touch a file in another encoding than VS Code reads it with', async () => {
    const bytes = Buffer.from('größe\n', 'latin1');
    const path = writeOnDisk('edits/latin1.txt', bytes);
    const { text } = await open.workspace.readText(path);
    const change = { path, before: text, after: text.replace('e\n', 'en\n') };
    await assert.rejects(open.workspace.applyChanges([change]), /encoding/);
    assert.deepEqual(readFileSync(path), bytes);
  });

  it('does not touch a file that has changed since it was read', async () => {
    const path = writeOnDisk('edits/stale.txt', oldText);
    await show(path);
    writeFileSync(path, 'by another program\n');
    await assert.rejects(
      open.workspace.applyChanges([{ path, before: oldText, after: newText }]),
      UserError,
    );
    assert.equal(readFromDisk(path), 'by another program\n');
  });

  it('waits for VS Code where another program wrote what it builds on', async () => {
    const path = writeOnDisk('edits/raced.txt', 'old\n');
    const editor = await show(path);
    writeFileSync(path, oldText);
    await open.workspace.applyChanges([{ path, before: oldText, after: newText }]);
    assert.equal(readFromDisk(path), newText);
    assert.equal(editor.document.getText(), newText);
  });

  it('does not overwrite a file that is there already', async () => {
    const path = writeOnDisk('edits/there.txt', oldText);
    const change = { path, before: undefined, after: newText };
    await assert.rejects(open.workspace.applyChanges([change]), UserError);
    assert.equal(readFromDisk(path), oldText);
  });

  it('takes everything back where one file can’t be saved', async () => {
    const saved = writeOnDisk('edits/saved.txt', oldText);
    const unsaved = writeOnDisk('edits/unsaved.txt', oldText);
    const created = workspacePath('edits/created.txt');
    const edits = new EditApplication({
      folders: open.folders,
      files: new FileText(open.folders),
      clock: systemClock,
      save: async (document) => (document.uri.fsPath === unsaved ? false : await document.save()),
    });
    await assert.rejects(
      edits.apply([
        { path: saved, before: oldText, after: newText },
        { path: unsaved, before: oldText, after: newText },
        { path: created, before: undefined, after: newText },
      ]),
      /unsaved\.txt could not be saved/,
    );
    assert.deepEqual([saved, unsaved].map(readFromDisk), [oldText, oldText]);
    assert.equal(existsSync(created), false);
    for (const file of [saved, unsaved]) {
      assert.equal((await vscode.workspace.openTextDocument(file)).getText(), oldText);
    }
    edits.dispose();
  });

  it('finds the editor of a file that was opened through a link', async () => {
    const path = writeOnDisk('edits/real/file.txt', 'old\n');
    symlinkSync(join(workspacePath('edits'), 'real'), join(workspacePath('edits'), 'link'));
    const editor = await show(workspacePath('edits/link/file.txt'));
    await retype(editor, oldText);
    assert.equal((await open.workspace.readText(path)).text, oldText);
    await open.workspace.applyChanges([{ path, before: oldText, after: newText }]);
    assert.equal(editor.document.getText(), newText);
  });

  it('survives ten thousand lines with edits at both ends', async () => {
    const middle = Array.from({ length: 10_000 }, (_, index) => `line ${index}`).join('\n');
    const path = writeOnDisk('edits/long.txt', `first\n${middle}\nlast\n`);
    const changed = `FIRST\n${middle}\nLAST\n`;
    await open.workspace.applyChanges([
      { path, before: `first\n${middle}\nlast\n`, after: changed },
    ]);
    assert.equal(readFromDisk(path), changed);
  });
});

describe('Reading a file', () => {
  let open: OpenWorkspace;

  before(() => {
    open = openWorkspace();
  });

  after(() => {
    open.dispose();
    rmSync(workspacePath('edits'), { recursive: true, force: true });
  });

  it('says what is wrong with it', async () => {
    const binary = writeOnDisk('edits/a.bin', new Uint8Array([1, 0, 2]));
    await assert.rejects(open.workspace.readText(binary), /edits\/a\.bin is a binary file/);
    await assert.rejects(open.workspace.readText(workspacePath('gone.ts')), /no file gone\.ts/);
    await assert.rejects(open.workspace.readText(workspacePath('edits')), /is a folder/);
    await assert.rejects(open.workspace.readText('/dev/zero'), /not a regular file/);
  });

  it('does not read a huge file', async () => {
    const path = writeOnDisk('edits/huge.txt', Buffer.alloc(21 * 1024 * 1024, 97));
    await assert.rejects(open.workspace.readText(path), /too large/);
  });

  it('reads what can’t be written', async () => {
    const path = writeOnDisk('edits/readonly.txt', '');
    chmodSync(path, 0o444);
    assert.equal((await open.workspace.readText(path)).text, '');
  });
});

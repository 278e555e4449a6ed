import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { UserError } from '../../src/base/errors.ts';
import { unifiedDiff } from '../../src/core/edit/unifiedDiff.ts';
import { ApprovalDiffs } from '../../src/host/approvalDiffs.ts';
import { CodeBlocks } from '../../src/host/codeBlocks.ts';
import { fileChips, selectionChip } from '../../src/host/editorContext.ts';
import { EditPreviews } from '../../src/host/editPreviews.ts';
import { FileIndex } from '../../src/host/fileIndex.ts';
import { Links } from '../../src/host/links.ts';
import { Mentions } from '../../src/host/mentions.ts';
import { Notifications } from '../../src/host/notifications.ts';
import { OutputLog } from '../../src/host/outputLog.ts';
import { SymbolSearch } from '../../src/host/symbolSearch.ts';
import { listWorkspaceFiles } from '../../src/host/workspaceFiles.ts';
import {
  closeAll,
  type OpenWorkspace,
  openWorkspace,
  readFromDisk,
  show,
  undo,
  until,
  workspacePath,
  writeOnDisk,
} from './support/editor.ts';

const signal = new AbortController().signal;
/** On a busy machine the first symbols take longer than the panel waits for them. */
const patientClock: Clock = {
  ...systemClock,
  setTimeout: (callback, delayMs) => systemClock.setTimeout(callback, delayMs * 50),
};
const cart = `function total(items) {
  return 0;
}

function count(items) {
  return items.length;
}
`;

describe('What a conversation does in the editor', () => {
  let open: OpenWorkspace;
  let log: OutputLog;
  let previews: EditPreviews;
  let blocks: CodeBlocks;

  beforeEach(() => {
    open = openWorkspace();
    log = new OutputLog();
    previews = new EditPreviews();
    blocks = new CodeBlocks({
      workspace: open.workspace,
      folders: open.folders,
      previews,
      notifications: new Notifications(log),
    });
  });

  afterEach(async () => {
    await closeAll();
    blocks.dispose();
    previews.dispose();
    log.dispose();
    open.dispose();
    await vscode.commands.executeCommand('notifications.clearAll');
    rmSync(workspacePath('shop'), { recursive: true, force: true });
  });

  describe('Links', () => {
    async function follow(target: string): Promise<string> {
      await new Links(open.folders).open(target);
      const editor = vscode.window.activeTextEditor;
      assert.ok(editor);
      const { start, end } = editor.selection;
      const name = vscode.workspace.asRelativePath(editor.document.uri);
      return `${name} ${start.line}:${start.character}-${end.line}:${end.character}`;
    }

    it('open files at lines and columns', async () => {
      const path = writeOnDisk('shop/src/cart.ts', cart);
      assert.equal(await follow('shop/src/cart.ts'), 'shop/src/cart.ts 0:0-0:0');
      assert.equal(await follow('shop/src/cart.ts:2'), 'shop/src/cart.ts 1:0-1:0');
      assert.equal(await follow('shop/src/cart.ts:2:3'), 'shop/src/cart.ts 1:2-1:2');
      assert.equal(await follow('shop/src/cart.ts#L1-L2'), 'shop/src/cart.ts 0:0-1:11');
      assert.equal(await follow(`${path}:5`), 'shop/src/cart.ts 4:0-4:0');
      assert.equal(await follow(`file://${path}`), 'shop/src/cart.ts 4:0-4:0');
    });

    it('open a file that is named without its folders', async () => {
      writeOnDisk('shop/src/onlyHere.ts', cart);
      assert.equal(await follow('onlyHere.ts:5'), 'shop/src/onlyHere.ts 4:0-4:0');
      assert.equal(await follow('src/onlyHere.ts:2'), 'shop/src/onlyHere.ts 1:0-1:0');
    });

    it('lead nowhere where there is no file, and run no command', async () => {
      const links = new Links(open.folders);
      for (const target of ['shop/gone.ts:3', '/no/such/file.ts', '../../../gone.ts']) {
        await assert.rejects(links.open(target), UserError);
      }
      await assert.rejects(links.open('command:workbench.action.closeAllEditors'), UserError);
    });
  });

  describe('Code blocks', () => {
    it('are inserted at every cursor as one step to undo', async () => {
      const path = writeOnDisk('shop/cart.js', cart);
      const editor = await show(path);
      editor.selections = [new vscode.Selection(1, 9, 1, 10), new vscode.Selection(4, 0, 4, 0)];
      await blocks.insert('sum()');
      const expected = cart
        .replace('return 0', 'return sum()')
        .replace('function count', 'sum()function count');
      assert.equal(editor.document.getText(), expected);
      await undo(path);
      assert.equal(editor.document.getText(), cart);
    });

    it('need an editor to be inserted', async () => {
      await assert.rejects(blocks.insert('x'), UserError);
    });

    it('are shown as a diff, and applied only then', async () => {
      const path = writeOnDisk('shop/cart.js', cart);
      await blocks.apply('function total(items) {\n  return 1;\n}', 'shop/cart.js');
      const uri = previews.active();
      assert.ok(uri);
      assert.equal(readFromDisk(path), cart);
      const shown = await vscode.workspace.openTextDocument(uri);
      assert.equal(shown.getText(), cart.replace('return 0', 'return 1'));
      assert.equal(shown.languageId, 'javascript');
      await blocks.applyPending(undefined);
      assert.equal(readFromDisk(path), cart.replace('return 0', 'return 1'));
      assert.equal(previews.active(), undefined);
      await undo(path);
      assert.equal(vscode.window.activeTextEditor?.document.getText(), cart);
    });

    it('are discarded with their diff', async () => {
      const path = writeOnDisk('shop/cart.js', cart);
      await show(path);
      await blocks.apply('function total(items) {\n  return 1;\n}', undefined);
      await blocks.discardPending(previews.active());
      await until(() => previews.active() === undefined, 'the diff to close');
      assert.equal(readFromDisk(path), cart);
      await assert.rejects(blocks.applyPending(undefined), UserError);
    });

    it('make a file that is not there', async () => {
      const path = workspacePath('shop/new.js');
      await blocks.apply('let a;', 'shop/new.js');
      assert.equal(existsSync(path), false);
      await blocks.applyPending(previews.active());
      assert.equal(readFromDisk(path), 'let a;\n');
    });

    it('are not applied where it is not clear to what', async () => {
      writeOnDisk('shop/cart.js', cart);
      await assert.rejects(blocks.apply('let a;', undefined), /Open the file/);
      await assert.rejects(blocks.apply('let a;', 'shop/cart.js'), /not clear/);
      await assert.rejects(blocks.apply('let a;', '/etc/hosts'), /outside/);
      await assert.rejects(blocks.apply('let a;', 'shop'), /not a file/);
    });
  });

  it('An edit that waits for approval is shown as a diff', async () => {
    const path = writeOnDisk('shop/cart.js', cart.replaceAll('\n', '\r\n'));
    const after = cart.replace('return 0', 'return 1');
    const diff = unifiedDiff({ file: 'shop/cart.js', before: cart, after });
    const diffs = new ApprovalDiffs(open.workspace, previews);
    await diffs.show(path, diff);
    const uri = previews.active();
    assert.ok(uri);
    assert.equal((await vscode.workspace.openTextDocument(uri)).getText(), after);
    await assert.rejects(
      diffs.show(path, diff.replace(' function total', ' function other')),
      UserError,
    );
  });

  it('A diff is forgotten when another takes its tab', async () => {
    const closed: string[] = [];
    const subscription = previews.onDidClose((uri) => closed.push(uri.toString()));
    const preview = { before: 'a', after: 'b', title: 'x', isKept: false };
    const first = await previews.show({ ...preview, path: workspacePath('shop/first.js') });
    await previews.show({ ...preview, path: workspacePath('shop/second.js') });
    await until(() => closed.length === 1, 'the first diff to be forgotten');
    assert.deepEqual(closed, [first.toString()]);
    subscription.dispose();
  });

  describe('Attaching', () => {
    it('takes the lines of the selection', async () => {
      const path = writeOnDisk('shop/cart.js', cart);
      assert.throws(() => selectionChip(open.folders), UserError);
      const editor = await show(path);
      editor.selection = new vscode.Selection(1, 0, 3, 0);
      const expected = { kind: 'selection', label: 'cart.js:2-3', path, startLine: 2, endLine: 3 };
      assert.deepEqual(selectionChip(open.folders), expected);
    });

    it('takes what is selected in the explorer', async () => {
      const file = writeOnDisk('shop/cart.js', cart);
      const uris = [vscode.Uri.file(file), vscode.Uri.file(workspacePath('shop'))];
      assert.deepEqual(await fileChips(open.folders, uris[0], uris), [
        { kind: 'file', label: 'cart.js', path: file },
        { kind: 'folder', label: 'shop', path: workspacePath('shop') },
      ]);
      const alone = await fileChips(open.folders, uris[1], [uris[0]]);
      assert.deepEqual(
        alone.map((chip) => chip.label),
        ['shop'],
      );
      await assert.rejects(fileChips(open.folders, undefined, 'nonsense'), UserError);
    });

    it('finds files made a moment ago, and symbols', async () => {
      const path = writeOnDisk('shop/deep/priceList.ts', 'export function priceOf() {}\n');
      const provider = vscode.languages.registerDocumentSymbolProvider('typescript', {
        provideDocumentSymbols: () => [
          new vscode.DocumentSymbol(
            'priceOf',
            '',
            vscode.SymbolKind.Function,
            new vscode.Range(0, 0, 0, 28),
            new vscode.Range(0, 16, 0, 23),
          ),
        ],
      });
      const files = new FileIndex(
        (stop) => listWorkspaceFiles(open.workspace, stop),
        (listener) => open.workspace.onDidChangeFile(() => listener()),
        systemClock,
      );
      const errors: unknown[] = [];
      const mentions = new Mentions({
        workspace: open.workspace,
        files,
        symbols: new SymbolSearch(open.folders),
        clock: patientClock,
        onSymbolError: (error) => errors.push(error),
      });
      await show(path);
      const found = await mentions.search('price', signal);
      assert.deepEqual(errors, []);
      const file = found.find((item) => item.chip.kind === 'file');
      assert.deepEqual(file?.chip, { kind: 'file', label: 'priceList.ts', path });
      assert.equal(file?.detail, 'shop/deep');
      const symbol = found.find((item) => item.chip.kind === 'symbol');
      assert.deepEqual(symbol?.chip, {
        kind: 'symbol',
        label: 'priceOf',
        path,
        startLine: 1,
        endLine: 1,
      });
      assert.equal(symbol?.icon, 'symbol-function');
      files.dispose();
      provider.dispose();
    });
  });
});

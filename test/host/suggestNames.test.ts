import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { MessagesServer } from '../support/messagesServer.ts';
import { answer, text } from '../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import {
  AssistantWindow,
  assertNoneRefused,
  connect,
  disconnect,
  eventually,
} from './support/assistantHarness.ts';
import { closeAll, show, workspacePath, writeOnDisk } from './support/editor.ts';
import { assertTraced } from './support/tracedOperation.ts';

const source = 'const x = 86_400;\nexport const week = 7 * x;\n';

describe('Names for a symbol', () => {
  let server: MessagesServer;
  let storage: TemporaryFolder;
  let window: AssistantWindow;
  let renamer: vscode.Disposable;

  before(async () => {
    server = await MessagesServer.start();
    storage = createTemporaryFolder('names');
    window = await AssistantWindow.open({
      storageFolder: storage.path,
      secrets: await connect(server),
    });
    renamer = vscode.languages.registerRenameProvider(
      { pattern: '**/*.names' },
      { provideRenameEdits },
    );
  });

  after(async () => {
    renamer.dispose();
    await window.close();
    storage.dispose();
    await disconnect();
    await server.stop();
  });

  beforeEach(() => server.reset());

  afterEach(async () => {
    assertNoneRefused(server);
    assert.deepEqual(window.loggedErrors, []);
    await closeAll();
    rmSync(workspacePath('names'), { recursive: true, force: true });
  });

  async function open(): Promise<vscode.TextEditor> {
    const editor = await show(writeOnDisk('names/time.names', source));
    editor.selection = new vscode.Selection(0, 6, 0, 6);
    return editor;
  }

  /** Takes the first name as soon as there is one. */
  async function chooseFirst(work: Promise<void>): Promise<void> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await sleep(50);
    }
    await over;
  }

  it('rename it wherever it is used, and are kept', async () => {
    server.reply(text('{"names": ["secondsPerDay", "x", "not a name"]}'));
    const first = await open();
    await chooseFirst(window.commands.suggestNames());
    assert.equal(first.document.getText(), source.replaceAll(/\bx\b/g, 'secondsPerDay'));
    await closeAll();
    const again = await open();
    await chooseFirst(window.commands.suggestNames());
    assert.match(again.document.getText(), /secondsPerDay/);
    assert.equal(server.messageRequests.length, 1, 'the same names need no model');
  });

  it('are one operation, in which the list is the user’s time', async () => {
    const names = text('{"names": ["secondsPerDay"]}');
    server.reply(answer(names, { firstEventDelayMs: 300 }));
    const editor = await open();
    await editor.edit((builder) => builder.insert(new vscode.Position(1, 0), '// traced\n'));
    await chooseFirst(window.commands.suggestNames());
    await assertTraced(
      window,
      'action.rename',
      /^action\.rename\(action\.gather user\.input chat .*stream\) action\.apply\)$/,
    );
  });

  it('are given up with the list, and the model is told to stop', async () => {
    server.reply({ kind: 'noResponse', how: 'silence' });
    const editor = await open();
    await editor.edit((builder) => builder.insert(new vscode.Position(1, 0), '// other\n'));
    const work = window.commands.suggestNames();
    const request = await server.received(1);
    await eventually(async () => {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      return request.isAborted;
    }, 'the request to be given up');
    await work;
  });

  it('need a symbol', async () => {
    const editor = await open();
    editor.selection = new vscode.Selection(0, 9, 0, 9);
    editor.selection = new vscode.Selection(2, 0, 2, 0);
    await assert.rejects(window.commands.suggestNames(), /Put the cursor on the name/);
  });
});

/** A language in which every word is a symbol. */
function provideRenameEdits(
  document: vscode.TextDocument,
  position: vscode.Position,
  newName: string,
): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const name = document.getText(document.getWordRangeAtPosition(position));
  for (const { index } of document.getText().matchAll(new RegExp(`\\b${name}\\b`, 'g'))) {
    const start = document.positionAt(index);
    edit.replace(document.uri, new vscode.Range(start, start.translate(0, name.length)), newName);
  }
  return edit;
}

import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import * as vscode from 'vscode';
import { MessagesServer } from '../support/messagesServer.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { connect, disconnect, eventually } from './support/assistantHarness.ts';
import { CompletionWindow, openNew } from './support/completionHarness.ts';
import { closeAll } from './support/editor.ts';

describe('What a first completion takes', () => {
  let server: MessagesServer;
  let storage: TemporaryFolder;
  let window: CompletionWindow;

  before(async () => {
    server = await MessagesServer.start();
    storage = createTemporaryFolder('completionWarming');
    window = new CompletionWindow({
      storageFolder: storage.path,
      secrets: await connect(server),
    });
  });

  after(async () => {
    await closeAll();
    window.close();
    storage.dispose();
    await disconnect();
    await server.stop();
  });

  it('is loaded once the cursor is put into code by hand, and nothing is asked', async () => {
    await openNew('markdown', 'prose');
    await vscode.commands.executeCommand('cursorLeft');
    await openNew('javascript', 'let one = 1;\n');
    assert.deepEqual(databases(), [], 'opening loads nothing');
    await vscode.commands.executeCommand('cursorLeft');
    await eventually(() => databases().length === 1, 'the store to be opened');
    const { telemetry } = await window.foundation();
    const parsers = (): number => telemetry.registry.read('pools').get('Parsers')?.created ?? 0;
    await eventually(() => parsers() > 0, 'the file to be parsed');
    assert.equal(server.messageRequests.length, 0);
    assert.deepEqual(window.loggedErrors, []);
  });

  function databases(): readonly string[] {
    return globSync('**/threads.db', { cwd: storage.path });
  }
});

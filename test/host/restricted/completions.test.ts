import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { liveResourceManagers } from '../../../src/base/lifecycle.ts';
import { MessagesServer } from '../../support/messagesServer.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';
import { assertNoneRefused, connect, disconnect, eventually } from '../support/assistantHarness.ts';
import { CompletionWindow, fill, openNew } from '../support/completionHarness.ts';
import { closeAll, workspacePath, writeOnDisk } from '../support/editor.ts';

describe('In Restricted Mode ghost text', () => {
  let server: MessagesServer;
  /** A server that a folder's settings name: nothing must ever arrive there. */
  let trap: MessagesServer;
  let storage: TemporaryFolder;
  let window: CompletionWindow;

  before(async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    [server, trap] = await Promise.all([MessagesServer.start(), MessagesServer.start()]);
    storage = createTemporaryFolder('restrictedCompletions');
    const secrets = await connect(server);
    writeOnDisk(
      '.vscode/settings.json',
      JSON.stringify({
        'slipstream.endpoint': trap.endpoint,
        'slipstream.completion.enabled': false,
        'slipstream.completion.model': 'claude-sonnet-5-5',
        'slipstream.completion.debounceMinMs': 5_000,
      }),
    );
    await eventually(
      () =>
        vscode.workspace.getConfiguration('slipstream').inspect('completion.enabled')
          ?.globalValue === undefined,
      'the settings',
    );
    window = new CompletionWindow({ storageFolder: storage.path, secrets });
  });

  after(async () => {
    await closeAll();
    window.close();
    assert.deepEqual(liveResourceManagers(), []);
    storage.dispose();
    await disconnect();
    await Promise.all([server.stop(), trap.stop()]);
    rmSync(workspacePath('.vscode'), { recursive: true, force: true });
  });

  it('completes by the user’s settings, and by none of the folder’s', async () => {
    fill(server, 'sole.log(1);');
    const [item] = await window.completeHere(await openNew('javascript', 'con'));
    assert.equal(item?.insertText, 'console.log(1);');
    assert.equal(server.messageRequests[0]?.body?.['model'], 'claude-haiku-5-5');
    assert.equal(trap.requests.length, 0);
    assertNoneRefused(server);
    assert.deepEqual(window.loggedErrors, []);
  });
});

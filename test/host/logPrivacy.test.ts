import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { MessagesServer } from '../support/messagesServer.ts';
import { answer, failure, text, toolUse } from '../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { AssistantWindow, connect, disconnect } from './support/assistantHarness.ts';
import { closeAll, show, writeOnDisk } from './support/editor.ts';

/** In every text that comes from the user, a file or the model. */
const secret = 'Xyzzy42';

describe('The log', () => {
  let server: MessagesServer;
  let storage: TemporaryFolder;
  let window: AssistantWindow;

  before(async () => {
    server = await MessagesServer.start();
    storage = createTemporaryFolder('log');
    const secrets = await connect(server);
    window = await AssistantWindow.open({ storageFolder: storage.path, secrets });
  });

  after(async () => {
    await closeAll();
    await window.close();
    storage.dispose();
    await disconnect();
    await server.stop();
  });

  it('holds nothing that anybody wrote, whatever goes wrong', async () => {
    const path = writeOnDisk('log/add.jsx', `const ${secret} = 1;\n`);
    await window.newThread();
    server.reply(
      [text(secret), toolUse('read_file', { path: `log/${secret}.ts` })],
      [toolUse('search', { pattern: `(${secret}` })],
      [toolUse(`made_up_${secret}`, { path: secret })],
      answer(text(secret), { fault: { kind: 'reset', after: { deltas: 1 } } }),
      failure(400, 'invalid_request_error', { message: `Bad ${secret}.` }),
    );
    await window.converse(`What about ${secret}?`);
    server.reply(failure(400, 'invalid_request_error', { message: `Bad ${secret}.` }));
    await window.converse(`And ${secret}?`);
    // An edit whose answer is no code, and a fix of nothing.
    const editor = await show(path);
    editor.selection = new vscode.Selection(0, 0, 0, 5);
    server.reply([text(`No ${secret} here.`)]);
    await assert.rejects(window.commands.writeDocumentation());
    await assert.rejects(window.commands.fixProblem());
    assert.deepEqual(
      window.logged.filter((line) => line.includes(secret)),
      [],
    );
  });
});

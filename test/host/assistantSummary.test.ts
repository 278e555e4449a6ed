import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { MessagesServer } from '../support/messagesServer.ts';
import { text, thinking } from '../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import {
  AssistantWindow,
  assertNoneRefused,
  connect,
  disconnect,
  eventually,
  type MemorySecrets,
} from './support/assistantHarness.ts';
import { closeAll } from './support/editor.ts';

describe('The summary of a thread in the editor', () => {
  let server: MessagesServer;
  let secrets: MemorySecrets;
  let storage: TemporaryFolder;
  let window: AssistantWindow;

  before(async () => {
    server = await MessagesServer.start();
    secrets = await connect(server);
    storage = createTemporaryFolder('summaries');
    window = await AssistantWindow.open({ storageFolder: storage.path, secrets });
  });

  after(async () => {
    await closeAll();
    await window.close();
    storage.dispose();
    await disconnect();
    await server.stop();
  });

  it('is made by /compact, opened, changed and saved like a file, and sent from then on', async () => {
    const threadId = await window.newThread();
    const long = 'Words to be remembered. '.repeat(800);
    server.respond(({ body }) =>
      String(body?.['model']).includes('haiku')
        ? [text('## Task\nThe notes of the model.')]
        : [thinking('Hm.'), text(`Yes. ${long}`)],
    );
    await window.converse('one');
    await window.converse('two');
    await assert.rejects(window.ask('thread/openSummary', { threadId }), /Nothing of this thread/);
    await window.ask('thread/compact', { threadId, focus: 'the words' });
    const view = window.panel.views.get(threadId);
    assert.ok(view?.compaction && view.status.phase === 'idle');

    await window.ask('thread/openSummary', { threadId });
    const editor = await eventually(() => vscode.window.activeTextEditor, 'the summary');
    assert.equal(editor.document.languageId, 'markdown');
    assert.match(editor.document.getText(), /The notes of the model/);
    const everything = new vscode.Range(0, 0, editor.document.lineCount, 0);
    await editor.edit((edit) => edit.replace(everything, 'What I want it to know.\n'));
    assert.ok(await editor.document.save());
    await window.converse('three');
    const sent = server.messageRequests
      .map(({ body }) => JSON.stringify(body?.['messages']))
      .findLast((messages) => messages.includes('three'));
    assert.ok(sent);
    assert.match(sent, /What I want it to know/);
    assert.doesNotMatch(sent, /The notes of the model/);

    const usage = await window.ask('thread/usage', { threadId });
    assert.ok(usage.history > 100 && usage.tools > 100 && usage.limit === 1_000_000);

    server.respond(() => [text('Newer notes.')]);
    await window.commands.compactThread();
    await eventually(() => editor.document.getText() === 'Newer notes.', 'the newer summary');
    assertNoneRefused(server);
    assert.deepEqual(window.loggedErrors, []);
  });
});

import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { liveResourceManagers } from '../../../src/base/lifecycle.ts';
import { MessagesServer } from '../../support/messagesServer.ts';
import { answer, text, toolUse } from '../../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';
import {
  AssistantWindow,
  assertNoneRefused,
  connect,
  disconnect,
  eventually,
  lastRequest,
  sentResults,
} from '../support/assistantHarness.ts';
import {
  closeAll,
  readFromDisk,
  retype,
  show,
  workspacePath,
  writeOnDisk,
} from '../support/editor.ts';

const readingTools = ['get_diagnostics', 'list_files', 'read_file', 'search'];

describe('In Restricted Mode a turn', () => {
  let server: MessagesServer;
  /** A server that a folder's settings name: nothing must ever arrive there. */
  let trap: MessagesServer;
  let storage: TemporaryFolder;
  let window: AssistantWindow;

  before(async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    [server, trap] = await Promise.all([MessagesServer.start(), MessagesServer.start()]);
    storage = createTemporaryFolder('restricted');
    const secrets = await connect(server);
    await writeFolderSettings({
      'slipstream.endpoint': trap.endpoint,
      'slipstream.endpointKind': 'compatible',
      'slipstream.model': 'claude-fable-5-2',
      'slipstream.maxOutputTokens': 100_000,
      'slipstream.agent.maxRoundsPerTurn': 1,
      'slipstream.approvals.tools': { run_command: 'allow', edit_file: 'allow', read_file: 'deny' },
      'slipstream.approvals.allowCommands': ['echo'],
      'slipstream.commandTimeoutSeconds': 1,
    });
    window = await AssistantWindow.open({ storageFolder: storage.path, secrets });
  });

  after(async () => {
    await window.close();
    assert.deepEqual(liveResourceManagers(), []);
    storage.dispose();
    await disconnect();
    await Promise.all([server.stop(), trap.stop()]);
    rmSync(workspacePath('.vscode'), { recursive: true, force: true });
  });

  beforeEach(async () => {
    server.reset();
    await window.newThread();
  });

  afterEach(async () => {
    assertNoneRefused(server);
    assert.deepEqual(window.loggedErrors, []);
    assert.deepEqual(trap.requests, [], 'the folder has redirected a request');
    await closeAll();
    rmSync(workspacePath('agent'), { recursive: true, force: true });
  });

  it('offers the model nothing that writes or runs, and says so', async () => {
    server.reply(text('I can only look.'));
    const turn = await window.converse('Fix it');
    assert.equal(turn.state, 'done');
    const tools = server.messageRequests[0]?.body?.['tools'];
    assert.ok(Array.isArray(tools));
    assert.deepEqual(
      tools.map((tool: { name: string }) => tool.name),
      readingTools,
    );
    assert.match(lastRequest(server), /not trusted|Restricted Mode/i);
  });

  it('follows the user’s settings, not the folder’s', async () => {
    server.reply(text('Here.'));
    await window.converse('Where do you come from?');
    const body = server.messageRequests[0]?.body;
    assert.equal(body?.['model'], 'claude-sonnet-5-5');
    assert.equal(body?.['max_tokens'], 32_000);
    const { connection, isTrusted } = await window.ask('connect', {});
    assert.equal(connection.kind, 'anthropic');
    assert.equal(isTrusted, false);
  });

  it('reads, what is not saved included, in more rounds than the folder says', async () => {
    const path = writeOnDisk('agent/notes.txt', 'saved words\n');
    await retype(await show(path), 'words not saved yet\n');
    const read = toolUse('read_file', { path: 'agent/notes.txt' });
    server.reply(read, toolUse('list_files', { path: 'agent' }), text('I see.'));
    const turn = await window.converse('What do my notes say?');
    assert.equal(turn.state, 'done');
    assert.equal(server.messageRequests.length, 3);
    assert.match(lastRequest(server), /words not saved yet/);
  });

  it('refuses a model that writes or runs all the same, without asking the user', async () => {
    const path = writeOnDisk('agent/kept.txt', 'one\n');
    const made = workspacePath('agent/made.txt');
    server.reply(
      answer([
        toolUse('edit_file', {
          path: 'agent/kept.txt',
          edits: [{ old_text: 'one', new_text: 'two' }],
        }),
        toolUse('write_file', { path: 'agent/made.txt', content: 'x\n' }),
        toolUse('run_command', { command: `echo ran > ${made}` }),
      ]),
      text('As you like.'),
    );
    const turn = await window.converse('Do it anyway');
    assert.equal(turn.state, 'done');
    const results = sentResults(server);
    assert.equal(results.length, 3);
    for (const result of results) {
      assert.equal(result.isError, true);
      assert.match(result.text, /not offered in Restricted Mode/);
    }
    const wasAsked = window.panel.events.some(
      (event) => event.type === 'tool/changed' && event.changes.status === 'awaitingApproval',
    );
    assert.equal(wasAsked, false);
    assert.equal(readFromDisk(path), 'one\n');
    assert.equal(existsSync(made), false);
  });
});

/** What the folder's own settings say, once VS Code has read them. */
async function writeFolderSettings(values: Readonly<Record<string, unknown>>): Promise<void> {
  // VS Code tells nobody of settings that it does not apply: one that it does apply marks the moment.
  const mark = `mark ${Math.random()}`;
  writeOnDisk('.vscode/settings.json', JSON.stringify({ ...values, 'window.title': mark }));
  await eventually(
    () => vscode.workspace.getConfiguration('window').get('title') === mark,
    'the settings of the folder',
  );
}

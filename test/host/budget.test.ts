import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { VsCodeSettings } from '../../src/host/settings.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { text } from '../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import {
  AssistantWindow,
  assertNoneRefused,
  connect,
  disconnect,
  eventually,
} from './support/assistantHarness.ts';
import { closeAll } from './support/editor.ts';

describe('A limit on spending in the editor', () => {
  let server: MessagesServer;
  let settings: VsCodeSettings;
  let storage: TemporaryFolder;
  let window: AssistantWindow;

  before(async () => {
    server = await MessagesServer.start();
    const secrets = await connect(server);
    settings = new VsCodeSettings(assert.fail);
    await settings.update('budget.dayUsd', 0.0001);
    storage = createTemporaryFolder('budget');
    window = await AssistantWindow.open({ storageFolder: storage.path, secrets });
  });

  after(async () => {
    await window.close();
    await closeAll();
    await settings.update('budget.dayUsd', undefined);
    settings.dispose();
    storage.dispose();
    await disconnect();
    await server.stop();
  });

  it('stops a turn, offers to go on, and shows what was spent', async () => {
    server.respond(() => text('Here you are.'));
    await window.newThread();
    const stopped = await window.converse('What does this folder hold?');
    assert.equal(stopped.state, 'failed');
    assert.match(stopped.notice?.text ?? '', /^Today’s limit of \$0\.0001 would be exceeded/);
    assert.deepEqual(
      stopped.notice?.actions.map(({ action }) => action),
      ['allowOverBudget', 'openBudgetSettings'],
    );
    assert.equal(server.messageRequests.length, 0);
    assert.equal(window.told.length, 1);
    assert.match(window.told[0] ?? '', /^Today’s limit of .* \[Change the limit\]$/);

    const { threadId } = window;
    await window.ask('action/run', { action: 'allowOverBudget', threadId });
    const answered = await eventually(() => {
      const last = window.panel.views.get(threadId)?.messages.at(-1);
      return last?.role === 'assistant' && last.state === 'done' ? last : undefined;
    }, 'the answer to the message that was stopped');
    assert.equal(window.textOf(answered.turnId), 'Here you are.');

    await window.commands.showSpending();
    const tab = await eventually(() => {
      const { activeTab } = vscode.window.tabGroups.activeTabGroup;
      return activeTab?.input instanceof vscode.TabInputWebview ? activeTab : undefined;
    }, 'the report to be shown as it reads');
    assert.match(tab.label, /Spending\.md/);
    const uri = vscode.Uri.from({ scheme: 'slipstream-report', path: '/Spending.md' });
    const report = (await vscode.workspace.openTextDocument(uri)).getText();
    assert.match(report, /^# Spending on models/);
    assert.match(report, /\| The chat \| 1 \|/);
    assertNoneRefused(server);
    assert.deepEqual(window.loggedErrors, []);
  });
});

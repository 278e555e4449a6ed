import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { reportScheme } from '../../src/host/reports.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { text } from '../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { AssistantWindow, connect, disconnect, eventually } from './support/assistantHarness.ts';
import { closeAll } from './support/editor.ts';

describe('The performance report', () => {
  let server: MessagesServer;
  let storage: TemporaryFolder;
  let window: AssistantWindow;
  let showReport: () => Promise<void>;
  let traces: string[];

  before(async () => {
    server = await MessagesServer.start();
    storage = createTemporaryFolder('report');
    window = await AssistantWindow.open({
      storageFolder: storage.path,
      secrets: await connect(server),
    });
    traces = [];
    const performance = await window.openPerformance({
      show: () => undefined,
      showTrace: (traceId) => traces.push(traceId),
    });
    showReport = performance.commands.showPerformanceReport;
    await window.newThread();
    server.reply([text('Hello')]);
    await window.converse('Hi');
    // A tool that took long, more often than chance would have it.
    for (let count = 0; count < 30; count += 1) {
      window.telemetry.metrics.record(
        {
          name: 'duration',
          operation: 'execute_tool run_command',
          surface: 'chat',
          model: '',
          tier: '',
        },
        60_000,
      );
    }
  });

  after(async () => {
    await closeAll();
    await window.close();
    storage.dispose();
    await disconnect();
    await server.stop();
  });

  /** Takes the first period, which is this session. */
  async function shownReport(): Promise<vscode.TextDocument> {
    const asked = server.messageRequests.length;
    let isOver = false;
    const over = showReport().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await sleep(50);
    }
    await over;
    assert.equal(server.messageRequests.length, asked, 'no model is asked');
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document?.uri.scheme === reportScheme);
    return document;
  }

  it('has a button at each recommendation, which opens the setting that it names', async () => {
    const document = await shownReport();
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    const lens = lenses.find(({ command }) => command?.title.startsWith('Limit how long'));
    assert.ok(lens?.command, lenses.map(({ command }) => command?.title).join(', '));
    assert.match(document.lineAt(lens.range.start.line).text, /The tool run_command is slow/);
    const { command, arguments: parameters = [] } = lens.command;
    await vscode.commands.executeCommand(command, ...parameters);
    await eventually(
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.label === 'Settings',
      'the settings to be open',
    );
  });

  it('links to the trace of each of the slowest operations', async () => {
    const document = await shownReport();
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    const target = links.map((link) => link.target).find((uri) => uri?.scheme === 'command');
    assert.ok(target);
    const parameters: unknown[] = JSON.parse(decodeURIComponent(target.query));
    await vscode.commands.executeCommand(target.path, ...parameters);
    const [traceId = ''] = traces;
    assert.equal(window.telemetry.trace(traceId)?.root.name, 'turn');
  });

  it('is copied as JSON for a bug report', async () => {
    await shownReport();
    await vscode.commands.executeCommand('slipstream.report.copyJson');
    const copied = JSON.parse(await vscode.env.clipboard.readText());
    assert.match(copied.recommendations[0].title, /run_command is slow/);
    assert.ok(copied.slowest.every((line: object) => !('traceId' in line)));
  });
});

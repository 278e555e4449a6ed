import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Database } from '../../src/core/store/database.ts';
import type { MetricPoint } from '../../src/core/telemetry/metricKey.ts';
import { reportScheme } from '../../src/host/reports.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { text } from '../support/messagesServerScript.ts';
import { slowWeek } from '../support/slowTuesday.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import {
  AssistantWindow,
  connect,
  disconnect,
  eventually,
  MemorySecrets,
} from './support/assistantHarness.ts';
import { closeAll } from './support/editor.ts';
import { replaced } from './support/stubs.ts';

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
    await window.runDocumentCommand(command, ...parameters);
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
    await window.runDocumentCommand(target.path, ...parameters);
    const [traceId = ''] = traces;
    assert.equal(window.telemetry.trace(traceId)?.root.name, 'turn');
  });

  it('is copied as JSON for a bug report', async () => {
    await shownReport();
    await window.runDocumentCommand('slipstream.report.copyJson');
    const copied = JSON.parse(await vscode.env.clipboard.readText());
    assert.match(copied.recommendations[0].title, /run_command is slow/);
    assert.ok(copied.slowest.every((line: object) => !('traceId' in line)));
  });
});

describe('The performance report on a day that was slow', () => {
  let storage: TemporaryFolder;
  let window: AssistantWindow;

  beforeEach(async () => {
    storage = createTemporaryFolder('slow-day');
    window = await AssistantWindow.open({
      storageFolder: storage.path,
      secrets: new MemorySecrets(),
    });
  });

  afterEach(async () => {
    await closeAll();
    await window.close();
    storage.dispose();
  });

  for (const cause of ['tool', 'promptCache'] as const) {
    it(`is one choice away, and begins with the cause: ${cause}`, async () => {
      keepPoints(window.store.database, slowWeek(cause));
      const { commands } = await window.openPerformance({
        show: () => undefined,
        showTrace: () => undefined,
      });
      const marked: string[] = [];
      const stub = replaced(vscode.window, 'showQuickPick', async (items: unknown) => {
        const shown = (await items) as readonly vscode.QuickPickItem[];
        const slow = shown.filter(({ label }) => label.includes('$(warning)'));
        marked.push(...slow.map(({ label, description = '' }) => `${label}: ${description}`));
        // The overload that is called chooses one of its items.
        return slow[0] as never;
      });
      try {
        await commands.showPerformanceReport();
      } finally {
        stub.dispose();
      }
      assert.equal(marked.length, 1);
      assert.match(marked[0] ?? '', /Tuesday.*: 72 requests, .*, slower than most days/);
      const expected = cause === 'tool' ? /^The tool mcp__tickets__search/ : /^The tools change/;
      // An earlier report of this name is in the editor until VS Code has read the new one.
      await eventually(() => {
        const report = vscode.window.activeTextEditor?.document.getText() ?? '';
        const [, first = ''] = /^### (.*)$/m.exec(report) ?? [];
        return expected.test(first);
      }, 'the report with its cause first');
    });
  }
});

describe('Alerts of an earlier session', () => {
  let storage: TemporaryFolder;
  let window: AssistantWindow;

  beforeEach(async () => {
    storage = createTemporaryFolder('kept-alerts');
    window = await AssistantWindow.open({
      storageFolder: storage.path,
      secrets: new MemorySecrets(),
    });
    const now = Date.now();
    window.store.database.run('INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', [
      ...['alert-1', 'errors', 'requests', 'warning', 'Many requests fail', '8 of 20 failed.'],
      ...[now - 120_000, now - 60_000, now - 60_000],
    ]);
  });

  afterEach(async () => {
    await window.close();
    storage.dispose();
  });

  it('are in the panel until they are cleared, and count for nothing that is in force', async () => {
    const { requests } = await window.openPerformance({
      show: () => undefined,
      showTrace: () => undefined,
      takeWantedTrace: () => undefined,
    });
    const { signal } = new AbortController();
    const shown = async () => {
      const asked = { section: 'alerts', since: 0, period: 'hour' } as const;
      const { alertCount, data } = await requests['perf/update'](asked, signal);
      assert.ok(data.section === 'alerts');
      return [alertCount, ...data.alerts.map(({ title }) => title)];
    };
    assert.deepEqual(await shown(), [0, 'Many requests fail']);
    // The overload that is called has texts for buttons.
    const stub = replaced(vscode.window, 'showWarningMessage', async () => 'Clear' as never);
    try {
      await requests['perf/clear']({}, signal);
    } finally {
      stub.dispose();
    }
    assert.deepEqual(await shown(), [0]);
  });
});

/** As a window before this one left them. */
function keepPoints(database: Database, points: readonly MetricPoint[]): void {
  for (const { key, atMs, histogram } of points) {
    const { count, sum, min, max, zeroCount, buckets } = histogram;
    database.run('INSERT INTO metric_hours VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', [
      ...[Math.floor(atMs / 3_600_000), key.name, key.operation, key.surface, key.model, key.tier],
      ...[count, sum, min, max, zeroCount, JSON.stringify(buckets)],
    ]);
  }
}

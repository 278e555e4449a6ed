import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { AlertEngine } from '../../core/alerts/alertEngine.ts';
import type { AlertHistory } from '../../core/alerts/alertHistory.ts';
import type { PerfFeed } from '../../core/performance/perfFeed.ts';
import type { Telemetry } from '../../core/telemetry/telemetry.ts';
import type { PerfRequests } from '../../shared/perf.ts';
import type { RequestHandlers } from '../../shared/requestTable.ts';
import type { AlertChannels } from './alertChannels.ts';
import type { PerformancePanel } from './performancePanel.ts';
import type { ReportCommand } from './reportCommand.ts';

export type PerformanceRequests = RequestHandlers<PerfRequests>;

export interface PerformanceRequestParts {
  readonly context: vscode.ExtensionContext;
  readonly foundation: { readonly telemetry: Telemetry };
  readonly feed: PerfFeed;
  readonly engine: AlertEngine;
  readonly history: AlertHistory;
  readonly channels: AlertChannels;
  readonly report: ReportCommand;
  readonly panel: PerformancePanel;
  readonly openThread: (threadId: string) => Promise<void>;
}

const clearLabel = 'Clear';

/** Answers what the performance panel asks. */
export function createPerformanceRequests(parts: PerformanceRequestParts): PerformanceRequests {
  const { feed, engine, channels, report, foundation } = parts;
  const { telemetry } = foundation;
  return {
    'perf/update': async ({ section, since, period }) => {
      const update = await feed.update(section, since, period);
      const openTraceId = parts.panel.takeWantedTrace();
      return { ...update, ...(openTraceId === undefined ? {} : { openTraceId }) };
    },
    'perf/trace': async ({ traceId }) => feed.trace(traceId) ?? null,
    'perf/copyTrace': async ({ traceId }) => {
      const trace = feed.trace(traceId);
      if (!trace) {
        throw new UserError('This trace is no longer kept: newer ones took its place.');
      }
      await vscode.env.clipboard.writeText(`${JSON.stringify(trace, null, 2)}\n`);
      return null;
    },
    'perf/openThread': async ({ threadId }) => {
      await parts.openThread(threadId);
      return null;
    },
    'perf/export': async ({ format }) => {
      await save(telemetry, format);
      return null;
    },
    'perf/clear': async () => {
      await clear(parts);
      return null;
    },
    'perf/openReport': async () => {
      await report.run();
      return null;
    },
    'perf/openSettings': async () => {
      const query = `@ext:${parts.context.extension.id} telemetry alerts`;
      await vscode.commands.executeCommand('workbench.action.openSettings', query);
      return null;
    },
    'perf/snoozeAlert': async ({ alertId }) => {
      engine.snooze(alertId);
      channels.refresh();
      return null;
    },
  };
}

async function save(telemetry: Telemetry, format: 'json' | 'otlp'): Promise<void> {
  const name = format === 'json' ? 'slipstream-performance.json' : 'slipstream-traces.otlp.json';
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    title: 'Export what was measured',
    filters: { JSON: ['json'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
  });
  if (!target) {
    return;
  }
  const text =
    format === 'json'
      ? await telemetry.exportJson({ isRedacted: false })
      : await telemetry.exportOtlp();
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
}

async function clear({ foundation, feed, history }: PerformanceRequestParts): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(
    'Forget all traces, figures and alerts, those of the last 30 days too? What was spent stays in the ledger.',
    { modal: true },
    clearLabel,
  );
  if (chosen === clearLabel) {
    foundation.telemetry.clear();
    feed.clear();
    history.clear();
  }
}

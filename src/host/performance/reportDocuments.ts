import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { PerformanceReport } from '../../core/report/performanceReport.ts';
import type { RecommendedAction } from '../../core/report/recommendation.ts';
import { recommendationHeading, traceMark } from '../../core/report/reportMarkdown.ts';
import { type Reports, reportScheme } from '../reports.ts';

export interface ReportActions {
  openTrace(traceId: string): void;
  /** Opens the settings at one of ours, or runs a command without arguments. */
  run(action: RecommendedAction): Promise<void>;
  copyJson(report: PerformanceReport): Promise<void>;
}

const runActionCommand = 'slipstream.report.runAction';
const openTraceCommand = 'slipstream.report.openTrace';
const copyJsonCommand = 'slipstream.report.copyJson';

/** The name of the report's document. */
export const reportName = 'Performance report';

/**
 * Buttons of the report: code lenses at the recommendations, and a link at each trace. Their commands
 * are not in the palette and take the place of what they stand for in the report that is shown.
 */
export class ReportDocuments
  implements vscode.CodeLensProvider, vscode.DocumentLinkProvider, Disposable
{
  private readonly resources = new ResourceManager('reportDocuments');
  private readonly reports: Reports;
  private report: PerformanceReport | undefined;

  constructor(reports: Reports, actions: ReportActions) {
    this.reports = reports;
    const selector = { scheme: reportScheme, pattern: `**/${reportName}.md` };
    this.resources.add(vscode.languages.registerCodeLensProvider(selector, this));
    this.resources.add(vscode.languages.registerDocumentLinkProvider(selector, this));
    this.register(runActionCommand, async (index) => {
      const found = this.report?.recommendations[Number(index)];
      if (found) {
        await actions.run(found.action);
      }
    });
    this.register(openTraceCommand, async (traceId) => actions.openTrace(String(traceId)));
    this.register(copyJsonCommand, async () => {
      if (this.report) {
        await actions.copyJson(this.report);
      }
    });
  }

  async show(report: PerformanceReport, markdown: string): Promise<void> {
    this.report = report;
    await this.reports.show(reportName, markdown);
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { report } = this;
    if (!report) {
      return [];
    }
    const headings = linesStarting(document, recommendationHeading);
    const lenses = headings.flatMap((line, index) => {
      const action = report.recommendations[index]?.action;
      return action ? lens(line, action.label, runActionCommand, [index]) : [];
    });
    return [
      lens(0, 'Open preview', 'markdown.showPreview', [document.uri]),
      lens(0, 'Copy as JSON for a bug report', copyJsonCommand, []),
      ...lenses,
    ];
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const text = document.getText();
    return (this.report?.slowest ?? []).flatMap(({ traceId }) => {
      const mark = traceMark(traceId);
      const at = text.indexOf(mark);
      if (at < 0) {
        return [];
      }
      const range = new vscode.Range(
        document.positionAt(at),
        document.positionAt(at + mark.length),
      );
      const argument = encodeURIComponent(JSON.stringify([traceId]));
      const target = vscode.Uri.parse(`command:${openTraceCommand}?${argument}`);
      const link = new vscode.DocumentLink(range, target);
      link.tooltip = 'Show where its time went';
      return [link];
    });
  }

  dispose(): void {
    this.resources.dispose();
  }

  private register(id: string, run: (argument: unknown) => Promise<void>): void {
    this.resources.add(vscode.commands.registerCommand(id, run));
  }
}

function linesStarting(document: vscode.TextDocument, start: string): readonly number[] {
  return Array.from({ length: document.lineCount }, (_, line) => line).filter((line) =>
    document.lineAt(line).text.startsWith(start),
  );
}

function lens(
  line: number,
  title: string,
  command: string,
  args: readonly unknown[],
): vscode.CodeLens {
  return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
    title,
    command,
    arguments: [...args],
  });
}

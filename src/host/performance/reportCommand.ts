import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { AlertHistory } from '../../core/alerts/alertHistory.ts';
import type { KeptAlert } from '../../core/alerts/keptAlert.ts';
import type { Catalogue } from '../../core/model/catalogue.ts';
import { bugReportJson } from '../../core/report/bugReportJson.ts';
import { Figures } from '../../core/report/figures.ts';
import {
  type PerformanceReport,
  performanceReport,
  requestsWithin,
} from '../../core/report/performanceReport.ts';
import type { RecommendedAction } from '../../core/report/recommendation.ts';
import type { ReportData, ReportPeriod } from '../../core/report/reportData.ts';
import { reportMarkdown } from '../../core/report/reportMarkdown.ts';
import { periodBefore } from '../../core/report/reportPeriods.ts';
import { readEndpointTimes, readThreadPauses } from '../../core/store/callFigures.ts';
import { readLanguageCompletions } from '../../core/store/completionFigures.ts';
import { localDay, type UsagePeriod } from '../../core/store/usageRecords.ts';
import type { MetricPoint } from '../../core/telemetry/metricKey.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import { hostFetch } from '../proxySettings.ts';
import type { PerformanceParts } from './performanceFeature.ts';
import { choosePeriod } from './periodChoice.ts';
import { ReportDocuments } from './reportDocuments.ts';

export interface ReportCommandParts
  extends Pick<PerformanceParts, 'settings' | 'foundation' | 'panel'> {
  readonly nameOf: (model: string) => string;
  readonly catalogue: Catalogue;
  readonly history: AlertHistory;
}

const clock = systemClock;
/** A month of a team is added up in some milliseconds; nobody waits longer for a server that is away. */
const teamWaitMs = 2_000;
/** As long as figures are kept. */
const keptMs = 30 * 24 * 60 * 60_000;

/** “Show performance report”: asks for the period, and makes the report of what was measured. */
export class ReportCommand implements Disposable {
  private readonly parts: ReportCommandParts;
  private readonly resources = new ResourceManager('report');
  private readonly documents: ReportDocuments;
  private readonly openedAt = clock.wallTime();

  constructor(parts: ReportCommandParts) {
    this.parts = parts;
    this.documents = this.resources.add(
      new ReportDocuments(parts.foundation.reports, {
        openTrace: (traceId) => parts.panel.showTrace(traceId),
        run: runAction,
        copyJson: (report) => this.copyJson(report),
      }),
    );
  }

  async run(): Promise<void> {
    const period = await choosePeriod(this.parts.foundation.telemetry, {
      now: clock.wallTime(),
      openedAt: this.openedAt,
    });
    if (period) {
      await this.show(period);
    }
  }

  async show(period: ReportPeriod): Promise<void> {
    const report = performanceReport(await this.data(period));
    const format = new Intl.DateTimeFormat(undefined, {
      weekday: 'short',
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
    });
    const markdown = reportMarkdown(report, { formatTime: (time) => format.format(time) });
    await this.documents.show(report, markdown);
  }

  dispose(): void {
    this.resources.dispose();
  }

  private async data(period: ReportPeriod): Promise<ReportData> {
    const { foundation, settings, history } = this.parts;
    const { telemetry, models } = foundation;
    const store = models.storeConnection;
    const hasProxy = hostFetch(settings, foundation.environment) !== undefined;
    const [now, before, completionFigures, alerts, members, endpoints, pauses, ways] =
      await Promise.all([
        telemetry.totals({ fromMs: period.fromMs, toMs: period.toMs }),
        telemetry.totals({
          fromMs: periodBefore(period).fromMs,
          toMs: periodBefore(period).toMs,
        }),
        readLanguageCompletions(store, localDay(period.fromMs), localDay(period.toMs - 1)),
        history.all(),
        this.members(),
        readEndpointTimes(store, period),
        readThreadPauses(store, period),
        hasProxy ? this.ways(period.toMs) : [],
      ]);
    return {
      period,
      figures: new Figures(now),
      before: new Figures(before),
      requests: requestsWithin(models.requestLog.all(), period),
      endpoints,
      pauses,
      traces: telemetry.traces(),
      process: telemetry.processSamples().filter(({ atMs }) => atMs < period.toMs),
      completions: completionFigures,
      alerts: alertsWithin(alerts, period),
      settings,
      ways: new Figures(ways),
      hasProxy,
      spent: { dayUsd: this.spent('day'), monthUsd: this.spent('month') },
      ...(members ? { members } : {}),
      model: (id) => this.modelOf(id),
    };
  }

  private async members(): Promise<ReportData['members']> {
    const team = this.parts.foundation.team.current;
    return team && ((await team.spending.read(teamWaitMs)) ?? 'unavailable');
  }

  /** How connections went in all the time that is kept: a proxy may be there on some days alone. */
  private async ways(toMs: number): Promise<readonly MetricPoint[]> {
    const { telemetry } = this.parts.foundation;
    const points = await Promise.all(
      [operation.connect, operation.send].map((name) =>
        telemetry.history({ name: 'duration', operation: name, fromMs: toMs - keptMs, toMs }),
      ),
    );
    return points.flat();
  }

  private async copyJson(report: PerformanceReport): Promise<void> {
    const known = new Set(this.parts.catalogue.models.map(({ name }) => name));
    await vscode.env.clipboard.writeText(bugReportJson(report, (name) => known.has(name)));
  }

  private spent(period: UsagePeriod): number {
    return this.parts.foundation.models.budget
      .totals()
      .reduce((sum, row) => sum + (row.period === period ? row.usd : 0), 0);
  }

  private modelOf(id: string): ReturnType<ReportData['model']> {
    const { catalogue, nameOf } = this.parts;
    const known = catalogue.find(id);
    const priceStepTokens = catalogue.pricesOf(id)?.longPrompt?.aboveTokens;
    return {
      name: nameOf(id),
      ...(known ? { windowTokens: known.contextTokens } : {}),
      ...(priceStepTokens === undefined ? {} : { priceStepTokens }),
    };
  }
}

function alertsWithin(
  alerts: readonly KeptAlert[],
  { fromMs, toMs }: ReportPeriod,
): ReportData['alerts'] {
  return alerts
    .filter(({ since, endedAt }) => since < toMs && (endedAt ?? toMs) >= fromMs)
    .map(({ rule, title, detail, since, endedAt }) => ({
      rule,
      title,
      detail,
      sinceMs: since,
      ...(endedAt === undefined ? {} : { endedMs: endedAt }),
    }));
}

async function runAction(action: RecommendedAction): Promise<void> {
  if (action.kind === 'command') {
    await vscode.commands.executeCommand(action.command);
    return;
  }
  const key = action.kind === 'setting' ? `slipstream.${action.key}` : action.key;
  await vscode.commands.executeCommand('workbench.action.openSettings', key);
}

import * as vscode from 'vscode';
import type { ReportPeriod } from '../../core/report/reportData.ts';
import { type ReportDay, reportDays } from '../../core/report/reportDays.ts';
import { periodOfDay, periodUntil } from '../../core/report/reportPeriods.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import type { TelemetryReader } from '../../core/telemetry/telemetryReader.ts';
import { formatDuration } from '../../shared/figures.ts';

interface Moment {
  readonly now: number;
  readonly openedAt: number;
}

type PeriodItem = vscode.QuickPickItem & { readonly period?: ReportPeriod };

/** Asks which time a report shall be about: up to now, or one day of the last 30. */
export async function choosePeriod(
  reader: Pick<TelemetryReader, 'history'>,
  moment: Moment,
): Promise<ReportPeriod | undefined> {
  const chosen = await vscode.window.showQuickPick(choices(reader, moment), {
    title: 'Performance report',
    placeHolder: 'Which time shall it be about?',
    matchOnDescription: true,
  });
  return chosen?.period;
}

async function choices(
  reader: Pick<TelemetryReader, 'history'>,
  { now, openedAt }: Moment,
): Promise<readonly PeriodItem[]> {
  const until = (name: 'session' | 'day' | 'week'): ReportPeriod =>
    periodUntil(name, now, openedAt);
  const [firstWords, turns] = await Promise.all([
    reader.history({ name: 'timeToFirstToken' }),
    reader.history({ name: 'duration', operation: operation.turn }),
  ]);
  const days = reportDays({ firstWords, turns }).map(dayItem);
  return [
    {
      label: 'This session',
      description: 'since this window was opened',
      period: until('session'),
    },
    {
      label: 'The last 24 hours',
      description: 'against the 24 hours before',
      period: until('day'),
    },
    { label: 'The last 7 days', description: 'against the 7 days before', period: until('week') },
    { label: 'One day, against the 7 days before', kind: vscode.QuickPickItemKind.Separator },
    ...days,
  ];
}

function dayItem({ startMs, requests, firstWordMs, turnMs, isSlow }: ReportDay): PeriodItem {
  const format = new Intl.DateTimeFormat(undefined, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  });
  const figures = [
    requests === 1 ? '1 request' : `${requests.toLocaleString()} requests`,
    firstWordMs === undefined ? '' : `first word ${formatDuration(firstWordMs)}`,
    turnMs === undefined ? '' : `a turn ${formatDuration(turnMs)}`,
    isSlow ? 'slower than most days' : '',
  ];
  return {
    label: `${isSlow ? '$(warning) ' : ''}${format.format(startMs)}`,
    description: figures.filter(Boolean).join(', '),
    period: periodOfDay(startMs),
  };
}

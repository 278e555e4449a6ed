import { formatCost, formatDuration, formatTokens } from '../../shared/figures.ts';
import type { MemberSpending } from '../team/teamServer.ts';
import type { OperationLine, PerformanceReport, SpendingLine } from './performanceReport.ts';
import { percent } from './recommendation.ts';
import type { ReportPeriodName } from './reportData.ts';
import { changeText } from './trends.ts';

export interface ReportWords {
  /** The local date and time of a moment. */
  readonly formatTime: (wallTimeMs: number) => string;
}

const periods: Readonly<Record<ReportPeriodName, string>> = {
  session: 'This session',
  day: 'The last 24 hours',
  week: 'The last 7 days',
  date: 'One day',
};

const comparedWith: Readonly<Record<ReportPeriodName, string>> = {
  session: 'the time before',
  day: 'the 24 hours before',
  week: 'the 7 days before',
  date: 'the 7 days before',
};

/** Before this heading stands each recommendation; buttons are shown at it. */
export const recommendationHeading = '### ';

/** How a trace is named in the text, so that it can be made a link. */
export function traceMark(traceId: string): string {
  return `trace ${traceId.slice(0, 8)}`;
}

/** The report for reading. Made of figures alone: no model was asked. */
export function reportMarkdown(report: PerformanceReport, words: ReportWords): string {
  const { period } = report;
  const head = [
    '# Performance report',
    `${periods[period.name]}, from ${words.formatTime(period.fromMs)} to ${words.formatTime(period.toMs)}. Made from what was measured on this machine; no model was asked, and nothing of what you or a model wrote is in it.`,
  ];
  if (report.isEmpty) {
    return `${[...head, 'Nothing was measured in this period. Ask something in the chat, or type in a file, and run the command again.'].join('\n\n')}\n`;
  }
  const sections = [
    recommendationParts(report),
    slowerParts(report),
    trendParts(report),
    operationParts(report.operations),
    slowParts(report, words),
    spendingParts(report),
    memberParts(report),
    savingParts(report),
    errorParts(report),
    alertParts(report, words),
  ];
  return `${[...head, ...sections.flat()].join('\n\n')}\n`;
}

function recommendationParts({ recommendations, slower }: PerformanceReport): readonly string[] {
  if (recommendations.length === 0) {
    const nothing =
      slower.length === 0
        ? 'Nothing in the figures asks for a change.'
        : 'No setting is known that would help. What took longer than before stands below.';
    return ['## Recommendations', nothing];
  }
  return [
    '## Recommendations',
    ...recommendations.map(
      ({ title, evidence, gain, action }) =>
        `${recommendationHeading}${title}\n\n${evidence} ${gain}\n\n${actionText(action)}`,
    ),
  ];
}

function actionText(action: PerformanceReport['recommendations'][number]['action']): string {
  switch (action.kind) {
    case 'setting':
      return `Setting: \`slipstream.${action.key}\`.`;
    case 'editorSetting':
      return `Setting: \`${action.key}\`.`;
    case 'command':
      return `Action: ${action.label}.`;
  }
}

function slowerParts({ slower, period }: PerformanceReport): readonly string[] {
  if (slower.length === 0) {
    return [];
  }
  const rows = slower.map(({ label, count, nowMs, beforeMs, addedMs }) => [
    label,
    count.toLocaleString('en-US'),
    formatDuration(nowMs),
    beforeMs === undefined ? '–' : formatDuration(beforeMs),
    formatDuration(addedMs),
  ]);
  return [
    '## What took longer',
    `On average, against ${comparedWith[period.name]}. What added most comes first.`,
    table(['Operation', 'Count', 'Now', 'Before', 'More in all'], rows),
  ];
}

function trendParts({ trends, period }: PerformanceReport): readonly string[] {
  if (trends.length === 0) {
    return [];
  }
  const rows = trends.map(({ name, now, before, change }) => [
    name,
    now,
    before,
    changeText(change),
  ]);
  return [
    `## Against ${comparedWith[period.name]}`,
    table(['Figure', 'Now', 'Before', 'Change'], rows),
  ];
}

/** An operation that took less in all than this is not worth a line. */
const leastShownMs = 1;

function operationParts(operations: readonly OperationLine[]): readonly string[] {
  const rows = operations
    .filter(({ totalMs }) => totalMs >= leastShownMs)
    .map(({ label, count, totalMs, p50Ms, p95Ms, p99Ms }) => [
      label,
      count.toLocaleString('en-US'),
      ...[totalMs, p50Ms, p95Ms, p99Ms].map(formatDuration),
    ]);
  return [
    '## Where the time went',
    'Operations contain others: a chat turn holds its requests and tools.',
    table(['Operation', 'Count', 'In all', 'p50', 'p95', 'p99'], rows),
  ];
}

function slowParts({ slowest }: PerformanceReport, words: ReportWords): readonly string[] {
  if (slowest.length === 0) {
    return [];
  }
  const rows = slowest.map(({ traceId, label, startedAt, durationMs, mostly }) => [
    label,
    words.formatTime(startedAt),
    formatDuration(durationMs),
    mostly,
    traceMark(traceId),
  ]);
  return [
    '## The slowest in this window',
    table(['Operation', 'Began', 'Took', 'Mostly', 'Details'], rows),
  ];
}

function spendingParts({ bySurface, byModel }: PerformanceReport): readonly string[] {
  return ['## Spending', spendingTable('Part', bySurface), spendingTable('Model', byModel)];
}

function spendingTable(heading: string, lines: readonly SpendingLine[]): string {
  const rows = lines.map(({ name, requests, inputTokens, outputTokens, costUsd }) => [
    name,
    requests.toLocaleString('en-US'),
    formatTokens(inputTokens),
    formatTokens(outputTokens),
    costUsd === undefined ? 'not known' : formatCost(costUsd),
  ]);
  return rows.length === 0
    ? 'No model was asked.'
    : table([heading, 'Requests', 'Tokens in', 'Tokens out', 'Cost'], rows);
}

/** Members that are listed by name; the others are added up. */
const shownMembers = 10;

function memberParts({ byMember }: PerformanceReport): readonly string[] {
  if (byMember === undefined) {
    return [];
  }
  const heading = '## Spending by member';
  if (byMember === 'unavailable') {
    return [heading, 'The team’s database can’t be asked now, or did not answer in time.'];
  }
  const members = byMember.toSorted((one, other) => other.usd - one.usd);
  const others = members.slice(shownMembers);
  const lines = [...members.slice(0, shownMembers), ...(others.length > 0 ? [sumOf(others)] : [])];
  const rows = lines.map(({ member, calls, usd }) => [
    member,
    calls.toLocaleString('en-US'),
    formatCost(usd),
  ]);
  return [
    heading,
    'Of the whole team this month, from its database. Calls without a known price cost nothing here.',
    rows.length === 0 ? 'No model was asked.' : table(['Member', 'Calls', 'Cost'], rows),
  ];
}

function sumOf(others: readonly MemberSpending[]): MemberSpending {
  return {
    member: `${others.length} ${others.length === 1 ? 'other' : 'others'}`,
    calls: others.reduce((sum, { calls }) => sum + calls, 0),
    usd: others.reduce((sum, { usd }) => sum + usd, 0),
  };
}

function savingParts({ savings }: PerformanceReport): readonly string[] {
  const { fromCache, shared, requests, promptCacheShare } = savings;
  return [
    '## What was saved',
    [
      `- ${fromCache.toLocaleString('en-US')} of ${requests.toLocaleString('en-US')} requests were answered from the answer cache.`,
      `- ${shared.toLocaleString('en-US')} shared the call of an equal request.`,
      `- ${percent(promptCacheShare)} of all prompt tokens were read from the provider’s cache.`,
    ].join('\n'),
  ];
}

function errorParts({ errors }: PerformanceReport): readonly string[] {
  return errors.length === 0
    ? []
    : [
        '## Errors',
        table(
          ['Kind', 'Count'],
          errors.map(({ kind, count }) => [kind, count.toLocaleString('en-US')]),
        ),
      ];
}

function alertParts({ alerts }: PerformanceReport, words: ReportWords): readonly string[] {
  if (alerts.length === 0) {
    return [];
  }
  const lines = alerts.map(({ title, detail, sinceMs, endedMs }) => {
    const until = endedMs === undefined ? 'still' : `until ${words.formatTime(endedMs)}`;
    return `- **${title}** (since ${words.formatTime(sinceMs)}, ${until}). ${detail}`;
  });
  return ['## Alerts', lines.join('\n')];
}

/** Padded, so that it reads as well where the text itself is looked at. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, ...rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')))];
  const widths = heads.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0), 4));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => padded(cell, widths[at] ?? 0, at > 0)).join(' | ')} |`;
  const rule = widths.map((width, at) =>
    at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const [head = [], ...body] = lines;
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

function padded(cell: string, width: number, isFigure: boolean): string {
  return isFigure ? cell.padStart(width) : cell.padEnd(width);
}

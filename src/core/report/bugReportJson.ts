import { operation } from '../telemetry/spanNames.ts';
import { isOwnTool } from '../tools/toolNames.ts';
import { labelOf } from './operationLabels.ts';
import type { PerformanceReport } from './performanceReport.ts';

/** Everybody's; other servers may be somebody's own. */
const publicServer = /^api\.anthropic\.com(:443)?$/;
const toolLabel = labelOf(`${operation.tool} `);

/**
 * The report for strangers: without the ids of traces, which mean nothing elsewhere, and without the
 * names of models, tools and servers of one's own, which may be called anything. An alert may name one
 * that is in none of the figures, so that only its rule and times are left of it. What others of a team
 * spent is left out.
 *
 * @param isKnownModel Whether the catalogue has a model of this name, as the report shows it.
 */
export function bugReportJson(
  report: PerformanceReport,
  isKnownModel: (name: string) => boolean,
): string {
  const names = [
    ...hiddenNames(modelsOf(report), isKnownModel, 'a model of your own'),
    ...hiddenNames(toolsOf(report), isOwnTool, 'a tool of your own'),
    ...hiddenNames(report.servers, (name) => publicServer.test(name), 'a server of your own'),
  ].sort(([left], [right]) => right.length - left.length);
  // A name may be a part of another: the longest goes first.
  const withoutNames = (text: string): string =>
    names.reduce((rest, [name, instead]) => rest.replaceAll(name, instead), text);
  const visible = (key: string, value: unknown): unknown => {
    if (key === 'traceId') {
      return undefined;
    }
    return typeof value === 'string' ? withoutNames(value) : value;
  };
  const alerts = report.alerts.map(({ rule, sinceMs, endedMs }) => ({ rule, sinceMs, endedMs }));
  const ofAll = { ...report, alerts, byMember: undefined };
  return `${JSON.stringify(ofAll, visible, 2)}\n`;
}

function hiddenNames(
  names: readonly string[],
  isKnown: (name: string) => boolean,
  instead: string,
): readonly (readonly [name: string, instead: string])[] {
  return [...new Set(names)]
    .filter((name) => name !== '' && !isKnown(name))
    .map((name) => [name, instead]);
}

function modelsOf({ byModel }: PerformanceReport): readonly string[] {
  return byModel.map(({ name }) => name);
}

/** From the labels of operations, which have the names of tools in them. */
function toolsOf({ operations, slower, slowest, errors }: PerformanceReport): readonly string[] {
  const labels = [
    ...[...operations, ...slower, ...slowest].map(({ label }) => label),
    // "Tool search: UserError", "Tool search (80 %)".
    ...errors.map(({ kind }) => kind.replace(/: [^:]*$/, '')),
    ...slowest.map(({ mostly }) => mostly.replace(/ \(\d+ %\)$/, '')),
  ];
  return labels.flatMap((label) =>
    label.startsWith(toolLabel) ? label.slice(toolLabel.length) : [],
  );
}

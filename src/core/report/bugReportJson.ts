import type { PerformanceReport } from './performanceReport.ts';

const hiddenModel = 'a model of your own';

/**
 * The report for strangers: without the ids of traces, which mean nothing elsewhere, and without the
 * names of models that the catalogue does not know, which their owner may have called anything.
 *
 * @param isKnownModel Whether the catalogue has a model of this name, as the report shows it.
 */
export function bugReportJson(
  report: PerformanceReport,
  isKnownModel: (name: string) => boolean,
): string {
  const names = report.byModel
    .map(({ name }) => name)
    .filter((name) => name !== '' && !isKnownModel(name))
    // A name may be a part of another.
    .sort((left, right) => right.length - left.length);
  const withoutNames = (text: string): string =>
    names.reduce((rest, name) => rest.replaceAll(name, hiddenModel), text);
  const visible = (key: string, value: unknown): unknown => {
    if (key === 'traceId') {
      return undefined;
    }
    return typeof value === 'string' ? withoutNames(value) : value;
  };
  return `${JSON.stringify(report, visible, 2)}\n`;
}

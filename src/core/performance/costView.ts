import type {
  BudgetRow,
  CostView,
  MemberRow,
  PerfPeriod,
  SeriesView,
  SpendingRow,
} from '../../shared/perf.ts';
import { type FigureQuery, Figures } from '../report/figures.ts';
import { surfaceLabel } from '../report/operationLabels.ts';
import type { MetricName, MetricPoint } from '../telemetry/metricKey.ts';
import { byTime } from './perfPeriod.ts';

/** What the cost is compared with, and what figures do not hold. */
export interface CostSources {
  readonly nameOf: (model: string) => string;
  readonly budgets: () => readonly BudgetRow[];
  /** From the ledger, the dearest first. */
  readonly byThread: (period: PerfPeriod) => Promise<readonly SpendingRow[]>;
  /** Of the team, this month; undefined without one. */
  readonly byMember?: () => readonly MemberRow[] | undefined;
}

/** Cost and tokens by part, model and thread, and over time. */
export async function costView(
  points: readonly MetricPoint[],
  { nameOf, budgets, byThread, byMember }: CostSources,
  period: PerfPeriod,
): Promise<CostView> {
  const figures = new Figures(points);
  const members = byMember?.();
  return {
    budgets: budgets(),
    bySurface: spendingBy(figures, 'surface', surfaceLabel),
    byModel: spendingBy(figures, 'model', nameOf),
    byThread: await byThread(period),
    ...(members ? { byMember: members } : {}),
    series: costSeries(points, period),
    tokens: tokenSeries(points, period),
  };
}

function spendingBy(
  figures: Figures,
  field: 'surface' | 'model',
  nameOf: (value: string) => string,
): readonly SpendingRow[] {
  return [...figures.by(field, { name: 'inputTokens' })]
    .map(([value, { count, sum }]) => {
      const about: FigureQuery = { [field]: value };
      const cost = figures.histogram({ ...about, name: 'cost' });
      return {
        name: nameOf(value),
        calls: count,
        inputTokens: sum,
        outputTokens: figures.sum({ ...about, name: 'outputTokens' }),
        ...(cost.count === 0 ? {} : { costUsd: cost.sum }),
      };
    })
    .sort((left, right) => (right.costUsd ?? 0) - (left.costUsd ?? 0));
}

function costSeries(points: readonly MetricPoint[], period: PerfPeriod): SeriesView {
  const costs = points.filter(({ key }) => key.name === 'cost');
  const surfaces = [...new Set(costs.map(({ key }) => key.surface))].sort();
  return seriesOf(costs, period, (at) =>
    surfaces.map((surface) => [surfaceLabel(surface), at.sum({ name: 'cost', surface })]),
  );
}

const tokenLines: readonly (readonly [label: string, name: MetricName])[] = [
  ['Sent', 'inputTokens'],
  ['Of these from the provider’s cache', 'cacheReadTokens'],
  ['Written', 'outputTokens'],
];

function tokenSeries(points: readonly MetricPoint[], period: PerfPeriod): SeriesView {
  const names = new Set<MetricName>(tokenLines.map(([, name]) => name));
  const tokens = points.filter(({ key }) => names.has(key.name));
  return seriesOf(tokens, period, (at) =>
    tokenLines.map(([label, name]) => [label, at.sum({ name })]),
  );
}

/** A value of each line at each moment: of a week or a month by day. */
function seriesOf(
  points: readonly MetricPoint[],
  period: PerfPeriod,
  linesAt: (figures: Figures) => readonly (readonly [name: string, value: number])[],
): SeriesView {
  const isByDay = period === 'week' || period === 'month';
  const moments = byTime(
    isByDay ? points.map((point) => ({ ...point, atMs: startOfDay(point.atMs) })) : points,
  );
  const values = moments.map(([, at]) => linesAt(new Figures(at)));
  return {
    times: moments.map(([atMs]) => atMs),
    lines: (values[0] ?? []).map(([name], line) => ({
      name,
      values: values.map((at) => at[line]?.[1] ?? 0),
    })),
  };
}

/** Of the user's own day, as limits on spending go by. */
function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

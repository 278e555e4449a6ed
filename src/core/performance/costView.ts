import type { BudgetRow, CostView, PerfPeriod, SpendingRow } from '../../shared/perf.ts';
import { type FigureQuery, Figures } from '../report/figures.ts';
import { surfaceLabel } from '../report/operationLabels.ts';
import type { MetricPoint } from '../telemetry/metricKey.ts';
import { byTime } from './perfPeriod.ts';

/** What the cost is compared with, and what figures do not hold. */
export interface CostSources {
  readonly nameOf: (model: string) => string;
  readonly budgets: () => readonly BudgetRow[];
  /** From the ledger, the dearest first. */
  readonly byThread: (period: PerfPeriod) => Promise<readonly SpendingRow[]>;
}

/** Cost and tokens by part, model and thread, and over time. */
export async function costView(
  points: readonly MetricPoint[],
  { nameOf, budgets, byThread }: CostSources,
  period: PerfPeriod,
): Promise<CostView> {
  const figures = new Figures(points);
  return {
    budgets: budgets(),
    bySurface: spendingBy(figures, 'surface', surfaceLabel),
    byModel: spendingBy(figures, 'model', nameOf),
    byThread: await byThread(period),
    series: costSeries(points, period),
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

function costSeries(points: readonly MetricPoint[], period: PerfPeriod): CostView['series'] {
  const isByDay = period === 'week' || period === 'month';
  const costs = points
    .filter(({ key }) => key.name === 'cost')
    .map((point) => (isByDay ? { ...point, atMs: startOfDay(point.atMs) } : point));
  const surfaces = [...new Set(costs.map(({ key }) => key.surface))].sort();
  const moments = byTime(costs);
  return {
    times: moments.map(([atMs]) => atMs),
    lines: surfaces.map((surface) => ({
      name: surfaceLabel(surface),
      values: moments.map(([, at]) => new Figures(at).sum({ name: 'cost', surface })),
    })),
  };
}

/** Of the user's own day, as limits on spending go by. */
function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

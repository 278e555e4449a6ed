import {
  emptyHistogram,
  type HistogramSnapshot,
  mergeHistograms,
  percentileOf,
} from '../telemetry/exponentialHistogram.ts';
import type { MetricKey, MetricPoint } from '../telemetry/metricKey.ts';

/** Which series to add up: what is absent matches everything. */
export type FigureQuery = Partial<MetricKey>;

/** One series over the whole period. */
type Series = Pick<MetricPoint, 'key' | 'histogram'>;

/** The figures of one period, to be asked about. */
export class Figures {
  /** One for each key: a report asks dozens of questions of what may be 100,000 points. */
  private readonly points: readonly Series[];

  constructor(points: readonly MetricPoint[]) {
    this.points = joinedByKey(points);
  }

  get isEmpty(): boolean {
    return this.points.length === 0;
  }

  histogram(query: FigureQuery): HistogramSnapshot {
    const found = this.points.filter(({ key }) => isAbout(key, query));
    return found.length === 0 ? emptyHistogram : mergeHistograms(found.map(histogramOf));
  }

  /** How many values were recorded. */
  count(query: FigureQuery): number {
    return this.histogram(query).count;
  }

  /** All values added up: of counters, how often. */
  sum(query: FigureQuery): number {
    return this.histogram(query).sum;
  }

  /** Undefined without values. */
  percentile(query: FigureQuery, percent: number): number | undefined {
    return percentileOf(this.histogram(query), percent);
  }

  /** The histograms of each value of one field, such as each model. */
  by<Field extends keyof MetricKey>(
    field: Field,
    query: FigureQuery,
  ): ReadonlyMap<MetricKey[Field], HistogramSnapshot> {
    const values = new Set(
      this.points.filter(({ key }) => isAbout(key, query)).map(({ key }) => key[field]),
    );
    return new Map(
      [...values].map((value) => [value, this.histogram({ ...query, [field]: value })]),
    );
  }
}

function isAbout(key: MetricKey, query: FigureQuery): boolean {
  return (
    (query.name === undefined || query.name === key.name) &&
    (query.operation === undefined || query.operation === key.operation) &&
    (query.surface === undefined || query.surface === key.surface) &&
    (query.model === undefined || query.model === key.model) &&
    (query.tier === undefined || query.tier === key.tier)
  );
}

function joinedByKey(points: readonly MetricPoint[]): readonly Series[] {
  const groups = new Map<string, MetricPoint[]>();
  for (const point of points) {
    const { name, operation, surface, model, tier } = point.key;
    const id = `${name}\n${operation}\n${surface}\n${model}\n${tier}`;
    const group = groups.get(id);
    if (group) {
      group.push(point);
    } else {
      groups.set(id, [point]);
    }
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? { key: first.key, histogram: mergeHistograms(group.map(histogramOf)) } : [];
  });
}

function histogramOf({ histogram }: Series): HistogramSnapshot {
  return histogram;
}

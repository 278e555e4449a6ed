import {
  emptyHistogram,
  type HistogramSnapshot,
  mergeHistograms,
  percentileOf,
} from '../telemetry/exponentialHistogram.ts';
import type { MetricKey, MetricTotal } from '../telemetry/metricKey.ts';
import { joinedByKey } from '../telemetry/metricTotals.ts';

/** Which series to add up: what is absent matches everything. */
export type FigureQuery = Partial<MetricKey>;

/** The figures of one period, to be asked about. */
export class Figures {
  /** One for each key: a report asks dozens of questions of what may be 100,000 points. */
  private readonly points: readonly MetricTotal[];

  constructor(points: readonly MetricTotal[]) {
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

function histogramOf({ histogram }: MetricTotal): HistogramSnapshot {
  return histogram;
}

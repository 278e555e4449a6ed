import type { LatencyView } from '../../shared/perf.ts';
import { labelOf, surfaceLabel } from '../report/operationLabels.ts';
import {
  type HistogramSnapshot,
  mergeHistograms,
  percentileOf,
} from '../telemetry/exponentialHistogram.ts';
import type { MetricPoint } from '../telemetry/metricKey.ts';
import { operation } from '../telemetry/spanNames.ts';
import { byTime } from './perfPeriod.ts';

const ranks = [50, 95, 99];

/** Percentiles of each operation on each surface, and those of requests over time. */
export function latencyView(durations: readonly MetricPoint[]): LatencyView {
  const groups = new Map<string, MetricPoint[]>();
  for (const point of durations) {
    const id = `${point.key.operation}\n${point.key.surface}`;
    groups.set(id, [...(groups.get(id) ?? []), point]);
  }
  const rows = [...groups.values()].map((group) => {
    const merged = mergeHistograms(group.map(({ histogram }) => histogram));
    const [p50Ms, p95Ms, p99Ms] = percentiles(merged);
    return {
      operation: labelOf(group[0]?.key.operation ?? ''),
      surface: surfaceLabel(group[0]?.key.surface ?? ''),
      count: merged.count,
      totalMs: merged.sum,
      p50Ms: p50Ms ?? 0,
      p95Ms: p95Ms ?? 0,
      p99Ms: p99Ms ?? 0,
    };
  });
  return {
    rows: rows
      .sort((left, right) => right.totalMs - left.totalMs)
      .map(({ totalMs: _, ...row }) => row),
    series: requestSeries(durations),
  };
}

function requestSeries(durations: readonly MetricPoint[]): LatencyView['series'] {
  const moments = byTime(durations.filter(({ key }) => key.operation === operation.request));
  const values = moments.map(([, points]) =>
    percentiles(mergeHistograms(points.map(({ histogram }) => histogram))),
  );
  return {
    times: moments.map(([atMs]) => atMs),
    lines: ranks.map((rank, index) => ({
      name: `p${rank}`,
      values: values.map((at) => at[index] ?? null),
    })),
  };
}

function percentiles(histogram: HistogramSnapshot): readonly (number | undefined)[] {
  return ranks.map((rank) => percentileOf(histogram, rank));
}

import type { PerfPeriod } from '../../shared/perf.ts';
import type { MetricName, MetricPoint } from '../telemetry/metricKey.ts';
import type { TelemetryReader } from '../telemetry/telemetryReader.ts';

const hourMs = 60 * 60_000;

export const periodMs: Readonly<Record<PerfPeriod, number>> = {
  hour: hourMs,
  day: 24 * hourMs,
  week: 7 * 24 * hourMs,
  month: 30 * 24 * hourMs,
};

/** The last hour by minute, of this window; longer periods by hour, of all windows. */
export async function pointsOf(
  reader: Pick<TelemetryReader, 'recent' | 'history'>,
  period: PerfPeriod,
  now: number,
  name?: MetricName,
): Promise<readonly MetricPoint[]> {
  const query = { ...(name === undefined ? {} : { name }), fromMs: now - periodMs[period] };
  return period === 'hour' ? reader.recent(query) : await reader.history(query);
}

/** The points of each moment, the oldest first. */
export function byTime(
  points: readonly MetricPoint[],
): readonly (readonly [atMs: number, points: readonly MetricPoint[]])[] {
  const groups = new Map<number, MetricPoint[]>();
  for (const point of points) {
    const group = groups.get(point.atMs);
    if (group) {
      group.push(point);
    } else {
      groups.set(point.atMs, [point]);
    }
  }
  return [...groups].sort(([left], [right]) => left - right);
}

import { mergeHistograms, percentileOf } from '../telemetry/exponentialHistogram.ts';
import type { MetricPoint } from '../telemetry/metricKey.ts';

/** One day of the user's own that a report can be about. */
export interface ReportDay {
  /** Its midnight, milliseconds since 1970. */
  readonly startMs: number;
  readonly requests: number;
  /** In the chat, the median; undefined where there was none. */
  readonly firstWordMs: number | undefined;
  readonly turnMs: number | undefined;
  /** Whether one of them took much longer than on most of the other days. */
  readonly isSlow: boolean;
}

export interface DayPoints {
  /** Times to the first word of all requests. */
  readonly firstWords: readonly MetricPoint[];
  /** Durations of turns in the chat. */
  readonly turns: readonly MetricPoint[];
}

/** Half as long again is felt. */
const slowFactor = 1.5;

/** The days on which something was measured, the newest first. */
export function reportDays({ firstWords, turns }: DayPoints): readonly ReportDay[] {
  const requests = byDay(firstWords);
  const chats = byDay(firstWords.filter(({ key }) => key.surface === 'chat'));
  const turnDays = byDay(turns);
  const starts = [...new Set([...requests.keys(), ...turnDays.keys()])].sort((a, b) => b - a);
  const days = starts.map((startMs) => ({
    startMs,
    requests: mergeHistograms(requests.get(startMs) ?? []).count,
    firstWordMs: medianOf(chats.get(startMs)),
    turnMs: medianOf(turnDays.get(startMs)),
  }));
  return days.map((day) => {
    const others = days.filter((other) => other !== day);
    return {
      ...day,
      isSlow:
        isMuchMore(
          day.firstWordMs,
          others.map(({ firstWordMs }) => firstWordMs),
        ) ||
        isMuchMore(
          day.turnMs,
          others.map(({ turnMs }) => turnMs),
        ),
    };
  });
}

type Histograms = MetricPoint['histogram'][];

function byDay(points: readonly MetricPoint[]): ReadonlyMap<number, Histograms> {
  const days = new Map<number, Histograms>();
  for (const { atMs, histogram } of points) {
    const startMs = new Date(atMs).setHours(0, 0, 0, 0);
    const day = days.get(startMs);
    if (day) {
      day.push(histogram);
    } else {
      days.set(startMs, [histogram]);
    }
  }
  return days;
}

function medianOf(histograms: Histograms | undefined): number | undefined {
  return histograms && percentileOf(mergeHistograms(histograms), 50);
}

function isMuchMore(value: number | undefined, others: readonly (number | undefined)[]): boolean {
  const known = others.filter((other) => other !== undefined).sort((left, right) => left - right);
  const usual = known[Math.floor((known.length - 1) / 2)];
  return value !== undefined && usual !== undefined && value >= usual * slowFactor;
}

import { formatDuration } from '../../shared/figures.ts';
import type { RequestRecord } from '../model/requestLog.ts';
import type { Finding } from './alert.ts';
import { type Baseline, baselineOf, medianOf } from './baseline.ts';

export interface LatencyWatchParts {
  readonly nameOf: (model: string) => string;
  /** How many times as slow as usual is too slow. */
  readonly threshold: () => number;
  /** What was usual in earlier sessions at this hour; undefined where too little is known. */
  readonly earlier: (surface: string, model: string) => Baseline | undefined;
}

/** A shift by three shows in the median of so many once seven of them are slow. */
const recentCount = 12;
/** What is usual follows slow change: some days of one model's requests in the chat. */
const keptCount = 300;
/** A difference that nobody feels is no alert, milliseconds. */
const leastDifferenceMs = 150;
/** The spread in which half of all values lie, by so many times. */
const leastSpreads = 3;

/** What is usual hardly moves with one value: it is worked out anew after so many. */
const renewAfter = 10;

interface Series {
  readonly surface: string;
  readonly model: string;
  /** Before the recent ones, oldest first. */
  usual: number[];
  recent: number[];
  baseline: Baseline | undefined;
  /** Values that came to `usual` since the baseline was worked out. */
  added: number;
  lastTraceId: string | undefined;
}

/** Time to the first word of each model on each surface, against what is usual for it. */
export class LatencyWatch {
  private readonly parts: LatencyWatchParts;
  private readonly series = new Map<string, Series>();

  constructor(parts: LatencyWatchParts) {
    this.parts = parts;
  }

  add({ surface, model, firstTokenMs, answeredFrom, traceId }: RequestRecord): void {
    if (firstTokenMs === undefined || answeredFrom !== undefined) {
      return;
    }
    const id = `${surface}\n${model}`;
    const series = this.series.get(id) ?? newSeries(surface, model);
    this.series.set(id, series);
    series.recent.push(firstTokenMs);
    series.lastTraceId = traceId;
    if (series.recent.length > recentCount) {
      // While it is slow, what is usual stays what it was: an alert must not explain itself away.
      const isSlow = this.slowdownOf(series) !== undefined;
      const oldest = series.recent.shift();
      if (!isSlow && oldest !== undefined) {
        remember(series, oldest);
      }
    }
  }

  findings(): readonly Finding[] {
    return [...this.series.values()].flatMap((series) => {
      const slowdown = this.slowdownOf(series);
      return slowdown ? this.findingOf(series, slowdown) : [];
    });
  }

  /** Forgets the recent ones: after a pause they say nothing of now. */
  reset(): void {
    for (const series of this.series.values()) {
      series.recent = [];
    }
  }

  private slowdownOf({ surface, model, recent, baseline: own }: Series) {
    const baseline = own ?? this.parts.earlier(surface, model);
    if (!baseline || recent.length < recentCount) {
      return undefined;
    }
    const nowMs = medianOf(recent);
    const { median, spread } = baseline;
    const isSlow =
      nowMs > median * this.parts.threshold() &&
      nowMs > median + leastSpreads * spread &&
      nowMs - median > leastDifferenceMs;
    return isSlow ? { nowMs, usualMs: median } : undefined;
  }

  private findingOf(
    { surface, model, lastTraceId }: Series,
    { nowMs, usualMs }: { readonly nowMs: number; readonly usualMs: number },
  ): Finding {
    return {
      rule: 'latency',
      subject: `${surface} ${model}`,
      severity: surface === 'chat' ? 'warning' : 'info',
      title: `${this.parts.nameOf(model)} is slower than usual`,
      detail: `The first word took ${formatDuration(nowMs)} at the median of the last ${recentCount} requests, against ${formatDuration(usualMs)} usually. The provider or the network is busy: another model, the fast mode or a further endpoint may be quicker.`,
      ...(lastTraceId === undefined ? {} : { traceId: lastTraceId }),
    };
  }
}

function newSeries(surface: string, model: string): Series {
  return {
    surface,
    model,
    usual: [],
    recent: [],
    baseline: undefined,
    added: 0,
    lastTraceId: undefined,
  };
}

function remember(series: Series, value: number): void {
  series.usual.push(value);
  if (series.usual.length > keptCount) {
    series.usual.shift();
  }
  series.added += 1;
  if (series.added >= renewAfter || series.baseline === undefined) {
    series.baseline = baselineOf(series.usual);
    series.added = 0;
  }
}

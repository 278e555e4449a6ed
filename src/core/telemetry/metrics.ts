import type { Clock } from '../../base/clock.ts';
import { ExponentialHistogram } from './exponentialHistogram.ts';
import { type MetricKey, type MetricPoint, type MetricQuery, matches } from './metricKey.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
/** The last hour by minute; before that the store has it by hour. */
const keptMinutes = 60;
/** Where a mistake makes names without end, the rest is left out: 2 kB each. */
const maxSeriesPerMinute = 500;

interface Series {
  readonly key: MetricKey;
  readonly histogram: ExponentialHistogram;
}

interface Minute {
  readonly atMs: number;
  /** By operation, of which each has a few: finding one by parts spares making a text for each value. */
  readonly series: Map<string, Series[]>;
  count: number;
  /** Whether `takeFinished` has given it out. */
  isTaken: boolean;
}

/** Figures of the last hour, by minute. Recording costs one look-up and one addition. */
export class Metrics {
  private readonly clock: Clock;
  /** The newest last. */
  private minutes: Minute[] = [];
  private count = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Raised by each value: nothing is new while it stays. */
  get sequence(): number {
    return this.count;
  }

  record(key: MetricKey, value: number): void {
    this.count += 1;
    const minute = this.minute();
    const own = minute.series.get(key.operation);
    const known = own && find(own, key);
    if (known) {
      known.histogram.record(value);
    } else if (minute.count < maxSeriesPerMinute) {
      minute.count += 1;
      const added = { key, histogram: new ExponentialHistogram() };
      added.histogram.record(value);
      if (own) {
        own.push(added);
      } else {
        minute.series.set(key.operation, [added]);
      }
    }
  }

  /** The points of the last hour that the query asks for, the oldest first. */
  read(query: MetricQuery = {}): readonly MetricPoint[] {
    this.dropOld();
    return this.minutes.flatMap((minute) => pointsOf(minute, query));
  }

  /** Each minute that is over, once: for the store. With `all` also the one that is not. */
  takeFinished(all = false): readonly MetricPoint[] {
    const current = startOfMinute(this.clock.wallTime());
    const finished = this.minutes.filter(
      ({ isTaken, atMs }) => !isTaken && (all || atMs !== current),
    );
    for (const minute of finished) {
      minute.isTaken = true;
    }
    return finished.flatMap((minute) => pointsOf(minute, {}));
  }

  /** What was recorded and is in no answer of `takeFinished` yet. */
  readUntaken(query: MetricQuery = {}): readonly MetricPoint[] {
    return this.minutes
      .filter(({ isTaken }) => !isTaken)
      .flatMap((minute) => pointsOf(minute, query));
  }

  clear(): void {
    this.count += 1;
    this.minutes = [];
  }

  /** The minute that values go to now. The clock may jump: then another one is begun. */
  private minute(): Minute {
    const atMs = startOfMinute(this.clock.wallTime());
    const last = this.minutes.at(-1);
    if (last && last.atMs === atMs && !last.isTaken) {
      return last;
    }
    const begun = { atMs, series: new Map<string, Series[]>(), count: 0, isTaken: false };
    this.minutes.push(begun);
    this.dropOld();
    return begun;
  }

  /** The store takes minutes long before they are old. */
  private dropOld(): void {
    const oldest = startOfMinute(this.clock.wallTime()) - (keptMinutes - 1) * minuteMs;
    const first = this.minutes[0];
    if (first && (first.atMs < oldest || this.minutes.length > keptMinutes * 2)) {
      this.minutes = this.minutes.filter(({ atMs }) => atMs >= oldest).slice(-keptMinutes * 2);
    }
  }
}

function find(series: readonly Series[], key: MetricKey): Series | undefined {
  for (const one of series) {
    const { name, surface, model, tier } = one.key;
    if (name === key.name && surface === key.surface && model === key.model && tier === key.tier) {
      return one;
    }
  }
  return undefined;
}

function pointsOf({ atMs, series }: Minute, query: MetricQuery): readonly MetricPoint[] {
  return [...series.values()]
    .flat()
    .filter(({ key }) => matches({ key, atMs }, query))
    .map(({ key, histogram }) => ({ key, atMs, histogram: histogram.snapshot() }));
}

function startOfMinute(wallTimeMs: number): number {
  return Math.floor(wallTimeMs / minuteMs) * minuteMs;
}

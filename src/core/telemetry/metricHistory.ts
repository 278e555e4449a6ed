import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { SqlRow } from '../store/database.ts';
import type { StoreConnection } from '../store/storeConnection.ts';
import { sumOfBuckets } from './bucketLists.ts';
import { type HistogramSnapshot, mergeHistograms } from './exponentialHistogram.ts';
import type {
  MetricKey,
  MetricName,
  MetricPoint,
  MetricQuery,
  MetricSpan,
  MetricTotal,
} from './metricKey.ts';
import { matches } from './metricKey.ts';
import { hourMs, type Metrics, minuteMs } from './metrics.ts';
import { joinedByKey } from './metricTotals.ts';

export interface MetricHistoryParts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** The store that all windows share. */
  readonly store: Pick<StoreConnection, 'read' | 'transaction' | 'database' | 'isDisposed'>;
  /** Told once while saving fails. */
  readonly onProblem: (error: unknown) => void;
}

const keptDays = 30;
const keptMs = keptDays * 24 * hourMs;
/**
 * Figures of a minute wait at most this long for the store: a crash costs no more. One transaction
 * then adds some dozens of rows, about a millisecond.
 */
const saveMs = minuteMs;
/** Where the store can't be written for so long, the oldest figures go: an hour's worth. */
const maxWaiting = 5_000;

/** The last 30 days by hour, added to in the background by every window. */
export class MetricHistory implements Disposable {
  private readonly parts: MetricHistoryParts;
  /** Taken from the metrics and not saved yet. */
  private waiting: readonly MetricPoint[] = [];
  private timer: Disposable | undefined;
  private prunedHour = 0;
  private hasTold = false;
  private isDisposed = false;

  constructor(parts: MetricHistoryParts) {
    this.parts = parts;
  }

  /** Saves in the background from now on. */
  start(): void {
    if (!this.timer && !this.isDisposed) {
      this.schedule();
    }
  }

  /** Saves what there is, and then no more. */
  stop(): void {
    if (this.timer) {
      this.timer.dispose();
      this.timer = undefined;
      this.save(true);
    }
  }

  /** By hour, the oldest first, with what is not saved yet. Rejects where the store can't be read. */
  async read(query: MetricQuery = {}): Promise<readonly MetricPoint[]> {
    const { store } = this.parts;
    const fromHour = hourOf(query.fromMs ?? 0);
    const toHour = hourOf(query.toMs ?? Number.MAX_SAFE_INTEGER);
    const rows = await store.read(() =>
      store.database.all(
        `SELECT * FROM metric_hours WHERE hour BETWEEN ? AND ? AND name LIKE ? AND operation LIKE ?
         ORDER BY hour`,
        [fromHour, toHour, query.name ?? '%', query.operation ?? '%'],
      ),
    );
    return mergePoints([...rows.map(pointOfRow), ...this.unsaved()])
      .filter((point) => matches(point, query))
      .sort((left, right) => left.atMs - right.atMs);
  }

  /**
   * All hours of each series as one: what a report asks about. The database adds them up, so that a
   * month of 40,000 rows does not become objects here. Rejects where the store can't be read.
   */
  async totals({ fromMs, toMs }: MetricSpan): Promise<readonly MetricTotal[]> {
    const { store } = this.parts;
    const rows = await store.read(() =>
      store.database.all(
        `SELECT name, operation, surface, model, tier, SUM(count) AS count, SUM(sum) AS sum,
           MIN(min) AS min, MAX(max) AS max, SUM(zero_count) AS zero_count,
           group_concat(buckets) AS buckets
         FROM metric_hours WHERE hour >= ? AND hour < ? AND count > 0
         GROUP BY name, operation, surface, model, tier`,
        [Math.ceil(fromMs / hourMs), Math.ceil(toMs / hourMs)],
      ),
    );
    const unsaved = this.unsaved().filter((point) => matches(point, { fromMs, toMs }));
    return joinedByKey([...rows.map(totalOfRow), ...unsaved]);
  }

  private unsaved(): readonly MetricPoint[] {
    return [...this.waiting, ...this.parts.metrics.readUntaken()].map(toHourPoint);
  }

  /** Saves what is at hand; with `all` also of the minute that is not over. Never throws. */
  save(all = false): void {
    const { metrics, store } = this.parts;
    this.waiting = [...this.waiting, ...metrics.takeFinished(all)].slice(-maxWaiting);
    if (this.waiting.length === 0 || store.isDisposed) {
      return;
    }
    try {
      const points = mergePoints(this.waiting.map(toHourPoint));
      store.transaction(() => this.add(points));
      this.waiting = [];
      this.hasTold = false;
    } catch (error) {
      this.tell(error);
    }
  }

  /** Forgets everything, of all windows. */
  clear(): void {
    this.waiting = [];
    this.parts.store.transaction(() => this.parts.store.database.run('DELETE FROM metric_hours'));
  }

  /** Saves what there is. The store must still be open. */
  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      this.stop();
    }
  }

  private schedule(): void {
    this.timer = this.parts.clock.setTimeout(() => {
      this.save();
      this.schedule();
    }, saveMs);
  }

  /** In the transaction no other window adds: what is read is what is added to. */
  private add(points: readonly MetricPoint[]): void {
    const { database } = this.parts.store;
    this.prune();
    for (const { key, atMs, histogram } of points) {
      const place = [hourOf(atMs), key.name, key.operation, key.surface, key.model, key.tier];
      const known = database.get(
        `SELECT * FROM metric_hours
         WHERE hour = ? AND name = ? AND operation = ? AND surface = ? AND model = ? AND tier = ?`,
        place,
      );
      const { count, sum, min, max, zeroCount, buckets } = known
        ? mergeHistograms([histogramOfRow(known), histogram])
        : histogram;
      database.run(
        `INSERT OR REPLACE INTO metric_hours
           (hour, name, operation, surface, model, tier, count, sum, min, max, zero_count, buckets)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [...place, count, sum, min, max, zeroCount, JSON.stringify(buckets)],
      );
    }
  }

  private prune(): void {
    const hour = hourOf(this.parts.clock.wallTime());
    if (hour !== this.prunedHour) {
      const oldest = hour - keptMs / hourMs;
      this.parts.store.database.run('DELETE FROM metric_hours WHERE hour < ?', [oldest]);
      this.prunedHour = hour;
    }
  }

  private tell(error: unknown): void {
    if (!this.hasTold) {
      this.hasTold = true;
      this.parts.onProblem(error);
    }
  }
}

/** One point for each series and time. */
export function mergePoints(points: readonly MetricPoint[]): MetricPoint[] {
  const groups = new Map<string, MetricPoint[]>();
  for (const point of points) {
    const { name, operation, surface, model, tier } = point.key;
    const id = [point.atMs, name, operation, surface, model, tier].join('\n');
    groups.set(id, [...(groups.get(id) ?? []), point]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const histogram = mergeHistograms(group.map((point) => point.histogram));
    return first ? [{ ...first, histogram }] : [];
  });
}

function toHourPoint(point: MetricPoint): MetricPoint {
  return { ...point, atMs: hourOf(point.atMs) * hourMs };
}

function hourOf(wallTimeMs: number): number {
  return Math.floor(wallTimeMs / hourMs);
}

function pointOfRow(row: SqlRow): MetricPoint {
  return {
    key: keyOfRow(row),
    atMs: Number(row['hour']) * hourMs,
    histogram: histogramOfRow(row),
  };
}

function keyOfRow(row: SqlRow): MetricKey {
  return {
    // Only this file writes the table.
    name: String(row['name']) as MetricName,
    operation: String(row['operation']),
    surface: String(row['surface']),
    model: String(row['model']),
    tier: String(row['tier']),
  };
}

/** Of a row that stands for many, whose lists of buckets follow one another. */
function totalOfRow(row: SqlRow): MetricTotal {
  return { key: keyOfRow(row), histogram: histogramOf(row, sumOfBuckets(String(row['buckets']))) };
}

function histogramOfRow(row: SqlRow): HistogramSnapshot {
  return histogramOf(row, JSON.parse(String(row['buckets'])) as HistogramSnapshot['buckets']);
}

function histogramOf(row: SqlRow, buckets: HistogramSnapshot['buckets']): HistogramSnapshot {
  return {
    count: Number(row['count']),
    sum: Number(row['sum']),
    min: Number(row['min']),
    max: Number(row['max']),
    zeroCount: Number(row['zero_count']),
    buckets,
  };
}

import assert from 'node:assert/strict';
import path from 'node:path';
import { Figures } from '../../../../src/core/report/figures.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import type { StoreConnection } from '../../../../src/core/store/storeConnection.ts';
import { percentileOf } from '../../../../src/core/telemetry/exponentialHistogram.ts';
import { MetricHistory } from '../../../../src/core/telemetry/metricHistory.ts';
import type { MetricKey } from '../../../../src/core/telemetry/metricKey.ts';
import { hourMs, Metrics, minuteMs } from '../../../../src/core/telemetry/metrics.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder } from '../../../support/temporaryFolder.ts';

const turn: MetricKey = {
  name: 'duration',
  operation: 'turn',
  surface: 'chat',
  model: '',
  tier: '',
};

interface Window {
  readonly metrics: Metrics;
  readonly history: MetricHistory;
  readonly connection: StoreConnection;
  readonly problems: unknown[];
  close(): void;
}

async function openWindow(folder: string, clock: FakeClock): Promise<Window> {
  const opened = await openThreadStore({ path: path.join(folder, 'threads.db'), clock });
  const { store, connection } = opened;
  const metrics = new Metrics(clock);
  const problems: unknown[] = [];
  const onProblem = (error: unknown): unknown => problems.push(error);
  const history = new MetricHistory({ clock, metrics, store: connection, onProblem });
  history.start();
  let isOpen = true;
  const close = (): void => {
    if (isOpen) {
      isOpen = false;
      history.dispose();
      store.dispose();
    }
  };
  return { metrics, history, connection, problems, close };
}

async function withWindows(
  count: number,
  test: (windows: readonly Window[], clock: FakeClock, folder: string) => Promise<void>,
): Promise<void> {
  const folder = createTemporaryFolder('metric-history');
  const clock = new FakeClock();
  const windows: Window[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      windows.push(await openWindow(folder.path, clock));
    }
    await test(windows, clock, folder.path);
  } finally {
    for (const window of windows) {
      window.close();
    }
    folder.dispose();
  }
}

describe('The history of figures', () => {
  it('adds what two windows measured in the same hour', () =>
    withWindows(2, async ([one, two], clock) => {
      assert.ok(one && two);
      for (const value of [10, 20, 30]) {
        one.metrics.record(turn, value);
        two.metrics.record(turn, value * 10);
      }
      await clock.advance(2 * minuteMs);
      const points = await two.history.read(turn);
      assert.equal(points.length, 1);
      const { histogram, atMs } = points[0] ?? assert.fail();
      assert.deepEqual([histogram.count, histogram.sum, histogram.max], [6, 660, 300]);
      assert.equal(atMs % hourMs, 0);
      const median = percentileOf(histogram, 50) ?? 0;
      assert.ok(Math.abs(median - 30) <= 0.6, String(median));
    }));

  it('has what was not saved yet, and counts nothing twice', () =>
    withWindows(1, async ([window], clock) => {
      assert.ok(window);
      window.metrics.record(turn, 1);
      assert.equal((await window.history.read())[0]?.histogram.count, 1);
      await clock.advance(minuteMs + 1_000);
      window.metrics.record(turn, 2);
      assert.equal((await window.history.read())[0]?.histogram.count, 2);
      await clock.advance(2 * minuteMs);
      assert.equal((await window.history.read())[0]?.histogram.count, 2);
    }));

  it('survives the window, the last minute included', () =>
    withWindows(1, async ([window], clock, folder) => {
      window?.metrics.record(turn, 5);
      window?.close();
      const next = await openWindow(folder, clock);
      const [point] = await next.history.read();
      next.close();
      assert.equal(point?.histogram.sum, 5);
    }));

  it('forgets what is older than 30 days', () =>
    withWindows(1, async ([window], clock) => {
      assert.ok(window);
      window.metrics.record(turn, 5);
      window.history.save(true);
      await clock.advance(30 * 24 * hourMs + hourMs);
      window.metrics.record(turn, 6);
      window.history.save(true);
      const points = await window.history.read();
      assert.deepEqual(
        points.map(({ histogram }) => histogram.sum),
        [6],
      );
    }));

  it('keeps figures while the store cannot be written, and tells of it once', () =>
    withWindows(1, async ([window]) => {
      assert.ok(window);
      const { connection, metrics, history, problems } = window;
      connection.database.exec('ALTER TABLE metric_hours RENAME TO away');
      for (const value of [1, 2]) {
        metrics.record(turn, value);
        history.save(true);
      }
      assert.equal(problems.length, 1);
      connection.database.exec('ALTER TABLE away RENAME TO metric_hours');
      history.save(true);
      assert.equal((await history.read())[0]?.histogram.sum, 3);
    }));

  it('adds up the hours of a stretch as merging its points does', () =>
    withWindows(2, async ([one, two], clock) => {
      assert.ok(one && two);
      const fromMs = Math.ceil(clock.wallTime() / hourMs) * hourMs;
      for (let hour = 0; hour < 6; hour += 1) {
        for (let value = 1; value < 30; value += 1) {
          one.metrics.record(turn, value * (hour + 1));
          two.metrics.record({ ...turn, model: `m${hour % 2}` }, value / 7);
        }
        one.history.save(true);
        await clock.advance(hourMs);
      }
      const span = { fromMs: fromMs + hourMs, toMs: fromMs + 4 * hourMs };
      const merged = new Figures(await two.history.read(span));
      const totals = new Figures(await two.history.totals(span));
      for (const query of [{}, { model: 'm0' }, { model: 'm1' }]) {
        const expected = merged.histogram(query);
        assert.ok(expected.count > 0);
        const { sum, ...found } = totals.histogram(query);
        assert.ok(Math.abs(sum - expected.sum) < 1e-6);
        assert.deepEqual({ ...found, sum: expected.sum }, expected);
      }
    }));

  it('is empty once it was cleared', () =>
    withWindows(1, async ([window]) => {
      assert.ok(window);
      window.metrics.record(turn, 1);
      window.history.save(true);
      window.history.clear();
      assert.deepEqual(await window.history.read(), []);
    }));
});

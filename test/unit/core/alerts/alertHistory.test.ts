import assert from 'node:assert/strict';
import path from 'node:path';
import type { Finding } from '../../../../src/core/alerts/alert.ts';
import { AlertEngine, lookPeriodMs } from '../../../../src/core/alerts/alertEngine.ts';
import {
  AlertHistory,
  keptAlertDays,
  keptAlertRows,
} from '../../../../src/core/alerts/alertHistory.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import type { StoreConnection } from '../../../../src/core/store/storeConnection.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const slow: Finding = {
  rule: 'latency',
  subject: 'chat sonnet',
  severity: 'warning',
  title: 'Slow',
  detail: 'It is slow.',
  traceId: 'trace',
};
const dayMs = 24 * 3_600_000;
const minuteMs = 60_000;

let clock: FakeClock;
let folder: TemporaryFolder;
let windows: Window[];
let ids: number;

/** A window of this machine, as far as alerts go. */
class Window {
  found: readonly Finding[] = [];
  readonly problems: unknown[] = [];
  readonly connection: StoreConnection;
  readonly history: AlertHistory;
  readonly engine: AlertEngine;

  constructor(connection: StoreConnection) {
    this.connection = connection;
    this.engine = new AlertEngine({
      clock,
      newId: () => {
        ids += 1;
        return `alert-${ids}`;
      },
      watches: [() => this.found],
      isEnabled: () => true,
      onWake: () => undefined,
    });
    this.history = new AlertHistory({
      clock,
      engine: this.engine,
      store: connection,
      onProblem: (error) => this.problems.push(error),
    });
  }

  static async open(): Promise<Window> {
    const { connection } = await openThreadStore({
      path: path.join(folder.path, 'threads.db'),
      clock,
    });
    const window = new Window(connection);
    windows.push(window);
    return window;
  }

  async see(found: readonly Finding[]): Promise<void> {
    this.found = found;
    await clock.advance((found.length === 0 ? 6 : 2) * lookPeriodMs);
  }

  /** What it shows, as `id, from, to`. */
  async shown(): Promise<readonly (readonly [string, number, number | 'here' | 'elsewhere'])[]> {
    const alerts = await this.history.all();
    return alerts.map(({ id, since, endedAt, isElsewhere }) => [
      id,
      since,
      endedAt ?? (isElsewhere ? 'elsewhere' : 'here'),
    ]);
  }

  close(): void {
    this.history.dispose();
    this.kill();
  }

  /** Without a word. */
  kill(): void {
    this.engine.dispose();
    this.connection.dispose();
  }
}

describe('The history of alerts', () => {
  beforeEach(() => {
    clock = new FakeClock();
    folder = createTemporaryFolder('alert-history');
    windows = [];
    ids = 0;
  });

  afterEach(() => {
    for (const window of windows) {
      window.close();
    }
    folder.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  it('has an alert and its end after a reload, without the trace, which is gone', async () => {
    const first = await Window.open();
    await first.see([slow]);
    await first.see([]);
    const [before] = await first.history.all();
    assert.equal(before?.traceId, 'trace');
    first.close();
    const [after, ...others] = await (await Window.open()).history.all();
    const { traceId: _, ...kept } = before;
    assert.deepEqual(after, kept);
    assert.deepEqual(others, []);
  });

  it('ends with its window what is in force in it', async () => {
    const first = await Window.open();
    await first.see([slow]);
    const [[id, since] = assert.fail()] = await first.shown();
    await clock.advance(minuteMs);
    const closedAt = clock.wallTime();
    first.close();
    assert.deepEqual(await (await Window.open()).shown(), [[id, since, closedAt]]);
  });

  it('shows what is in force in another window, until that is over or the window is gone', async () => {
    const [one, two] = [await Window.open(), await Window.open()];
    await one.see([slow]);
    const [[id, since] = assert.fail()] = await one.shown();
    await clock.advance(10 * minuteMs);
    assert.deepEqual(await one.shown(), [[id, since, 'here']]);
    assert.deepEqual(await two.shown(), [[id, since, 'elsewhere']]);
    await one.see([]);
    await clock.advance(1_000);
    assert.notEqual((await two.shown())[0]?.[2], 'elsewhere');

    await one.see([slow]);
    await clock.advance(minuteMs);
    const lastHeardAt = clock.wallTime();
    one.kill();
    await clock.advance(2 * minuteMs);
    assert.equal((await two.shown())[0]?.[2], 'elsewhere');
    await clock.advance(2 * minuteMs);
    const endedAt = Number((await two.shown())[0]?.[2]);
    assert.ok(endedAt > lastHeardAt - minuteMs && endedAt <= lastHeardAt, String(endedAt));
  });

  it('is one line for what two windows tell of', async () => {
    const [one, two] = [await Window.open(), await Window.open()];
    two.found = [slow];
    await one.see([slow]);
    const [shown, ...others] = await two.shown();
    assert.equal(shown?.[2], 'here');
    assert.deepEqual(others, []);
  });

  it('says as it ends what the alert had come to', async () => {
    const first = await Window.open();
    await first.see([slow]);
    await first.see([{ ...slow, detail: 'It is slower still.' }]);
    await first.see([]);
    first.close();
    const [kept] = await (await Window.open()).history.all();
    assert.equal(kept?.detail, 'It is slower still.');
  });

  it(`keeps ${keptAlertDays} days and ${keptAlertRows} rows`, async () => {
    const first = await Window.open();
    const now = clock.wallTime();
    const past = (id: string, since: number): void => {
      first.connection.database.run('INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', [
        ...[id, 'errors', id, 'warning', 'Failed', 'It failed.', since, since, since + 1],
      ]);
    };
    past('too old', now - (keptAlertDays + 1) * dayMs);
    past('old', now - (keptAlertDays - 1) * dayMs);
    assert.deepEqual(
      (await first.shown()).map(([id]) => id),
      ['old'],
    );
    for (let count = 0; count < keptAlertRows; count += 1) {
      past(`past ${count}`, now - dayMs + count);
    }
    await first.see([slow]);
    await first.shown();
    const rows = first.connection.database.all('SELECT id FROM alerts').map(({ id }) => id);
    assert.equal(rows.length, keptAlertRows);
    assert.ok(rows.includes('alert-1') && !rows.includes('past 0') && !rows.includes('old'));
  });

  it('is forgotten by “clear” in all windows, but for what is in force', async () => {
    const [one, two] = [await Window.open(), await Window.open()];
    await one.see([{ ...slow, rule: 'errors' }]);
    await one.see([]);
    await one.see([slow]);
    one.history.clear();
    assert.deepEqual(
      (await one.shown()).map(([, , state]) => state),
      ['here'],
    );
    assert.deepEqual(
      (await two.shown()).map(([, , state]) => state),
      ['elsewhere'],
    );
  });

  it('shows this window’s where the store fails, and tells of that once', async () => {
    const window = await Window.open();
    window.connection.database.exec('DROP TABLE alerts');
    await window.see([slow]);
    assert.deepEqual(
      (await window.shown()).map(([, , state]) => state),
      ['here'],
    );
    await window.see([]);
    assert.equal((await window.shown()).length, 1);
    assert.equal(window.problems.length, 1);
  });
});

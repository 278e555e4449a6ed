import assert from 'node:assert/strict';
import { RequestLog } from '../../../../src/core/model/requestLog.ts';
import { PerfFeed } from '../../../../src/core/performance/perfFeed.ts';
import type { Telemetry } from '../../../../src/core/telemetry/telemetry.ts';
import type { AlertView } from '../../../../src/shared/perf.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { madeUpRequest } from '../../../support/reportHistory.ts';
import { createTestTelemetry } from '../../../support/tracing.ts';

const alert: AlertView = {
  id: 'alert',
  severity: 'warning',
  title: 'Slow',
  detail: 'It is slow.',
  since: 1,
  isSnoozed: false,
  isElsewhere: false,
};

let clock: FakeClock;
let telemetry: Telemetry;
let requestLog: RequestLog;
let feed: PerfFeed;

describe('The feed of the performance panel', () => {
  beforeEach(() => {
    clock = new FakeClock();
    telemetry = createTestTelemetry(clock);
    requestLog = new RequestLog();
    requestLog.add(madeUpRequest({ id: 'before' }));
    feed = new PerfFeed({
      clock,
      reader: telemetry,
      requestLog,
      nameOf: (model) => model,
      costOf: () => undefined,
      cost: { nameOf: (model) => model, budgets: () => [], byThread: async () => [] },
      caches: {
        sizes: () => ({ memory: { bytes: 0, limitBytes: 1, evictions: 0 } }),
        remote: () => [],
        prepared: () => [],
        readSavesUsd: () => undefined,
      },
      models: async () => [{ model: 'm', calls: 2 }],
      alertCount: () => 1,
      alerts: async () => [alert, { ...alert, id: 'over', endedAt: 2 }],
    });
  });

  afterEach(() => {
    feed.dispose();
    requestLog.dispose();
    telemetry.dispose();
  });

  async function rowsSince(since: number) {
    const { data, sequence } = await feed.update('requests', since, 'hour');
    assert.ok(data.section === 'requests');
    return { sequence, isWhole: data.isWhole, ids: data.rows.map(({ id }) => id) };
  }

  it('gives all rows at first, those before the panel was opened too, and then what is new', async () => {
    const first = await rowsSince(0);
    assert.deepEqual([first.isWhole, first.ids], [true, ['before']]);
    requestLog.add(madeUpRequest({ id: 'after' }));
    const next = await rowsSince(first.sequence);
    assert.deepEqual([next.isWhole, next.ids], [false, ['after']]);
    assert.deepEqual((await rowsSince(next.sequence)).ids, []);
  });

  it('tells what is running, since when and in which phase', async () => {
    const startedAt = clock.wallTime();
    const scope = telemetry.begin('turn');
    await clock.advance(100);
    const phase = scope?.enter('context.assemble');
    const { running } = await feed.update('alerts', 0, 'hour');
    assert.deepEqual(
      running.map(({ title, phase: at, startedAt: from }) => [title, at, from]),
      [['Chat turn', 'putting the context together', startedAt]],
    );
    phase?.end();
    scope?.end();
    assert.deepEqual((await feed.update('alerts', 0, 'hour')).running, []);
  });

  it('counts the alerts that are in force, and shows the others too', async () => {
    const { alertCount, data } = await feed.update('alerts', 0, 'hour');
    assert.equal(alertCount, 1);
    assert.ok(data.section === 'alerts');
    assert.equal(data.alerts.length, 2);
  });

  it('answers each section with its own figures', async () => {
    for (const section of ['latency', 'cost', 'cache', 'models', 'system'] as const) {
      const { data } = await feed.update(section, 0, 'hour');
      assert.equal(data.section, section);
      assert.ok(section in data, section);
    }
  });

  it('finds a trace while it is kept', () => {
    const scope = telemetry.begin('turn');
    scope?.end();
    const [kept] = telemetry.traces();
    assert.equal(feed.trace(kept?.traceId ?? '')?.title, 'Chat turn');
    assert.equal(feed.trace('gone'), undefined);
  });

  it('hears of no request any more when it is disposed of', async () => {
    feed.dispose();
    requestLog.add(madeUpRequest({ id: 'late' }));
    assert.deepEqual((await rowsSince(0)).ids, ['before']);
  });
});

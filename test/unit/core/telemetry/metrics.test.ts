import assert from 'node:assert/strict';
import type { MetricKey } from '../../../../src/core/telemetry/metricKey.ts';
import { Metrics, minuteMs } from '../../../../src/core/telemetry/metrics.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const turn: MetricKey = {
  name: 'duration',
  operation: 'turn',
  surface: 'chat',
  model: '',
  tier: '',
};

describe('The metrics', () => {
  it('are kept by minute and series', async () => {
    const clock = new FakeClock();
    const metrics = new Metrics(clock);
    metrics.record(turn, 10);
    metrics.record(turn, 20);
    metrics.record({ ...turn, surface: 'completion' }, 5);
    await clock.advance(minuteMs);
    metrics.record(turn, 30);
    const points = metrics.read({ surface: 'chat' });
    assert.deepEqual(
      points.map(({ atMs, histogram }) => [
        atMs - (points[0]?.atMs ?? 0),
        histogram.count,
        histogram.sum,
      ]),
      [
        [0, 2, 30],
        [minuteMs, 1, 30],
      ],
    );
  });

  it('are forgotten after an hour', async () => {
    const clock = new FakeClock();
    const metrics = new Metrics(clock);
    metrics.record(turn, 10);
    await clock.advance(59 * minuteMs);
    assert.equal(metrics.read().length, 1);
    await clock.advance(minuteMs);
    assert.equal(metrics.read().length, 0);
  });

  it('give each minute to the store once, when it is over', async () => {
    const clock = new FakeClock();
    const metrics = new Metrics(clock);
    metrics.record(turn, 10);
    assert.equal(metrics.takeFinished().length, 0);
    assert.equal(metrics.readUntaken().length, 1);
    await clock.advance(minuteMs);
    assert.equal(metrics.takeFinished().length, 1);
    assert.equal(metrics.takeFinished(true).length, 0);
    assert.equal(metrics.readUntaken().length, 0);
    // Taken or not, it is shown.
    assert.equal(metrics.read().length, 1);
  });

  it('lose nothing of a minute that was taken before its end', () => {
    const metrics = new Metrics(new FakeClock());
    metrics.record(turn, 10);
    const first = metrics.takeFinished(true);
    metrics.record(turn, 20);
    const second = metrics.takeFinished(true);
    assert.deepEqual(
      [first, second].map(([point]) => point?.histogram.sum),
      [10, 20],
    );
  });

  it('stay bounded where a mistake makes names without end', () => {
    const metrics = new Metrics(new FakeClock());
    for (let index = 0; index < 2_000; index += 1) {
      metrics.record({ ...turn, operation: `operation ${index}` }, 1);
    }
    assert.ok(metrics.read().length <= 500);
  });
});

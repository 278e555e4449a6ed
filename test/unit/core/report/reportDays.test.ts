import assert from 'node:assert/strict';
import { reportDays } from '../../../../src/core/report/reportDays.ts';
import type { MetricName, MetricPoint } from '../../../../src/core/telemetry/metricKey.ts';
import { historyStart, metricPoints } from '../../../support/reportHistory.ts';

const dayMs = 24 * 60 * 60_000;
const midnight = new Date(historyStart).setHours(0, 0, 0, 0);

/** Values of the chat, so many days before the history's last. */
function on(daysAgo: number, name: MetricName, count: number, value: number): MetricPoint[] {
  return metricPoints([{ name, surface: 'chat', count, value }]).map((point) => ({
    ...point,
    atMs: point.atMs - daysAgo * dayMs,
  }));
}

describe('The days that a report can be about', () => {
  it('are those with figures, the newest first', () => {
    const days = reportDays({
      firstWords: [
        ...on(4, 'timeToFirstToken', 3, 900),
        ...on(0, 'timeToFirstToken', 2, 900),
        ...metricPoints([{ name: 'timeToFirstToken', surface: 'completion', count: 5, value: 90 }]),
      ],
      turns: on(1, 'duration', 1, 4_000),
    });
    assert.deepEqual(
      days.map(({ startMs, requests }) => [Math.round((midnight - startMs) / dayMs), requests]),
      [
        [0, 7],
        [1, 0],
        [4, 3],
      ],
    );
    const [first] = days;
    assert.ok(Math.abs((first?.firstWordMs ?? 0) / 900 - 1) < 0.02, 'of the chat alone');
    assert.ok(days.every(({ isSlow }) => !isSlow));
  });

  it('tell which of them was slow, by the first word or by whole turns', () => {
    const days = reportDays({
      firstWords: [0, 1, 2, 3].flatMap((ago) =>
        on(ago, 'timeToFirstToken', 9, ago === 1 ? 2_400 : 900),
      ),
      turns: [0, 1, 2, 3].flatMap((ago) => on(ago, 'duration', 9, ago === 3 ? 60_000 : 9_000)),
    });
    assert.deepEqual(
      days.map(({ isSlow }) => isSlow),
      [false, true, false, true],
    );
  });
});

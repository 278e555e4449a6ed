import assert from 'node:assert/strict';
import { latencyView } from '../../../../src/core/performance/latencyView.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { recompute, runOperations } from '../../../support/recompute.ts';
import { metricPoints } from '../../../support/reportHistory.ts';
import { createTestTelemetry } from '../../../support/tracing.ts';

/** Percentiles from buckets are to be no further off than this. */
const maxError = 0.02;
const minuteMs = 60_000;

describe('The view of latency', () => {
  it('has the percentiles that the exported spans have', async () => {
    const clock = new FakeClock();
    const telemetry = createTestTelemetry(clock);
    try {
      await runOperations(telemetry, clock);
      const exported = await telemetry.exportJson({ isRedacted: false });
      const { rows } = latencyView(telemetry.recent({ name: 'duration' }));
      assert.equal(rows.length, 4);
      const ids = new Map([
        ['Request to a model', 'chat'],
        ['Pausing before asking', 'debounce'],
      ]);
      for (const row of rows) {
        const id = `${ids.get(row.operation)} ${row.surface.toLowerCase()}`;
        for (const [rank, found] of [
          [50, row.p50Ms],
          [95, row.p95Ms],
          [99, row.p99Ms],
        ] as const) {
          const exact = recompute(exported, rank).get(id) ?? Number.NaN;
          const error = Math.abs(found / exact - 1);
          assert.ok(error <= maxError, `${id}, p${rank}: ${found} for ${exact}`);
        }
      }
    } finally {
      telemetry.dispose();
    }
  });

  it('has what took longest in all first', () => {
    const { rows } = latencyView(
      metricPoints([
        { name: 'duration', operation: 'debounce', surface: 'completion', count: 50, value: 30 },
        { name: 'duration', operation: 'turn', surface: 'chat', count: 2, value: 9_000 },
      ]),
    );
    assert.deepEqual(
      rows.map(({ operation, surface, count }) => [operation, surface, count]),
      [
        ['Chat turn', 'Chat', 2],
        ['Pausing before asking', 'Completion', 50],
      ],
    );
  });

  it('draws requests alone, each moment for itself', () => {
    const request = { name: 'duration', operation: 'chat', surface: 'chat' } as const;
    const [first] = metricPoints([{ ...request, count: 4, value: 100 }]);
    const [second] = metricPoints([{ ...request, count: 4, value: 400 }]);
    const [other] = metricPoints([{ ...request, operation: 'turn', count: 1, value: 9_999 }]);
    assert.ok(first && second && other);
    const later = { ...second, atMs: first.atMs + minuteMs };
    const { series } = latencyView([later, other, first]);
    assert.deepEqual(series.times, [first.atMs, later.atMs]);
    assert.deepEqual(
      series.lines.map(({ name }) => name),
      ['p50', 'p95', 'p99'],
    );
    for (const { values } of series.lines) {
      assert.deepEqual(
        values.map((value) => Math.round(value ?? 0)),
        [100, 400],
      );
    }
  });

  it('is empty where nothing was measured', () => {
    const { rows, series } = latencyView([]);
    assert.deepEqual([rows, series.times], [[], []]);
  });
});

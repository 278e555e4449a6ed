import assert from 'node:assert/strict';
import { systemView } from '../../../../src/core/performance/systemView.ts';
import type { ProcessSample } from '../../../../src/core/telemetry/processMonitor.ts';
import { TelemetrySources } from '../../../../src/core/telemetry/telemetrySources.ts';
import { madeUpSample } from '../../../support/reportHistory.ts';

function view(registry: TelemetrySources, samples: readonly ProcessSample[]) {
  return systemView({
    processSamples: () => samples,
    sources: (kind) => registry.read(kind),
  });
}

describe('The view of the system', () => {
  it('is the newest sample, with the others as lines over time', () => {
    const samples = [
      madeUpSample({ atMs: 1_000, residentBytes: 100_000_000 }),
      madeUpSample({ atMs: 6_000, residentBytes: 300_000_000, openHandles: 17 }),
    ];
    const { memoryBytes, openHandles, series } = view(new TelemetrySources(), samples);
    assert.equal(memoryBytes, 300_000_000);
    assert.equal(openHandles, 17);
    assert.deepEqual(series.times, [1_000, 6_000]);
    assert.deepEqual(
      series.lines.map(({ values }) => values),
      [
        [100, 300],
        [10, 10],
      ],
    );
  });

  it('has pools and databases by name, and rows by batch where something was written', () => {
    const registry = new TelemetrySources();
    const counts = { created: 6, inUse: 1, idle: 3, waiting: 0, waits: 12, totalWaitMs: 48 };
    registry.add('pools', 'Parsers', () => ({ ...counts, dropped: 1 }));
    const figures = { reads: 10, commits: 4, written: 30, totalMs: 8, errors: 1, queued: 0 };
    registry.add('databases', 'Threads', () => figures);
    registry.add('databases', 'Cache', () => ({ ...figures, commits: 0, written: 0 }));
    const { pools, databases } = view(registry, []);
    assert.deepEqual(pools, [{ name: 'Parsers', ...counts }]);
    assert.deepEqual(databases, [
      { name: 'Threads', queries: 14, totalMs: 8, errors: 1, rowsPerBatch: 7.5 },
      { name: 'Cache', queries: 10, totalMs: 8, errors: 1 },
    ]);
  });

  it('has what the queue of requests counts itself', () => {
    const registry = new TelemetrySources();
    assert.deepEqual(view(registry, []).queue, { running: 0, waiting: 0 });
    registry.add('counters', 'queue', () => ({ waiting: 2, running: 3 }));
    assert.deepEqual(view(registry, []).queue, { running: 3, waiting: 2 });
  });

  it('is all zeros before the first sample', () => {
    const { memoryBytes, loopDelayMs, series } = view(new TelemetrySources(), []);
    assert.equal(memoryBytes, 0);
    assert.deepEqual(loopDelayMs, { p50: 0, p99: 0, max: 0 });
    assert.deepEqual(series.times, []);
  });
});

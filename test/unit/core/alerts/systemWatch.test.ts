import assert from 'node:assert/strict';
import { type SystemThresholds, SystemWatch } from '../../../../src/core/alerts/systemWatch.ts';
import type { TelemetryReader } from '../../../../src/core/telemetry/telemetryReader.ts';
import type { SourceKind, SourceValues } from '../../../../src/core/telemetry/telemetrySources.ts';
import {
  historyStart,
  type MadeUpSeries,
  madeUpSample,
  madeUpSpan,
  metricPoints,
} from '../../../support/reportHistory.ts';

const thresholds: SystemThresholds = {
  stalled: 60,
  loopDelay: 200,
  memory: 500,
  pools: 3,
  storage: 2_000,
  edits: 40,
};

class Bench {
  running: ReturnType<TelemetryReader['running']> = [];
  samples: ReturnType<TelemetryReader['processSamples']> = [];
  waiting = 0;
  series: readonly MadeUpSeries[] = [];
  bytes: number | undefined;
  readonly watch = new SystemWatch({
    reader: {
      running: () => this.running,
      processSamples: () => this.samples,
      sources: <Kind extends SourceKind>(_: Kind): ReadonlyMap<string, SourceValues[Kind]> =>
        new Map([['Parsers', this.pool as SourceValues[Kind]]]),
      recent: (query) => metricPoints(this.series).filter(({ key }) => query?.name === key.name),
    },
    now: () => historyStart,
    thresholds: () => thresholds,
    storedBytes: () => this.bytes,
  });

  get rules(): string {
    return this.watch
      .findings()
      .map(({ rule }) => rule)
      .join(' ');
  }

  private get pool(): SourceValues['pools'] {
    const { waiting } = this;
    return { created: 4, inUse: 4, idle: 0, waiting, waits: 9, totalWaitMs: 90, dropped: 0 };
  }
}

function running(name: string, sinceMs: number) {
  const root = madeUpSpan({ durationMs: undefined });
  const phase = madeUpSpan({ name, startMs: historyStart - sinceMs, durationMs: undefined });
  return [{ traceId: 'trace', root, phase }];
}

describe('The watch over the system', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  it('finds nothing where all is well', () => assert.equal(bench.rules, ''));

  it('sees an operation that makes no progress, but waits for the user and for commands', () => {
    bench.running = running('first_token.wait', 70_000);
    assert.equal(bench.rules, 'stalled');
    bench.running = running('first_token.wait', 30_000);
    assert.equal(bench.rules, '');
    bench.running = running('approval.wait', 70_000);
    assert.equal(bench.rules, '');
    bench.running = running('tool.run', 70_000);
    assert.equal(bench.rules, '');
  });

  it('sees a loop that is blocked again and again, not once', () => {
    const sample = (max: number) => madeUpSample({ loopDelayMs: { p50: 1, p99: 9, max } });
    bench.samples = [...Array(11).fill(sample(5)), sample(2_000)];
    assert.equal(bench.rules, '');
    bench.samples = [...Array(6).fill(sample(5)), ...Array(6).fill(sample(400))];
    assert.equal(bench.rules, 'loopDelay');
  });

  it('sees memory that grows and stays, not what the collector frees', () => {
    const at = (megabytes: number) => madeUpSample({ residentBytes: megabytes * 1_000_000 });
    bench.samples = [...Array(12).fill(at(200)), ...Array(12).fill(at(800))];
    assert.equal(bench.rules, 'memory');
    bench.samples = [...Array(12).fill(at(200)), ...Array(11).fill(at(800)), at(300)];
    assert.equal(bench.rules, '');
  });

  it('sees a pool that stays exhausted', () => {
    bench.waiting = 2;
    assert.equal(bench.rules, '');
    assert.equal(bench.rules, '');
    assert.equal(bench.rules, 'pools');
    bench.waiting = 0;
    assert.equal(bench.rules, '');
  });

  it('sees a full store, once it was looked at', () => {
    bench.bytes = 2_500_000_000;
    assert.equal(bench.rules, 'storage');
    bench.bytes = 10_000_000;
    assert.equal(bench.rules, '');
  });

  it('sees edits that do not match', () => {
    const tried = { name: 'duration', operation: 'edit.match', count: 20, value: 1 } as const;
    const failed = (count: number): MadeUpSeries => ({
      name: 'error',
      operation: 'edit.match/missing',
      count,
      value: 1,
    });
    bench.series = [tried, failed(10)];
    assert.equal(bench.rules, 'edits');
    bench.series = [tried, failed(4)];
    assert.equal(bench.rules, '');
  });
});

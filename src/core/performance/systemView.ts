import type { PoolRow, SystemView } from '../../shared/perf.ts';
import type { ProcessSample } from '../telemetry/processMonitor.ts';
import type { TelemetryReader } from '../telemetry/telemetryReader.ts';

const bytesPerMegabyte = 1_000_000;
const unknown: Omit<ProcessSample, 'atMs'> = {
  residentBytes: 0,
  heapBytes: 0,
  loopDelayMs: { p50: 0, p99: 0, max: 0 },
  openHandles: 0,
};

/** Pools, the queue of requests, databases and the process, as they are now and over the last hour. */
export function systemView(
  reader: Pick<TelemetryReader, 'processSamples' | 'sources'>,
): SystemView {
  const samples = reader.processSamples();
  const { residentBytes, heapBytes, loopDelayMs, openHandles } = samples.at(-1) ?? unknown;
  const queue = reader.sources('counters').get('queue');
  return {
    memoryBytes: residentBytes,
    heapBytes,
    loopDelayMs,
    openHandles,
    queue: { running: queue?.['running'] ?? 0, waiting: queue?.['waiting'] ?? 0 },
    pools: [...reader.sources('pools')].map(
      ([name, { created, inUse, idle, waiting, waits, totalWaitMs }]): PoolRow => ({
        name,
        created,
        inUse,
        idle,
        waiting,
        waits,
        totalWaitMs,
      }),
    ),
    databases: [...reader.sources('databases')].map(
      ([name, { reads, commits, written, totalMs, errors }]) => ({
        name,
        queries: reads + commits,
        totalMs,
        errors,
        ...(commits === 0 ? {} : { rowsPerBatch: written / commits }),
      }),
    ),
    series: {
      times: samples.map(({ atMs }) => atMs),
      lines: [
        {
          name: 'Memory, MB',
          values: samples.map((sample) => sample.residentBytes / bytesPerMegabyte),
        },
        { name: 'Delay, ms', values: samples.map((sample) => sample.loopDelayMs.max) },
      ],
    },
  };
}

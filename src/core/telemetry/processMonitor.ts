import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Attributes } from '@opentelemetry/api';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { RingBuffer } from '../../base/ringBuffer.ts';
import { slipstream } from './genAiAttributes.ts';

/** What this process, which all extensions of the window share, was like for one period. */
export interface ProcessSample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** How much later than asked for timers ran, milliseconds. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Timers, sockets, files and processes that keep the event loop alive. */
  readonly openHandles: number;
}

/** What is read of the process. */
export interface ProcessProbe extends Disposable {
  /** Figures since the last call. */
  read(): Omit<ProcessSample, 'atMs'>;
}

/** The longest that a burst of memory or a blocked loop stays unseen; a sample takes 0.1 ms. */
const samplePeriodMs = 5_000;
const keptSamples = 720;
/** Ten wake-ups a second cost nothing that can be measured, and no delay of 0.1 s is missed. */
const loopResolutionMs = 100;
const nanosecondsPerMs = 1_000_000;

/**
 * Samples the process now and then, so that spans can tell what it was like without asking the system
 * themselves. The last hour is kept.
 */
export class ProcessMonitor implements Disposable {
  private readonly clock: Clock;
  private readonly probe: ProcessProbe;
  private readonly kept = new RingBuffer<ProcessSample>(keptSamples);
  private last: ProcessSample | undefined;
  private ambient: Attributes = {};
  private timer: Disposable | undefined;

  /** Owns the probe. */
  constructor(clock: Clock, probe: ProcessProbe = createProcessProbe()) {
    this.clock = clock;
    this.probe = probe;
    this.sample();
  }

  get latest(): ProcessSample | undefined {
    return this.last;
  }

  /** The oldest first. */
  get samples(): readonly ProcessSample[] {
    return this.kept.toArray();
  }

  /** For the spans that begin now. */
  get attributes(): Attributes {
    return this.ambient;
  }

  dispose(): void {
    this.timer?.dispose();
    this.probe.dispose();
  }

  private sample(): void {
    const last = { atMs: this.clock.wallTime(), ...this.probe.read() };
    this.last = last;
    this.kept.push(last);
    this.ambient = {
      [slipstream.memoryBytes]: last.residentBytes,
      [slipstream.loopDelayMs]: last.loopDelayMs.max,
    };
    this.timer = this.clock.setTimeout(() => this.sample(), samplePeriodMs);
  }
}

/** Reads this very process. */
export function createProcessProbe(): ProcessProbe {
  const delays = monitorEventLoopDelay({ resolution: loopResolutionMs });
  delays.enable();
  return {
    read: () => {
      const { rss, heapUsed } = process.memoryUsage();
      const sample = {
        residentBytes: rss,
        heapBytes: heapUsed,
        loopDelayMs: {
          p50: delayMs(delays, (one) => one.percentile(50)),
          p99: delayMs(delays, (one) => one.percentile(99)),
          max: delayMs(delays, (one) => one.max),
        },
        openHandles: process.getActiveResourcesInfo().length,
      };
      delays.reset();
      return sample;
    },
    dispose: () => delays.disable(),
  };
}

/** Node measures from one wake-up to the next, so that the time between them is in it. */
function delayMs(delays: IntervalHistogram, read: (delays: IntervalHistogram) => number): number {
  const measuredMs = delays.count === 0 ? 0 : read(delays) / nanosecondsPerMs;
  return Math.max(0, Math.round((measuredMs - loopResolutionMs) * 10) / 10);
}

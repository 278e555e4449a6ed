import { formatDuration } from '../../shared/figures.ts';
import { labelOf } from '../report/operationLabels.ts';
import type { SpanRecord } from '../telemetry/recordingSpan.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TelemetryReader } from '../telemetry/telemetryReader.ts';
import { isProviderTime, isUserTime } from '../telemetry/traceTree.ts';
import type { Finding } from './alert.ts';

export interface SystemThresholds {
  readonly stalled: number;
  readonly loopDelay: number;
  readonly memory: number;
  readonly pools: number;
  readonly storage: number;
  readonly edits: number;
}

export interface SystemWatchParts {
  readonly reader: Pick<TelemetryReader, 'running' | 'processSamples' | 'sources' | 'recent'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly thresholds: () => SystemThresholds;
  /** What Slipstream keeps on disk, bytes; undefined before it was looked at. */
  readonly storedBytes: () => number | undefined;
}

const bytesPerMegabyte = 1_000_000;
/** Of the last minute, in samples of five seconds. */
const looked = 12;
const delayedOf = 6;
const leastEdits = 10;
/** These have time limits of their own and say how long they run. */
const patient: ReadonlySet<string> = new Set([
  operation.toolRun,
  operation.approvalWait,
  operation.bulkPause,
]);

/** The process, pools, the disk and what is under way. Looked at now and then. */
export class SystemWatch {
  private readonly parts: SystemWatchParts;
  /** How often in a row a pool had callers waiting. */
  private readonly waits = new Map<string, number>();

  constructor(parts: SystemWatchParts) {
    this.parts = parts;
  }

  /** What is out of the ordinary at this moment. To be called at even times. */
  findings(): readonly Finding[] {
    return [
      ...this.stalled(),
      ...this.pools(),
      ...[this.loopDelay(), this.memory(), this.storage(), this.edits()].flatMap(
        (found) => found ?? [],
      ),
    ];
  }

  private stalled(): readonly Finding[] {
    const limitMs = this.parts.thresholds().stalled * 1_000;
    return this.parts.reader.running().flatMap(({ traceId, root, phase }) => {
      const silentMs = this.parts.now() - phase.startMs;
      if (silentMs < limitMs || isOthersTime(phase) || patient.has(phase.name)) {
        return [];
      }
      return {
        rule: 'stalled' as const,
        subject: traceId,
        severity: 'warning' as const,
        title: `${labelOf(root.name)} makes no progress`,
        detail: `“${labelOf(phase.name)}” has lasted for ${formatDuration(silentMs)}. Stop it and try again if it goes on.`,
        traceId,
      };
    });
  }

  private pools(): readonly Finding[] {
    const { thresholds, reader } = this.parts;
    return [...reader.sources('pools')].flatMap(([name, { waiting, inUse }]) => {
      const inARow = waiting > 0 ? (this.waits.get(name) ?? 0) + 1 : 0;
      this.waits.set(name, inARow);
      if (inARow < thresholds().pools) {
        return [];
      }
      return {
        rule: 'pools' as const,
        subject: name,
        severity: 'info' as const,
        title: `All of ${name} are in use`,
        detail: `${waiting} callers wait for one of ${inUse}. Much at once is the usual cause; it passes by itself.`,
      };
    });
  }

  private loopDelay(): Finding | undefined {
    const limitMs = this.parts.thresholds().loopDelay;
    const samples = this.parts.reader.processSamples().slice(-looked);
    const delayed = samples.filter(({ loopDelayMs }) => loopDelayMs.max > limitMs);
    if (delayed.length < delayedOf) {
      return undefined;
    }
    const longestMs = Math.max(...delayed.map(({ loopDelayMs }) => loopDelayMs.max));
    return {
      rule: 'loopDelay',
      subject: 'host',
      severity: 'warning',
      title: 'The extension host is blocked again and again',
      detail: `Within the last minute it was late ${delayed.length} times, by ${formatDuration(longestMs)} at worst. All extensions share it: “Developer: Show Running Extensions” tells which one is busy.`,
    };
  }

  private memory(): Finding | undefined {
    const samples = this.parts.reader.processSamples();
    const recent = samples.slice(-looked);
    const start = Math.min(...samples.slice(0, looked).map((sample) => sample.residentBytes));
    // The least of the last minute: what the collector could not free.
    const now = Math.min(...recent.map((sample) => sample.residentBytes));
    const grownMegabytes = (now - start) / bytesPerMegabyte;
    if (samples.length < looked * 2 || grownMegabytes < this.parts.thresholds().memory) {
      return undefined;
    }
    return {
      rule: 'memory',
      subject: 'host',
      severity: 'warning',
      title: 'The extension host needs more and more memory',
      detail: `It holds ${Math.round(grownMegabytes)} MB more than an hour ago or at the start. All extensions share it; “Developer: Restart Extension Host” frees it, and threads and drafts stay.`,
    };
  }

  private storage(): Finding | undefined {
    const megabytes = (this.parts.storedBytes() ?? 0) / bytesPerMegabyte;
    if (megabytes < this.parts.thresholds().storage) {
      return undefined;
    }
    return {
      rule: 'storage',
      subject: 'disk',
      severity: 'info',
      title: 'Slipstream keeps much on disk',
      detail: `Threads, answers and figures take ${Math.round(megabytes)} MB. Deleted threads and “Slipstream: Clear the answer cache” make room.`,
    };
  }

  private edits(): Finding | undefined {
    const { reader, thresholds } = this.parts;
    const matches = reader.recent({ name: 'duration', operation: operation.editMatch });
    const tried = matches.reduce((sum, { histogram }) => sum + histogram.count, 0);
    const failed = reader
      .recent({ name: 'error' })
      .filter(({ key }) => key.operation.startsWith(`${operation.editMatch}/`))
      .reduce((sum, { histogram }) => sum + histogram.sum, 0);
    const percent = tried === 0 ? 0 : (failed / tried) * 100;
    if (tried < leastEdits || percent < thresholds().edits) {
      return undefined;
    }
    return {
      rule: 'edits',
      subject: 'edits',
      severity: 'info',
      title: 'Many edits do not match their files',
      detail: `${failed} of ${tried} edits in the last hour named text that the file did not have. A more capable model quotes more exactly; white space can be matched loosely (slipstream.edit.matching).`,
    };
  }
}

/** Nobody can say how long the user or a batch takes. */
function isOthersTime(phase: SpanRecord): boolean {
  return isUserTime(phase) || isProviderTime(phase);
}

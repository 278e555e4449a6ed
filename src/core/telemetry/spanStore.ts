import { Emitter, type Event } from '../../base/emitter.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { RingBuffer } from '../../base/ringBuffer.ts';
import type { RecordingSpan, SpanRecord } from './recordingSpan.ts';
import type { SpanSink } from './recordingTracer.ts';

/**
 * Some 700 requests of an agent, which is days of heavy use; about 8 MB (`test/bench/telemetry.ts`).
 */
export const keptSpans = 20_000;
/** A span that was never ended is a mistake of ours: so many are remembered before the oldest goes. */
const maxRunning = 2_000;

/** The spans of this window: those under way, and the last that ended. */
export class SpanStore implements SpanSink, Disposable {
  private readonly capacity: number;
  private readonly running = new Set<RecordingSpan>();
  private readonly rootEnds: Emitter<SpanRecord>;
  private ring: RingBuffer<SpanRecord>;
  private count = 0;
  private listener: ((span: SpanRecord) => void) | undefined;
  private exporter: ((span: SpanRecord) => void) | undefined;

  constructor(capacity = keptSpans) {
    this.capacity = capacity;
    this.ring = new RingBuffer(capacity);
    this.rootEnds = new Emitter();
  }

  /** Tells of each span that has ended and has no parent in this process. */
  get onDidEndRoot(): Event<SpanRecord> {
    return this.rootEnds.event;
  }

  /** Raised by each span that begins or ends, and by `clear`: nothing is new while it stays. */
  get sequence(): number {
    return this.count;
  }

  /** The one that measures what ends: a plain call, because it runs for each span. */
  measureWith(listener: (span: SpanRecord) => void): void {
    this.listener = listener;
  }

  /** The one that sends away what ends, as long as there is one. */
  exportWith(exporter: ((span: SpanRecord) => void) | undefined): void {
    this.exporter = exporter;
  }

  started(span: RecordingSpan): void {
    this.count += 1;
    this.running.add(span);
    if (this.running.size > maxRunning) {
      const [oldest] = this.running;
      this.running.delete(oldest ?? span);
    }
  }

  ended(span: RecordingSpan): void {
    this.count += 1;
    this.running.delete(span);
    this.keep(span);
    if (span.isRoot) {
      this.rootEnds.fire(span);
    }
  }

  /** Takes in a span that was recorded elsewhere, as in the webview. */
  add(span: SpanRecord): void {
    this.count += 1;
    this.keep(span);
  }

  /** Those that ended, from the first to end to the last, then those under way. */
  all(): readonly SpanRecord[] {
    return [...this.ring.toArray(), ...this.running];
  }

  live(): readonly SpanRecord[] {
    return [...this.running];
  }

  /** Forgets what has ended. */
  clear(): void {
    this.count += 1;
    this.ring = new RingBuffer(this.capacity);
  }

  dispose(): void {
    this.listener = undefined;
    this.exporter = undefined;
    this.rootEnds.dispose();
    this.running.clear();
    this.ring = new RingBuffer(1);
  }

  private keep(span: SpanRecord): void {
    this.ring.push(span);
    this.listener?.(span);
    this.exporter?.(span);
  }
}

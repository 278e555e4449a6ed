import type { Attributes, Context, Span, SpanKind, SpanOptions, Tracer } from '@opentelemetry/api';
import type { Clock } from '../../base/clock.ts';
import { slipstream } from './genAiAttributes.ts';
import { noAttributes, RecordingSpan, type SpanOwner, toEpochMs } from './recordingSpan.ts';
import { parentIn } from './spanContext.ts';
import { newSpanNumber, newTraceId } from './spanIds.ts';

/** Hears of each span twice. Must not throw, and be quick: it runs in the middle of everything. */
export interface SpanSink {
  started(span: RecordingSpan): void;
  ended(span: RecordingSpan): void;
}

export interface RecordingTracerOptions {
  readonly clock: Clock;
  readonly sink: SpanSink;
  /** Whether content may be kept beside spans; asked each time. */
  readonly capturesContent?: () => boolean;
  /** What roots and calls to others say of the process besides; asked for each of them. */
  readonly ambient?: () => Attributes | undefined;
}

/** The API's `SpanKind.CLIENT`, by value: importing it would load the API at activation. */
const clientSpanKind = 2;

/**
 * Makes spans that stay in this process, after the API's interface, so that call sites need not know.
 * The parent comes with the context that is given: there is no "current" span (see `traceScope.ts`).
 */
export class RecordingTracer implements Tracer, SpanOwner {
  private readonly clock: Clock;
  private readonly sink: SpanSink;
  private readonly askCapture: () => boolean;
  private readonly ambient: () => Attributes | undefined;

  constructor(options: RecordingTracerOptions) {
    const { clock, sink, capturesContent = () => false, ambient = () => undefined } = options;
    this.clock = clock;
    this.sink = sink;
    this.askCapture = capturesContent;
    this.ambient = ambient;
  }

  get capturesContent(): boolean {
    return this.askCapture();
  }

  now(): number {
    return this.clock.now();
  }

  startSpan(name: string, options: SpanOptions = {}, context?: Context): RecordingSpan {
    const { attributes, startTime, kind = 0, root } = options;
    const parent = root ? undefined : parentIn(context);
    const local = parent instanceof RecordingSpan ? parent : undefined;
    const startedMs = this.clock.now();
    const anchorMs = local ? local.anchorMs : this.clock.wallTime() - startedMs;
    const remote = local ? undefined : parent?.spanContext();
    const span = new RecordingSpan({
      owner: this,
      traceId: local?.traceId ?? remote?.traceId ?? newTraceId(),
      spanNumber: newSpanNumber(),
      parent: local?.spanNumber ?? remote?.spanId,
      name,
      kind,
      anchorMs,
      startedMs: startTime === undefined ? startedMs : toEpochMs(startTime) - anchorMs,
      attributes,
      surface: surfaceIn(attributes) ?? local?.surface ?? '',
    });
    if (!local || kind === clientSpanKind) {
      span.setAttributes(this.ambient() ?? noAttributes);
    }
    this.sink.started(span);
    return span;
  }

  /**
   * The same for a child that begins now, without the objects that the API's way takes: most spans are
   * such, some of them for each key.
   */
  startChild(
    parent: RecordingSpan,
    name: string,
    attributes: Attributes | undefined,
    kind: SpanKind,
  ): RecordingSpan {
    const span = new RecordingSpan({
      owner: this,
      traceId: parent.traceId,
      spanNumber: newSpanNumber(),
      parent: parent.spanNumber,
      name,
      kind,
      anchorMs: parent.anchorMs,
      startedMs: this.clock.now(),
      attributes,
      surface: surfaceIn(attributes) ?? parent.surface,
    });
    if (kind === clientSpanKind) {
      span.setAttributes(this.ambient() ?? noAttributes);
    }
    this.sink.started(span);
    return span;
  }

  ended(span: RecordingSpan): void {
    this.sink.ended(span);
  }

  /** Nothing is made current: the function gets its span and passes it on. */
  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: readonly [F] | readonly [SpanOptions, F] | readonly [SpanOptions, Context, F]
  ): ReturnType<F> {
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : {};
    const context = rest.length > 2 ? (rest[1] as Context) : undefined;
    const work = rest[rest.length - 1] as F;
    return work(this.startSpan(name, options, context)) as ReturnType<F>;
  }
}

function surfaceIn(attributes: Attributes | undefined): string | undefined {
  const value = attributes?.[slipstream.surface];
  return typeof value === 'string' ? value : undefined;
}

/**
 * A place in a trace, passed along with the work: new spans become children of its span.
 *
 * It is passed by hand, not by `AsyncLocalStorage`. The stages of the path to the model are async
 * iterators, whose body runs in the context of whoever asks for the next event: what is "current"
 * there is the reader, not the stage. And the storage would hook every promise of the extension
 * host, which all extensions share. A parameter is exact, free while tracing is off (`undefined`),
 * and shows in the types who takes part.
 */
import type { Attributes, Span, SpanKind, Tracer } from '@opentelemetry/api';
import { isCancellation } from '../../base/errors.ts';
import { formatTraceparent } from '../../shared/traceparent.ts';
import { general, slipstream } from './genAiAttributes.ts';
import { RecordingSpan } from './recordingSpan.ts';
import { RecordingTracer } from './recordingTracer.ts';
import { contextOf } from './spanContext.ts';

const internalSpanKind: SpanKind = 0;
const errorStatusCode = 2;

export class TraceScope {
  readonly span: Span;
  private readonly tracer: Tracer;
  private phase: TraceScope | undefined;
  private isEnded = false;

  /** Owns the span: `end` ends it. */
  constructor(tracer: Tracer, span: Span) {
    this.tracer = tracer;
    this.span = span;
  }

  /** A child that the caller ends. For work side by side with other children. */
  child(name: string, attributes?: Attributes, kind: SpanKind = internalSpanKind): TraceScope {
    if (this.tracer instanceof RecordingTracer && this.span instanceof RecordingSpan) {
      const span = this.tracer.startChild(this.span, name, attributes, kind);
      return new TraceScope(this.tracer, span);
    }
    const options = attributes ? { kind, attributes } : { kind };
    return new TraceScope(this.tracer, this.tracer.startSpan(name, options, contextOf(this.span)));
  }

  /**
   * Begins the next phase: a child that lasts until the next one begins, `leave` or `end`. Phases
   * follow one another without a gap, so that they explain all of the time. Undefined after the end:
   * what was stopped may still be on its way.
   */
  enter(name: string, attributes?: Attributes): TraceScope | undefined {
    const last = this.phase;
    this.phase = this.isEnded ? undefined : this.child(name, attributes);
    last?.endBefore(this.phase);
    return this.phase;
  }

  /** Ends the phase under way, for work that has a span of its own. */
  leave(): void {
    this.phase?.end();
    this.phase = undefined;
  }

  set(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  /** Whether the user has turned capture on: content must be gathered only then. */
  get capturesContent(): boolean {
    return this.span instanceof RecordingSpan && this.span.capturesContent;
  }

  /** Keeps content where the user has turned capture on; `make` is asked only then. */
  content(name: string, make: () => string): void {
    if (this.span instanceof RecordingSpan) {
      this.span.setContent(name, make);
    }
  }

  /** Says what went wrong, by its kind alone: messages may quote content. */
  fail(error: unknown): void {
    if (isCancellation(error)) {
      this.span.setAttribute(slipstream.isCancelled, true);
      return;
    }
    this.failAs(error instanceof Error ? error.name : 'unknown');
  }

  failAs(errorType: string): void {
    this.span.setAttribute(general.errorType, errorType);
    this.span.setStatus({ code: errorStatusCode });
  }

  end(): void {
    this.isEnded = true;
    this.leave();
    this.span.end();
  }

  /** Ends in the moment in which the next one began. */
  private endBefore(next: TraceScope | undefined): void {
    this.leave();
    if (next?.span instanceof RecordingSpan) {
      this.span.end(next.span.startMs);
    } else {
      this.span.end();
    }
  }

  /** As it crosses to the webview. */
  get traceparent(): string {
    return formatTraceparent(this.span.spanContext());
  }
}

/** Runs `work` in a child of `scope`, which ends with it. Without a scope nothing is traced. */
export async function inSpan<T>(
  scope: TraceScope | undefined,
  name: string,
  work: (child: TraceScope | undefined) => T | PromiseLike<T>,
  attributes?: Attributes,
): Promise<T> {
  if (!scope) {
    return work(undefined);
  }
  const child = scope.child(name, attributes);
  try {
    return await work(child);
  } catch (error) {
    child.fail(error);
    throw error;
  } finally {
    child.end();
  }
}

/** The same for what blocks. */
export function inSpanSync<T>(
  scope: TraceScope | undefined,
  name: string,
  work: (child: TraceScope | undefined) => T,
  attributes?: Attributes,
): T {
  if (!scope) {
    return work(undefined);
  }
  const child = scope.child(name, attributes);
  try {
    return work(child);
  } catch (error) {
    child.fail(error);
    throw error;
  } finally {
    child.end();
  }
}

import type { Context, Span, SpanContext } from '@opentelemetry/api';

/** The key under which the API keeps the span of a context: the same for every tracer. */
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');

/** A context that holds a span and nothing else, without loading the API for it. */
export function contextOf(span: Span): Context {
  return new SingleContext(spanKey, span, undefined);
}

/** The span that new ones are to be children of. */
export function parentIn(context: Context | undefined): Span | undefined {
  const span = context?.getValue(spanKey);
  return isSpan(span) ? span : undefined;
}

/** A span of another process: to be the parent of one here. */
export function remoteSpan(remote: Pick<SpanContext, 'traceId' | 'spanId'>): Span {
  return new RemoteSpan({ ...remote, traceFlags: 1, isRemote: true });
}

class SingleContext implements Context {
  private readonly key: symbol;
  private readonly value: unknown;
  private readonly rest: Context | undefined;

  constructor(key: symbol, value: unknown, rest: Context | undefined) {
    this.key = key;
    this.value = value;
    this.rest = rest;
  }

  getValue(key: symbol): unknown {
    return key === this.key ? this.value : this.rest?.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new SingleContext(key, value, this);
  }

  deleteValue(key: symbol): Context {
    return new SingleContext(key, undefined, this);
  }
}

/** Stands for a span elsewhere: nothing that is said of it is kept here. */
class RemoteSpan implements Span {
  private readonly place: SpanContext;

  constructor(place: SpanContext) {
    this.place = place;
  }

  spanContext(): SpanContext {
    return this.place;
  }

  isRecording(): boolean {
    return false;
  }

  end(): void {
    // It ends where it runs.
  }

  recordException(): void {
    // As above.
  }

  setAttribute = (): this => this;
  setAttributes = (): this => this;
  addEvent = (): this => this;
  addLink = (): this => this;
  addLinks = (): this => this;
  setStatus = (): this => this;
  updateName = (): this => this;
}

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'spanContext' in value;
}

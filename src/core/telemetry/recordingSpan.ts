import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import { genAi, general, slipstream } from './genAiAttributes.ts';
import { spanIdOf } from './spanIds.ts';

/** Something that happened at one moment of a span. */
export interface SpanEvent {
  readonly name: string;
  /** Milliseconds since 1970, with fractions. */
  readonly atMs: number;
  readonly attributes?: Attributes;
}

/** A span as it is read: one that runs has no duration yet. Holds no content but in `content`. */
export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent for a root; it may name a span of another process, or one that is no longer kept. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  /** Milliseconds; undefined while it runs. */
  readonly durationMs: number | undefined;
  readonly attributes: Readonly<Attributes>;
  readonly events: readonly SpanEvent[];
  readonly isError: boolean;
  /** The door that the operation came through, from its root down. */
  readonly surface: string;
  /** What the user or a model wrote, where the user has turned capture on. Never exported. */
  readonly content: Readonly<Record<string, string>> | undefined;
}

/** What a span needs of the tracer that made it. */
export interface SpanOwner {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  readonly capturesContent: boolean;
  ended(span: RecordingSpan): void;
}

export interface RecordingSpanStart {
  readonly owner: SpanOwner;
  readonly traceId: string;
  readonly spanNumber: number;
  /** The number of a span here, or the id of one elsewhere. */
  readonly parent: number | string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** What `now()` is to be added to for milliseconds since 1970: one figure for a whole trace. */
  readonly anchorMs: number;
  /** By `now()`. */
  readonly startedMs: number;
  /** Becomes the span's own. Undefined without any. */
  readonly attributes: Attributes | undefined;
  readonly surface: string;
}

/** What most spans have: the same for all of them, so that it can be told by looking. */
export const noAttributes: Readonly<Attributes> = Object.freeze({});
const noEvents: readonly SpanEvent[] = [];
// The API's enum, by value: importing it would load the API at activation.
const errorStatusCode = 2;
/** A storm of retries shall not fill the memory. */
const maxEvents = 32;

/** A span that is kept in this process. It is its own record, so that ending it copies nothing. */
export class RecordingSpan implements Span, SpanRecord {
  readonly traceId: string;
  readonly spanNumber: number;
  readonly kind: SpanKind;
  readonly surface: string;
  readonly anchorMs: number;
  name: string;
  startMs: number;
  durationMs: number | undefined;
  isError = false;
  content: Record<string, string> | undefined;
  private readonly owner: SpanOwner;
  private readonly parent: number | string | undefined;
  private happened: SpanEvent[] | undefined;
  private ownAttributes: Attributes | undefined;

  constructor(start: RecordingSpanStart) {
    this.owner = start.owner;
    this.traceId = start.traceId;
    this.spanNumber = start.spanNumber;
    this.parent = start.parent;
    this.name = start.name;
    this.kind = start.kind;
    this.anchorMs = start.anchorMs;
    this.startMs = start.anchorMs + start.startedMs;
    this.durationMs = undefined;
    this.ownAttributes = start.attributes;
    this.surface = start.surface;
    this.content = undefined;
    this.happened = undefined;
  }

  get spanId(): string {
    return spanIdOf(this.spanNumber);
  }

  get parentSpanId(): string | undefined {
    return typeof this.parent === 'number' ? spanIdOf(this.parent) : this.parent;
  }

  get isRoot(): boolean {
    return this.parent === undefined;
  }

  get attributes(): Readonly<Attributes> {
    return this.ownAttributes ?? noAttributes;
  }

  get events(): readonly SpanEvent[] {
    return this.happened ?? noEvents;
  }

  spanContext(): SpanContext {
    return { traceId: this.traceId, spanId: this.spanId, traceFlags: 1 };
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.durationMs === undefined) {
      this.ownAttributes ??= {};
      this.ownAttributes[key] = value;
    }
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.durationMs === undefined) {
      this.ownAttributes = Object.assign(this.ownAttributes ?? {}, attributes);
    }
    return this;
  }

  get capturesContent(): boolean {
    return this.owner.capturesContent;
  }

  /** Keeps content where the user wants it kept; `make` is asked only then. */
  setContent(name: string, make: () => string): void {
    if (this.owner.capturesContent && this.durationMs === undefined) {
      this.content = { ...this.content, [name]: make() };
    }
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput): this {
    if (this.durationMs === undefined && this.events.length < maxEvents) {
      const attributes = isAttributes(attributesOrTime) ? { attributes: attributesOrTime } : {};
      this.happened ??= [];
      this.happened.push({ name, atMs: this.anchorMs + this.owner.now(), ...attributes });
    }
    return this;
  }

  /** Nothing here reads links. */
  addLink(_link: Link): this {
    return this;
  }

  addLinks(_links: Link[]): this {
    return this;
  }

  /** Without the message, which may quote content. */
  setStatus({ code }: SpanStatus): this {
    this.isError = code === errorStatusCode;
    return this;
  }

  updateName(name: string): this {
    this.name = name;
    return this;
  }

  end(endTime?: TimeInput): void {
    if (this.durationMs !== undefined) {
      return;
    }
    const endMs = endTime === undefined ? this.anchorMs + this.owner.now() : toEpochMs(endTime);
    this.durationMs = Math.max(0, endMs - this.startMs);
    this.owner.ended(this);
  }

  isRecording(): boolean {
    return this.durationMs === undefined;
  }

  /** The kind of the error alone: its message may quote content. */
  recordException(exception: Exception): void {
    const name = typeof exception === 'object' && 'name' in exception ? exception.name : undefined;
    this.setAttribute(general.errorType, name ?? 'unknown');
  }

  toJSON(): SpanJson {
    return spanJson(this);
  }

  /** The model that answered or was to, where the span is about one. */
  get model(): string {
    const model = this.attributes[genAi.responseModel] ?? this.attributes[genAi.requestModel];
    return typeof model === 'string' ? model : '';
  }

  /** The cache tier, or the way of a connection, where the span is about one. */
  get tier(): string {
    const tier = this.attributes[slipstream.cacheTier] ?? this.attributes[slipstream.connectionWay];
    return typeof tier === 'string' ? tier : '';
  }
}

/** A span as it leaves this process: without captured content. */
export interface SpanJson {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  /** Absent while it runs. */
  readonly durationMs?: number;
  readonly surface: string;
  readonly isError: boolean;
  readonly attributes: Readonly<Attributes>;
  readonly events: readonly SpanEvent[];
}

export function spanJson(span: SpanRecord): SpanJson {
  const { traceId, spanId, parentSpanId, name, kind, startMs, durationMs } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind,
    startMs,
    ...(durationMs === undefined ? {} : { durationMs }),
    surface: span.surface,
    isError: span.isError,
    attributes: span.attributes,
    events: span.events,
  };
}

/** A number is milliseconds since 1970, a pair seconds and nanoseconds. */
export function toEpochMs(time: TimeInput): number {
  if (typeof time === 'number') {
    return time;
  }
  return time instanceof Date ? time.getTime() : time[0] * 1_000 + time[1] / 1_000_000;
}

function isAttributes(value: Attributes | TimeInput | undefined): value is Attributes {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

import { slipstream } from './genAiAttributes.ts';
import type { SpanRecord } from './recordingSpan.ts';

/** One operation: a root span and what it consisted of. */
export interface Trace {
  readonly traceId: string;
  /** The first span without a parent that is kept. */
  readonly root: SpanRecord;
  /** Parents before their children, siblings in the order they began. */
  readonly spans: readonly SpanRecord[];
  readonly isRunning: boolean;
}

/** The traces that these spans make, in the order their roots began. */
export function buildTraces(spans: readonly SpanRecord[]): readonly Trace[] {
  const byTrace = new Map<string, SpanRecord[]>();
  for (const span of spans) {
    const known = byTrace.get(span.traceId);
    if (known) {
      known.push(span);
    } else {
      byTrace.set(span.traceId, [span]);
    }
  }
  return [...byTrace.values()]
    .flatMap(buildTrace)
    .sort((left, right) => left.root.startMs - right.root.startMs);
}

/** Undefined where no span is kept of it. */
export function buildTrace(spans: readonly SpanRecord[]): readonly Trace[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const children = new Map<string, SpanRecord[]>();
  const roots: SpanRecord[] = [];
  for (const span of [...spans].sort(byStart)) {
    const { parentSpanId } = span;
    const siblings = parentSpanId === undefined ? undefined : children.get(parentSpanId);
    if (parentSpanId === undefined || !ids.has(parentSpanId)) {
      roots.push(span);
    } else if (siblings) {
      // A job over many files has thousands below one span: they are not copied for each.
      siblings.push(span);
    } else {
      children.set(parentSpanId, [span]);
    }
  }
  const [root] = roots;
  if (!root) {
    return [];
  }
  return [
    {
      traceId: root.traceId,
      root,
      spans: roots.flatMap((one) => withDescendants(one, children)),
      isRunning: spans.some(({ durationMs }) => durationMs === undefined),
    },
  ];
}

/**
 * The share of a span's time in which at least one of its children ran, 0 to 1: how much of it is
 * explained. A span that took no time is explained. `nowMs` is the end of those that still run.
 */
export function explainedShare(
  span: SpanRecord,
  spans: readonly SpanRecord[],
  nowMs: number,
): number {
  const endMs = endOf(span, nowMs);
  const lengthMs = endMs - span.startMs;
  if (lengthMs <= 0) {
    return 1;
  }
  const parts = spans
    .filter(({ parentSpanId }) => parentSpanId === span.spanId)
    .map((child) => ({
      from: Math.max(child.startMs, span.startMs),
      to: Math.min(endOf(child, nowMs), endMs),
    }))
    .sort((left, right) => left.from - right.from);
  let explainedMs = 0;
  let reachedMs = span.startMs;
  for (const { from, to } of parts) {
    explainedMs += Math.max(0, to - Math.max(from, reachedMs));
    reachedMs = Math.max(reachedMs, to);
  }
  return explainedMs / lengthMs;
}

/** Whether the user was waited for in it. */
export function isUserTime({ attributes }: SpanRecord): boolean {
  return attributes[slipstream.isUserTime] === true;
}

/** Whether the provider works on what it was sent, for as long as it takes. */
export function isProviderTime({ attributes }: SpanRecord): boolean {
  return attributes[slipstream.isProviderTime] === true;
}

function withDescendants(
  span: SpanRecord,
  children: ReadonlyMap<string, readonly SpanRecord[]>,
): readonly SpanRecord[] {
  const own = children.get(span.spanId) ?? [];
  return [span, ...own.flatMap((child) => withDescendants(child, children))];
}

function endOf({ startMs, durationMs }: SpanRecord, nowMs: number): number {
  return durationMs === undefined ? nowMs : startMs + durationMs;
}

function byStart(left: SpanRecord, right: SpanRecord): number {
  return left.startMs - right.startMs;
}

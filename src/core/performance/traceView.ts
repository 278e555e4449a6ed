import type { SpanView, TraceView } from '../../shared/perf.ts';
import { labelOf } from '../report/operationLabels.ts';
import { genAi, slipstream } from '../telemetry/genAiAttributes.ts';
import type { SpanRecord } from '../telemetry/recordingSpan.ts';
import { isProviderTime, isUserTime, type Trace } from '../telemetry/traceTree.ts';

/** One operation as the panel draws it. */
export function traceView({ traceId, root, spans }: Trace, now: number): TraceView {
  const threadId = first(spans, genAi.conversationId);
  const modelReason = first(spans, slipstream.routeReason);
  const cacheMissCause = first(spans, slipstream.promptCacheMiss);
  return {
    traceId,
    title: labelOf(root.name),
    startedAt: root.startMs,
    // What was applied of a job's answers comes after its root.
    durationMs: Math.max(...spans.map((span) => endOf(span, now))) - root.startMs,
    ...(threadId === undefined ? {} : { threadId }),
    ...(modelReason === undefined ? {} : { modelReason }),
    ...(cacheMissCause === undefined
      ? {}
      : { cacheMissCause: cacheMissCause.replaceAll('_', ' ') }),
    spans: spans.map((span) => spanView(span, root.startMs, now)),
  };
}

function endOf({ startMs, durationMs }: SpanRecord, now: number): number {
  return durationMs === undefined ? Math.max(now, startMs) : startMs + durationMs;
}

function spanView(span: SpanRecord, rootMs: number, now: number): SpanView {
  const { spanId, parentSpanId, name, startMs, durationMs, isError } = span;
  return {
    id: spanId,
    ...(parentSpanId === undefined ? {} : { parentId: parentSpanId }),
    name: labelOf(name),
    startMs: startMs - rootMs,
    durationMs: durationMs ?? Math.max(0, now - startMs),
    isUserTime: isUserTime(span),
    isProviderTime: isProviderTime(span),
    isError,
    isRunning: durationMs === undefined,
    attributes: attributesOf(span),
  };
}

function attributesOf({
  attributes,
  events,
  startMs,
  content,
}: SpanRecord): SpanView['attributes'] {
  return [
    ...Object.entries(attributes).map(([name, value]) => [name, String(value)] as const),
    ...events.map(({ name, atMs }) => [name, `after ${Math.round(atMs - startMs)} ms`] as const),
    // Present only where the user has turned capture on; it never leaves this machine.
    ...Object.entries(content ?? {}).map(([name, text]) => [`content: ${name}`, text] as const),
  ];
}

function first(spans: readonly SpanRecord[], name: string): string | undefined {
  for (const { attributes } of spans) {
    const value = attributes[name];
    if (typeof value === 'string' && value !== '') {
      return value;
    }
  }
  return undefined;
}

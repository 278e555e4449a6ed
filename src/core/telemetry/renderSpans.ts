import type { RenderReport } from '../../shared/protocol.ts';
import { parseTraceparent, type TraceParent } from '../../shared/traceparent.ts';
import { slipstream } from './genAiAttributes.ts';
import type { SpanRecord } from './recordingSpan.ts';
import type { RecordingTracer } from './recordingTracer.ts';
import { contextOf, remoteSpan } from './spanContext.ts';
import { operation } from './spanNames.ts';

/** Longer than any turn: what claims to be is a mistake, or no page of ours. */
const maxDurationMs = 24 * 3_600_000;

/** What takes the spans of a page. */
export interface RenderSink {
  readonly tracer: RecordingTracer;
  /** Takes in a span as it was recorded elsewhere. */
  readonly add: (span: SpanRecord) => void;
}

/**
 * Adds what the panel tells of a turn to the turn's trace. Where the panel began it, the panel's own
 * span is the root, in which the turn and the drawing are. What makes no sense is left out.
 */
export function addRenderSpans(sink: RenderSink, report: RenderReport, nowMs: number): void {
  const turn = parseTraceparent(report.traceparent);
  const { sinceStartMs, sinceEndMs, sendMs = 0, frames, busyMs, longestMs } = report;
  if (!turn || ![sinceStartMs, sinceEndMs, sendMs, frames, busyMs, longestMs].every(isPlausible)) {
    return;
  }
  const origin = originOf(report, turn);
  const parent = contextOf(remoteSpan(origin ?? turn));
  const surface = { [slipstream.surface]: 'chat' };
  if (origin) {
    const heardMs = nowMs - sinceStartMs;
    const startTime = heardMs - sendMs;
    sink.add(panelSpan(origin, startTime, nowMs));
    const options = { startTime, attributes: { ...surface } };
    sink.tracer.startSpan(operation.panelSend, options, parent).end(heardMs);
  }
  const attributes = {
    ...surface,
    [slipstream.frames]: frames,
    [slipstream.busyMs]: busyMs,
    [slipstream.longestFrameMs]: longestMs,
  };
  const options = { startTime: nowMs - sinceEndMs, attributes };
  sink.tracer.startSpan(operation.panelRender, options, parent).end(nowMs);
}

function originOf({ origin, sendMs }: RenderReport, turn: TraceParent): TraceParent | undefined {
  const place = parseTraceparent(origin);
  return sendMs !== undefined && place?.traceId === turn.traceId ? place : undefined;
}

/** The page's own span, from the key to the frame that shows the end. */
function panelSpan({ traceId, spanId }: TraceParent, startMs: number, endMs: number): SpanRecord {
  return {
    traceId,
    spanId,
    parentSpanId: undefined,
    name: operation.panelTurn,
    kind: 0,
    startMs,
    durationMs: endMs - startMs,
    attributes: { [slipstream.surface]: 'chat' },
    events: [],
    isError: false,
    surface: 'chat',
    content: undefined,
  };
}

function isPlausible(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= maxDurationMs;
}

import type { RenderReport } from '../../shared/protocol.ts';
import { parseTraceparent } from '../../shared/traceparent.ts';
import { slipstream } from './genAiAttributes.ts';
import type { RecordingTracer } from './recordingTracer.ts';
import { contextOf, remoteSpan } from './spanContext.ts';
import { operation } from './spanNames.ts';

/** Longer than any turn: what claims to be is a mistake, or no page of ours. */
const maxDurationMs = 24 * 3_600_000;

/** Adds what the panel tells of a turn to the turn's trace. What makes no sense is left out. */
export function addRenderSpans(tracer: RecordingTracer, report: RenderReport, nowMs: number): void {
  const place = parseTraceparent(report.traceparent);
  const { sinceStartMs, sinceEndMs, sendMs = 0, frames, busyMs, longestMs } = report;
  if (!place || ![sinceStartMs, sinceEndMs, sendMs, frames, busyMs, longestMs].every(isPlausible)) {
    return;
  }
  const parent = contextOf(remoteSpan(place));
  const surface = { [slipstream.surface]: 'chat' };
  if (report.sendMs !== undefined) {
    const heardMs = nowMs - sinceStartMs;
    const options = { startTime: heardMs - sendMs, attributes: { ...surface } };
    tracer.startSpan(operation.panelSend, options, parent).end(heardMs);
  }
  const attributes = {
    ...surface,
    [slipstream.frames]: frames,
    [slipstream.busyMs]: busyMs,
    [slipstream.longestFrameMs]: longestMs,
  };
  const options = { startTime: nowMs - sinceEndMs, attributes };
  tracer.startSpan(operation.panelRender, options, parent).end(nowMs);
}

function isPlausible(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= maxDurationMs;
}

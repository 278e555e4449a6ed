import type { SpanRecord } from './recordingSpan.ts';
import type { RunningOperation } from './telemetryReader.ts';

/** The operations that these live spans belong to, the oldest first. */
export function runningOperations(live: readonly SpanRecord[]): readonly RunningOperation[] {
  const ids = new Set(live.map(({ spanId }) => spanId));
  const parents = new Set(live.map(({ parentSpanId }) => parentSpanId));
  return live
    .filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))
    .map((root) => {
      const leaves = live.filter(
        ({ traceId, spanId }) => traceId === root.traceId && !parents.has(spanId),
      );
      const phase = leaves.reduce(
        (latest, leaf) => (leaf.startMs >= latest.startMs ? leaf : latest),
        leaves[0] ?? root,
      );
      return { traceId: root.traceId, root, phase };
    });
}

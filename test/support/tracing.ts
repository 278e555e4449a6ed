import type { Clock } from '../../src/base/clock.ts';
import type { ProcessProbe } from '../../src/core/telemetry/processMonitor.ts';
import type { SpanRecord } from '../../src/core/telemetry/recordingSpan.ts';
import { Telemetry, type TelemetryOptions } from '../../src/core/telemetry/telemetry.ts';
import type { Trace } from '../../src/core/telemetry/traceTree.ts';

/** A process that is always the same. */
export function stillProbe(): ProcessProbe {
  return {
    read: () => ({
      residentBytes: 100_000_000,
      heapBytes: 50_000_000,
      loopDelayMs: { p50: 1, p99: 2, max: 3 },
      openHandles: 4,
    }),
    dispose: () => undefined,
  };
}

/** Everything is measured. The caller disposes of it. */
export function createTestTelemetry(
  clock: Clock,
  changes: Partial<TelemetryOptions> = {},
): Telemetry {
  return new Telemetry({
    clock,
    version: '0.0.0',
    isEnabled: () => true,
    capturesContent: () => false,
    onProblem: (error) => {
      throw error;
    },
    probe: stillProbe,
    ...changes,
  });
}

/** A trace as nested names, for a look at its shape: `turn(message.prepare tools(…))`. */
export function shapeOf({ root, spans }: Trace): string {
  const shape = (span: SpanRecord): string => {
    const children = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId);
    return children.length === 0 ? span.name : `${span.name}(${children.map(shape).join(' ')})`;
  };
  return shape(root);
}

import { slipstream } from '../telemetry/genAiAttributes.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import type { Tracing } from '../telemetry/tracing.ts';

const surface = 'completion';

/** Counts a look at what is known already: a key that it answers is too quick for a span. */
export function countKnown(tracing: Tracing | undefined, isKnown: boolean): void {
  const name = isKnown ? 'cacheHit' : 'cacheMiss';
  tracing?.count({ name, operation: operation.completion, surface, tier: 'reuse' });
}

/** Runs what a key asks for in a trace of its own. */
export async function tracedKey<T>(
  tracing: Tracing | undefined,
  work: (trace: TraceScope | undefined) => Promise<T>,
): Promise<T> {
  const attributes = { [slipstream.surface]: surface };
  const trace = tracing?.begin(operation.completion, { attributes });
  try {
    return await work(trace);
  } finally {
    trace?.end();
  }
}

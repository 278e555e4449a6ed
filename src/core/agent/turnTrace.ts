import { genAi, slipstream } from '../telemetry/genAiAttributes.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { TurnEnd } from './turn.ts';

/**
 * Where a turn began: in the panel, as a `traceparent`, or with a command, which has begun the trace
 * already and hands it over.
 */
export type TurnOrigin = string | TraceScope;

export interface TurnTraceParts {
  readonly threadId: string;
  /** Absent where nobody measures. */
  readonly tracing?: Tracing | undefined;
  readonly origin: TurnOrigin | undefined;
}

/** The trace of a turn, from the key, click or command on. Undefined where nobody measures. */
export function beginTurnTrace(
  tracing: Tracing | undefined,
  traceparent?: string,
): TraceScope | undefined {
  return tracing?.begin(operation.turn, {
    traceparent,
    attributes: { [genAi.operationName]: 'invoke_agent', [slipstream.surface]: 'chat' },
  });
}

/**
 * Begins a turn in a trace of its own, which goes on after it has begun: `endTurnTrace` ends it. Where
 * the turn cannot begin, the trace ends with that.
 */
export async function beginTraced<T>(
  { threadId, tracing, origin }: TurnTraceParts,
  begin: (trace: TraceScope | undefined) => Promise<T>,
): Promise<T> {
  const isTraceparent = typeof origin === 'string' || origin === undefined;
  const trace = isTraceparent ? beginTurnTrace(tracing, origin) : origin;
  trace?.set({ [genAi.conversationId]: threadId });
  trace?.enter(operation.messagePrepare);
  try {
    return await begin(trace);
  } catch (error) {
    trace?.fail(error);
    trace?.end();
    throw error;
  }
}

/** For the panel, which tells what it took to draw the answer. */
export function traceparentOf(trace: TraceScope | undefined): { readonly traceparent?: string } {
  return trace ? { traceparent: trace.traceparent } : {};
}

export function endTurnTrace(trace: TraceScope | undefined, end: TurnEnd, turnId: string): void {
  if (end.kind === 'failed') {
    trace?.failAs(end.failure.kind);
  }
  trace?.set({ [slipstream.turnEnd]: end.kind, [slipstream.turnId]: turnId });
  trace?.end();
}

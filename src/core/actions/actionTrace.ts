import type { Clock } from '../../base/clock.ts';
import { DecisionTrail } from '../model/decisionTrail.ts';
import type { ModelRequest, Surface } from '../model/request.ts';
import { slipstream } from '../telemetry/genAiAttributes.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import type { Tracing } from '../telemetry/tracing.ts';

/** What actions that begin at a piece of code are traced with. */
export interface ActionTracing {
  readonly tracing: Tracing;
  readonly clock: Clock;
}

export interface ActionKind {
  /** The name of the root: an operation of `spanNames.ts`. */
  readonly name: string;
  readonly surface: Surface;
}

/**
 * Runs what the user chose as one operation, from the choice to the edit that was applied. It begins
 * with looking at what is meant; `work` enters the phases that follow.
 */
export async function tracedAction<T>(
  tracing: Tracing,
  { name, surface }: ActionKind,
  work: (trace: TraceScope | undefined) => Promise<T>,
): Promise<T> {
  const trace = tracing.begin(name, { attributes: { [slipstream.surface]: surface } });
  trace?.enter(operation.actionGather);
  try {
    return await work(trace);
  } catch (error) {
    trace?.fail(error);
    throw error;
  } finally {
    trace?.end();
  }
}

/** The user is asked for something: their time, not ours. */
export function awaitUser(trace: TraceScope | undefined): void {
  trace?.enter(operation.userInput, { [slipstream.isUserTime]: true });
}

/** The request as a part of the operation. What was under way before it ends here. */
export function requestWithin(
  trace: TraceScope | undefined,
  clock: Clock,
  request: ModelRequest,
): ModelRequest {
  trace?.leave();
  return trace ? { ...request, trail: new DecisionTrail(clock, trace) } : request;
}

import type { Clock } from '../../base/clock.ts';
import type { ModelFailure, ModelGateway } from '../model/request.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { CompletionPrompts, CompletionShaping, LocalPredictor } from './completion.ts';
import type { CompletionKeeping } from './completionReuse.ts';
import type { CompletionModel } from './runningCompletion.ts';

/** What a `CompletionEngine` is made of. */
export interface CompletionEngineParts {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly prompts: CompletionPrompts;
  /** Of the prompts and of what is made of the answers. */
  readonly promptVersion: number;
  readonly shaping: CompletionShaping;
  readonly predictor: LocalPredictor;
  readonly gateway: ModelGateway;
  readonly keeping: CompletionKeeping;
  /** Undefined while there is none. */
  readonly model: () => CompletionModel | undefined;
  /** What the user wants to pass after a key at least, milliseconds. */
  readonly minDebounceMs: () => number;
  /** Whether this machine answers while the model takes its time. */
  readonly isLocalWhileSlow: () => boolean;
  /** Whether this machine answers while there is no model. */
  readonly isLocalEnabled: () => boolean;
  readonly onFailure: (failure: ModelFailure) => void;
  /** Absent where nobody measures. */
  readonly tracing?: Tracing;
  /** A mistake of ours. */
  readonly onInternalError: (error: unknown) => void;
}

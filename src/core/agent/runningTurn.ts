import { UserError } from '../../base/errors.ts';
import type { ThreadStatus } from '../../shared/views.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import type { LiveTurn } from './liveTurn.ts';

/** A turn from the moment it is asked for. */
export interface RunningTurn {
  /** Undefined until its message has its place in the conversation. */
  turn: LiveTurn | undefined;
  /** What happens where it is no turn, but keeps others from beginning. */
  status?: ThreadStatus;
  /** Absent where nothing is traced. */
  readonly trace?: TraceScope | undefined;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  readonly settle: (work?: Promise<void>) => void;
}

/** A turn that has no place in the conversation yet. `settle` says when, or with what, it ends. */
export function newRunningTurn(): RunningTurn {
  let settle: RunningTurn['settle'] = () => undefined;
  const ended = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { turn: undefined, controller: new AbortController(), ended, settle };
}

/** Throws `UserError` while something is under way. */
export function refuseWhile(running: RunningTurn | undefined): void {
  if (running) {
    const doing = running.status ? 'summarizing' : 'answering in';
    throw new UserError(`Slipstream is still ${doing} this thread. Stop it first.`);
  }
}

import { DecisionTrail } from '../model/decisionTrail.ts';
import type { FixedRequest } from './fixedRequest.ts';
import type { LiveTurn } from './liveTurn.ts';
import { type LoneTurn, runLoneTurn } from './loneTurns.ts';
import type { RunningTurn } from './runningTurn.ts';
import type { ThreadCompaction } from './threadCompaction.ts';
import type { ThreadHistory } from './threadHistory.ts';
import type { LiveThreadParts, ModelProfile } from './threadParts.ts';
import { type Approver, ToolRunner } from './toolRunner.ts';
import { runTurn, type TurnEnd } from './turn.ts';
import { TurnContext } from './turnContext.ts';

export interface TurnRunParts {
  readonly thread: LiveThreadParts<unknown>;
  readonly turn: LiveTurn;
  readonly running: RunningTurn;
  /** What is the same in each of its requests. */
  readonly fixed: FixedRequest;
  /** Set where the message is answered by itself. */
  readonly alone: LoneTurn | undefined;
  readonly profile: ModelProfile;
  readonly history: ThreadHistory;
  readonly compaction: ThreadCompaction;
  readonly approver: Approver;
}

/** Runs a turn to its end: the agent's loop, or one answer where it is asked alone. */
export function runAnyTurn(parts: TurnRunParts): Promise<TurnEnd> {
  const { thread, turn, fixed, alone, profile, history, compaction } = parts;
  const { controller, trace } = parts.running;
  const tools = new ToolRunner({
    tools: thread.tools,
    approver: parts.approver,
    journal: turn,
    clock: thread.clock,
  });
  const loop = { model: thread.gateway, thread: turn, tools, trace };
  if (alone) {
    const trail = new DecisionTrail(thread.clock, trace);
    return runLoneTurn(loop, { ...fixed, trail }, alone, controller.signal);
  }
  const { context } = thread;
  const summarizing = (): void => turn.summarizing();
  const own = { fixed, profile, history, compaction, context, thread, summarizing, trace };
  const prompts = new TurnContext(own);
  return runTurn({ ...loop, maxRounds: thread.maxRounds(), prompts }, controller.signal);
}

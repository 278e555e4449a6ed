import { type AssistantBlock, noUsage, type ToolUseBlock } from '../model/message.ts';
import type {
  ModelFailure,
  ModelGateway,
  ModelRequest,
  Outcome,
  StopReason,
} from '../model/request.ts';
import { slipstream } from '../telemetry/genAiAttributes.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import { type Answer, type AnswerObserver, streamAnswer } from './answer.ts';
import { toolUses } from './history.ts';
import { LoopGuard } from './loopGuard.ts';

/** Why a turn ended. Exactly one per turn. */
export type TurnEnd =
  | { readonly kind: 'done' }
  /** With an answer that was kept from an earlier turn. */
  | { readonly kind: 'keptAnswer' }
  | { readonly kind: 'emptyAnswer' }
  | { readonly kind: 'outputLimit' }
  /** The model found the prompt too long, and nothing of it could be left out. */
  | { readonly kind: 'windowFull' }
  /** What must be sent is too large for the model; `reason` is for the user. */
  | { readonly kind: 'tooLarge'; readonly reason: string }
  | { readonly kind: 'refused'; readonly category?: string }
  | { readonly kind: 'roundLimit'; readonly rounds: number }
  | { readonly kind: 'repetition'; readonly toolName: string }
  | { readonly kind: 'cancelled' }
  | {
      readonly kind: 'failed';
      readonly failure: ModelFailure;
      /** Whether something of the turn is kept that it can go on from: a part of an answer, or tools. */
      readonly hasBegun: boolean;
    };

export type NextRequest =
  | { readonly kind: 'request'; readonly request: ModelRequest }
  /** Not even the least that must be sent fits the model; `reason` is for the user. */
  | { readonly kind: 'tooLarge'; readonly reason: string; readonly model: string };

/** Where the requests of a turn come from. */
export interface TurnPrompts {
  /** All messages so far, those of this turn included, as far as they fit the model. */
  next(signal: AbortSignal): Promise<NextRequest>;
  /** Hears of each answer to the last request. */
  answered(answer: Answer): void;
  /** After the model found a prompt too long: whether the next one is shorter. */
  makeRoom(signal: AbortSignal): Promise<boolean>;
}

/** Where what happens in a turn is kept. */
export interface TurnThread {
  /** Opens the record of the next answer, and hears how it grows. */
  beginAnswer(): AnswerObserver;
  /** Closes the record of the answer. */
  endAnswer(answer: Answer): void;
}

/** Answers the tool uses of one answer, each exactly once, by keeping a result in the thread. */
export interface ToolRound {
  run(
    uses: readonly ToolUseBlock[],
    /** Why a use's input could not be read, by its id. */
    inputErrors: ReadonlyMap<string, string>,
    signal: AbortSignal,
    trace?: TraceScope,
  ): Promise<void>;
  /** Answers without running, because the turn stops here. */
  refuse(uses: readonly ToolUseBlock[], reason: string): void;
}

export interface TurnParts {
  readonly model: ModelGateway;
  readonly thread: TurnThread;
  readonly tools: ToolRound;
  readonly maxRounds: number;
  readonly prompts: TurnPrompts;
  /** The turn's own; absent where nothing is traced. */
  readonly trace?: TraceScope | undefined;
}

/**
 * The agent's loop: asks the model, runs the tools it asks for, and goes on until it stops.
 * Never throws for what the model or a tool does; every turn ends in exactly one `TurnEnd`.
 * @throws What a bug in one of its parts throws, with the answer so far kept.
 */
export async function runTurn(parts: TurnParts, signal: AbortSignal): Promise<TurnEnd> {
  const guard = new LoopGuard();
  let hasMadeRoom = false;
  for (let round = 0; round < parts.maxRounds; round += 1) {
    parts.trace?.enter(operation.contextAssemble, { [slipstream.round]: round });
    const next = await parts.prompts.next(signal);
    if (next.kind === 'tooLarge') {
      return notAsked(next, parts.thread, signal);
    }
    const answer = await askModel(next.request, parts, signal);
    const uses = toolUses(answer.content);
    // Once for each answer: where that did not help, it would not help again.
    hasMadeRoom =
      !hasMadeRoom && isTooLong(answer.outcome) && (await parts.prompts.makeRoom(signal));
    const end = hasMadeRoom ? undefined : endAfter(answer, uses, round, guard);
    if (end) {
      refuseRepeated(end, uses, parts);
      return end;
    }
    const toolTrace = parts.trace?.enter(operation.tools, { [slipstream.round]: round });
    await parts.tools.run(uses, answer.inputErrors, signal, toolTrace);
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
  }
  return { kind: 'roundLimit', rounds: parts.maxRounds };
}

/** An answer without anything in it is kept, so that the thread tells later why it has none. */
function notAsked(
  { reason, model }: Extract<NextRequest, { kind: 'tooLarge' }>,
  thread: TurnThread,
  signal: AbortSignal,
): TurnEnd {
  if (signal.aborted) {
    return { kind: 'cancelled' };
  }
  const failure = { kind: 'invalidRequest', message: reason, canRetry: false } as const;
  const outcome = { kind: 'failed', failure } as const;
  thread.beginAnswer();
  thread.endAnswer({ model, content: [], usage: noUsage, outcome, inputErrors: new Map() });
  return { kind: 'tooLarge', reason };
}

/** Why the turn ends with this answer; undefined where it goes on. */
function endAfter(
  answer: Answer,
  uses: readonly ToolUseBlock[],
  round: number,
  guard: LoopGuard,
): TurnEnd | undefined {
  if (answer.outcome.kind !== 'done' || !goesOn(answer.outcome.stopReason, uses)) {
    return endOf(answer, uses, round);
  }
  const repeated = uses.find((use) => guard.isRepetition(use));
  if (repeated) {
    return { kind: 'repetition', toolName: repeated.name };
  }
  const isLoop = guard.isPausedTooOften(uses.length === 0);
  return isLoop ? { kind: 'roundLimit', rounds: round + 1 } : undefined;
}

function refuseRepeated(end: TurnEnd, uses: readonly ToolUseBlock[], { tools }: TurnParts): void {
  if (end.kind === 'repetition') {
    tools.refuse(uses, `Not run: ${end.toolName} was called again with the same input.`);
  }
}

async function askModel(
  request: ModelRequest,
  parts: TurnParts,
  signal: AbortSignal,
): Promise<Answer> {
  const observer = parts.thread.beginAnswer();
  // The request has a span of its own.
  parts.trace?.leave();
  const answer = await streamAnswer(parts.model, request, observer, signal);
  parts.trace?.enter(operation.answerKeep);
  parts.thread.endAnswer(answer);
  parts.prompts.answered(answer);
  if (answer.bug) {
    throw answer.bug;
  }
  return answer;
}

/** Whether the model has no room left, before or in the middle of its answer. */
function isTooLong(outcome: Outcome): boolean {
  return outcome.kind === 'failed'
    ? outcome.failure.isPromptTooLong === true
    : outcome.kind === 'done' && outcome.stopReason === 'model_context_window_exceeded';
}

/** What is large in bytes, such as images, has a message of its own. */
function isBodyTooLarge(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && outcome.failure.status === 413;
}

/** Whether the model waits for us: for results of tools, or to be resumed after a pause. */
function goesOn(stopReason: StopReason, uses: readonly ToolUseBlock[]): boolean {
  switch (stopReason) {
    case 'pause_turn':
      return true;
    case 'tool_use':
    case 'end_turn':
    case 'max_tokens':
    case 'unknown':
      // Some compatible servers say `end_turn` after a tool use; a cut answer may hold whole ones.
      return uses.length > 0;
    default:
      return false;
  }
}

function endOf(answer: Answer, uses: readonly ToolUseBlock[], round: number): TurnEnd {
  const { outcome } = answer;
  if (outcome.kind === 'cancelled') {
    return { kind: 'cancelled' };
  }
  if (isTooLong(outcome) && !isBodyTooLarge(outcome)) {
    return { kind: 'windowFull' };
  }
  if (outcome.kind === 'failed') {
    const hasBegun = round > 0 || answer.content.length > 0;
    return { kind: 'failed', failure: outcome.failure, hasBegun };
  }
  switch (outcome.stopReason) {
    case 'max_tokens':
      return { kind: 'outputLimit' };
    case 'refusal':
      return outcome.refusalCategory === undefined
        ? { kind: 'refused' }
        : { kind: 'refused', category: outcome.refusalCategory };
    default:
      return hasVisibleText(answer.content) || uses.length > 0
        ? { kind: answer.isKept ? 'keptAnswer' : 'done' }
        : { kind: 'emptyAnswer' };
  }
}

function hasVisibleText(content: readonly AssistantBlock[]): boolean {
  return content.some((block) => block.type === 'text' && block.text.trim() !== '');
}

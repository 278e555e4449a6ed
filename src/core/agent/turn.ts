import type { AssistantBlock, Message, ToolUseBlock } from '../model/message.ts';
import type { ModelFailure, ModelGateway, ModelRequest, StopReason } from '../model/request.ts';
import { type Answer, type AnswerObserver, streamAnswer } from './answer.ts';
import { toolUses } from './history.ts';
import { LoopGuard } from './loopGuard.ts';

/** A server-side pause is resumed by sending the same again; more often than this is a loop. */
const pauseLimit = 5;

/** Why a turn ended. Exactly one per turn. */
export type TurnEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'emptyAnswer' }
  | { readonly kind: 'outputLimit' }
  | { readonly kind: 'windowFull' }
  | { readonly kind: 'refused'; readonly category?: string }
  | { readonly kind: 'roundLimit'; readonly rounds: number }
  | { readonly kind: 'repetition'; readonly toolName: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly failure: ModelFailure };

/** What one turn is made of: where messages come from and where what happens is kept. */
export interface TurnThread {
  /** All messages so far, those of this turn included. */
  messages(): readonly Message[];
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
  ): Promise<void>;
  /** Answers without running, because the turn stops here. */
  refuse(uses: readonly ToolUseBlock[], reason: string): void;
}

export interface TurnParts {
  readonly model: ModelGateway;
  readonly thread: TurnThread;
  readonly tools: ToolRound;
  readonly maxRounds: number;
  /** The request for these messages; everything else about it is the same in each round. */
  readonly toRequest: (messages: readonly Message[]) => ModelRequest;
}

/**
 * The agent's loop: asks the model, runs the tools it asks for, and goes on until it stops.
 * Never throws for what the model or a tool does; every turn ends in exactly one `TurnEnd`.
 * @throws What a bug in one of its parts throws, with the answer so far kept.
 */
export async function runTurn(parts: TurnParts, signal: AbortSignal): Promise<TurnEnd> {
  const guard = new LoopGuard();
  let pauses = 0;
  for (let round = 0; round < parts.maxRounds; round += 1) {
    const answer = await askModel(parts, signal);
    const uses = toolUses(answer.content);
    if (answer.outcome.kind !== 'done' || !goesOn(answer.outcome.stopReason, uses)) {
      return endOf(answer, uses);
    }
    const repeated = uses.find((use) => guard.isRepetition(use));
    if (repeated) {
      parts.tools.refuse(uses, `Not run: ${repeated.name} was called again with the same input.`);
      return { kind: 'repetition', toolName: repeated.name };
    }
    pauses = uses.length > 0 ? 0 : pauses + 1;
    if (pauses > pauseLimit) {
      return { kind: 'roundLimit', rounds: round + 1 };
    }
    await parts.tools.run(uses, answer.inputErrors, signal);
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
  }
  return { kind: 'roundLimit', rounds: parts.maxRounds };
}

async function askModel(parts: TurnParts, signal: AbortSignal): Promise<Answer> {
  const request = parts.toRequest(parts.thread.messages());
  const observer = parts.thread.beginAnswer();
  const answer = await streamAnswer(parts.model, request, observer, signal);
  parts.thread.endAnswer(answer);
  if (answer.bug) {
    throw answer.bug;
  }
  return answer;
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

function endOf(answer: Answer, uses: readonly ToolUseBlock[]): TurnEnd {
  const { outcome } = answer;
  if (outcome.kind === 'cancelled') {
    return { kind: 'cancelled' };
  }
  if (outcome.kind === 'failed') {
    return { kind: 'failed', failure: outcome.failure };
  }
  switch (outcome.stopReason) {
    case 'max_tokens':
      return { kind: 'outputLimit' };
    case 'model_context_window_exceeded':
      return { kind: 'windowFull' };
    case 'refusal':
      return outcome.refusalCategory === undefined
        ? { kind: 'refused' }
        : { kind: 'refused', category: outcome.refusalCategory };
    default:
      return hasVisibleText(answer.content) || uses.length > 0
        ? { kind: 'done' }
        : { kind: 'emptyAnswer' };
  }
}

function hasVisibleText(content: readonly AssistantBlock[]): boolean {
  return content.some((block) => block.type === 'text' && block.text.trim() !== '');
}

import type { MessageTokens } from '../tokens/messageTokens.ts';
import type { PromptTokens } from '../tokens/promptTokens.ts';
import type { ContextLimits } from './contextLimits.ts';
import type { ContextUsage, FitInput } from './contextWindow.ts';
import type { Selection } from './trimming.ts';

/** Each part of a prompt is rounded up by itself. */
const roundedParts = 5;

/** A prompt in the local tokenizer's count, and what one of its tokens is to the model. */
export interface MeasuredPrompt {
  readonly system: number;
  readonly instructions: number;
  readonly tools: number;
  readonly messages: readonly MessageTokens[];
  readonly ratio: number;
  /** Whether the ratio is that of the provider's own count of this prompt. */
  readonly isExact: boolean;
}

export function measure(input: FitInput, tokens: PromptTokens): MeasuredPrompt {
  const { messages } = input;
  return {
    ...tokens.system(input.system),
    tools: tokens.tools(input.tools),
    messages: messages.map((message, index) => tokens.message(message, messages[index - 1])),
    ratio: tokens.ratioOf({ model: input.model.id, messages }),
    isExact: false,
  };
}

/** What is not thinking: that may be left out by itself. */
export function plainTokens(message: MessageTokens): number {
  return message.instructions + message.files + message.conversation;
}

/** The whole prompt in the local tokenizer's count. */
export function localTotal({ system, instructions, tools, messages }: MeasuredPrompt): number {
  return messages.reduce(
    (sum, message) => sum + plainTokens(message) + message.thinking,
    system + instructions + tools,
  );
}

/** Tells what a prompt would come to with a selection of its messages, at most, in the model's tokens. */
export function selectionTotals(prompt: MeasuredPrompt): (selection: Selection) => number {
  const { messages, ratio } = prompt;
  const fixed = prompt.system + prompt.instructions + prompt.tools;
  const after: number[] = [];
  let sum = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    sum += plainTokensAt(messages, index);
    after[index] = sum;
  }
  return ({ from, question }) => {
    const asked = question === undefined ? 0 : plainTokensAt(messages, question);
    return Math.ceil((fixed + asked + (after[from] ?? 0)) * ratio) + roundedParts;
  };
}

function plainTokensAt(messages: readonly MessageTokens[], index: number): number {
  const message = messages[index];
  return message ? plainTokens(message) : 0;
}

/** How the window is used by these messages of a prompt. */
export function usageOf(
  prompt: MeasuredPrompt,
  limits: ContextLimits,
  maxOutputTokens: number,
): ContextUsage {
  const scaled = (count: number): number => Math.ceil(count * prompt.ratio);
  const sum = (pick: (message: MessageTokens) => number): number =>
    prompt.messages.reduce((total, message) => total + pick(message), 0);
  const parts = {
    system: scaled(prompt.system),
    tools: scaled(prompt.tools),
    instructions: scaled(prompt.instructions + sum((message) => message.instructions)),
    files: scaled(sum((message) => message.files)),
    history: scaled(sum((message) => message.conversation + message.thinking)),
  };
  const total = Object.values(parts).reduce((all, part) => all + part, 0);
  const reserve = Math.min(maxOutputTokens, Math.max(0, limits.window - total));
  return {
    parts: { ...parts, reserve },
    total,
    limit: limits.window,
    ...(limits.soft === undefined ? {} : { softLimit: limits.soft }),
    isEstimate: !prompt.isExact,
    isLimitAssumed: limits.isAssumed,
  };
}

import type { Message } from '../model/message.ts';
import type { ToolDefinition } from '../model/request.ts';
import { initialRatio } from '../tokens/calibration.ts';
import type { PromptTokens } from '../tokens/promptTokens.ts';
import { type ContextLimits, limitsOf } from './contextLimits.ts';
import { type MeasuredPrompt, measure, usageOf } from './contextUsage.ts';
import { leftOutOf } from './leftOut.ts';
import { reasonTooLarge } from './tooLarge.ts';
import { type Selection, select, selections, selectSizes } from './trimming.ts';

/** What fills a prompt, in tokens of the model. */
export interface ContextParts {
  /** The system prompt without the instruction files in it. */
  readonly system: number;
  /** The definitions of the tools. */
  readonly tools: number;
  /** Instruction files of the project, in the system prompt or with a tool's result. */
  readonly instructions: number;
  /** What the user attached, and what was read of files. */
  readonly files: number;
  /** The rest of the conversation, thinking included. */
  readonly history: number;
  /** What is kept free for the answer. */
  readonly reserve: number;
}

export interface ContextUsage {
  readonly parts: ContextParts;
  /** The prompt: all parts but the reserve. */
  readonly total: number;
  /** The model's whole window, for prompt and answer together. */
  readonly limit: number;
  /** Above so many tokens in the prompt each token costs more. */
  readonly softLimit?: number;
  /** Whether figures are the local count; otherwise `total` is the provider's. */
  readonly isEstimate: boolean;
  /** Whether the window is a guess, as a local server does not tell it. */
  readonly isLimitAssumed: boolean;
}

/** What the optimizer must know of the model. `CatalogueModel` and `ModelProfile` fit. */
export interface ContextModel {
  readonly id: string;
  /** For messages to the user; the id where it has none. */
  readonly name?: string;
  /** The whole window. Undefined where a server does not tell. */
  readonly contextTokens?: number;
  readonly longPrompt?: { readonly aboveTokens: number };
}

/** What is about to be asked. */
export interface FitInput {
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  /** The whole conversation; the last message is the user's. */
  readonly messages: readonly Message[];
  readonly model: ContextModel;
  /** What the answer may be long at most. */
  readonly maxOutputTokens: number;
}

/** Something that is not sent, because there is no room for it. */
export interface LeftOut {
  /** A whole turn, a round of tool calls within the turn, or the thinking of what is kept. */
  readonly kind: 'turns' | 'rounds' | 'thinking';
  readonly count: number;
  readonly tokens: number;
}

export type Fit =
  | {
      readonly kind: 'fits';
      /** What to send: the messages that were given, the very same where nothing is left out. */
      readonly messages: readonly Message[];
      /** At most what was asked for, and never more than the window leaves. */
      readonly maxOutputTokens: number;
      readonly usage: ContextUsage;
      /** Empty where nothing is. */
      readonly leftOut: readonly LeftOut[];
      /**
       * How full it is: the prompt's share of what it may be, which is the soft limit where there is
       * one, else the window without the least that is kept for an answer. May be above 1 at a soft limit.
       */
      readonly fill: number;
    }
  | {
      readonly kind: 'tooLarge';
      readonly usage: ContextUsage;
      /** For the user: what is too large, and what to do. */
      readonly reason: string;
    };

export interface ContextWindowParts {
  readonly tokens: PromptTokens;
}

/** A step of the cut, as a share of the window: each one voids the provider's prompt cache once. */
const stepShare = 0.25;

/**
 * Decides what of a conversation is sent. As long as everything fits it is everything, byte for byte;
 * from 95 % of the window on, the oldest turns are left out in steps, so that the prefix of what is
 * sent stays the same for many turns. The same input always gives the same answer.
 */
export class ContextWindowOptimizer {
  private readonly tokens: PromptTokens;

  constructor({ tokens }: ContextWindowParts) {
    this.tokens = tokens;
  }

  /** Without waiting: by what is counted or estimated here. */
  fit(input: FitInput): Fit {
    const prompt = measure(input, this.tokens);
    const limits = limitsOf(input.model, input.maxOutputTokens);
    const whole = usageOf(prompt, limits, input.maxOutputTokens);
    return whole.total <= limits.trimAbove
      ? fits(input.messages, whole, limits, [])
      : trimmed(input, prompt, limits);
  }
}

function trimmed(input: FitInput, prompt: MeasuredPrompt, limits: ContextLimits): Fit {
  const { messages, maxOutputTokens } = input;
  // In the local count, which does not move with what is learned of the model.
  const step = (limits.usable * stepShare) / initialRatio;
  let usage = usageOf(prompt, limits, maxOutputTokens);
  let selection: Selection = { from: 0 };
  for (selection of selections(messages, prompt.messages, step)) {
    const kept = { ...prompt, messages: selectSizes(prompt.messages, selection) };
    usage = usageOf(kept, limits, maxOutputTokens);
    if (usage.total <= limits.trimAbove) {
      break;
    }
  }
  if (usage.total > limits.usable) {
    return { kind: 'tooLarge', usage, reason: reasonTooLarge(input, prompt, limits) };
  }
  return fits(select(messages, selection), usage, limits, leftOutOf(messages, prompt, selection));
}

function fits(
  messages: readonly Message[],
  usage: ContextUsage,
  limits: ContextLimits,
  leftOut: readonly LeftOut[],
): Fit {
  const fill = usage.total / (limits.soft ?? limits.usable);
  return { kind: 'fits', messages, maxOutputTokens: usage.parts.reserve, usage, leftOut, fill };
}

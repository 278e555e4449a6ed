import type { Message } from '../model/message.ts';
import type { ToolDefinition } from '../model/request.ts';
import { initialRatio } from '../tokens/calibration.ts';
import type { Prompt, PromptTokens } from '../tokens/promptTokens.ts';
import { type ContextLimits, limitsOf } from './contextLimits.ts';
import {
  localTotal,
  type MeasuredPrompt,
  measure,
  selectionTotals,
  usageOf,
} from './contextUsage.ts';
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
  /** The provider's own count of a prompt; undefined where it gives none. Never rejects. */
  readonly countAtProvider?: (prompt: Prompt, signal: AbortSignal) => Promise<number | undefined>;
}

/** Below this share of what fits, an estimate by size will do and the tokenizer is not waited for. */
const roughShare = 0.4;

/** Only so close to a limit does the provider's own count decide anything, as a share of the limit. */
const nearShare = 0.1;

/** A count holds until the conversation has grown by this share: the estimate goes on from it. */
const countHoldsShare = 0.03;

/** A step of the cut, as a share of the window: each one voids the provider's prompt cache once. */
const stepShare = 0.25;

/**
 * Decides what of a conversation is sent. As long as everything fits it is everything, byte for byte;
 * from 95 % of the window on, the oldest turns are left out in steps, so that the prefix of what is
 * sent stays the same for many turns. The same input always gives the same answer.
 */
export class ContextWindowOptimizer {
  private readonly parts: ContextWindowParts;

  constructor(parts: ContextWindowParts) {
    this.parts = parts;
  }

  /**
   * What to send. Waits for the tokenizer once the conversation is long, and for the provider's own
   * count where the estimate is close to a limit. Never rejects.
   */
  async fitToSend(input: FitInput, signal: AbortSignal): Promise<Fit> {
    const { tokens } = this.parts;
    if (!tokens.isLoaded) {
      const rough = this.fit(input);
      if (rough.kind === 'fits' && rough.fill < roughShare) {
        return rough;
      }
      try {
        await tokens.load();
      } catch {
        // Its file is gone, as in the middle of an update: a rough answer is better than none.
        return rough;
      }
    }
    await tokens.prepare(input.messages, signal);
    const prompt = measure(input, tokens);
    const ratio = await this.countNearLimit(input, prompt, signal);
    return fitMeasured(input, ratio === undefined ? prompt : { ...prompt, ratio, isExact: true });
  }

  /** The same without waiting: by what is counted or estimated here. */
  fit(input: FitInput): Fit {
    return fitMeasured(input, measure(input, this.parts.tokens));
  }

  /**
   * Asks the provider where its count may decide something, and learns from it. The answer is what
   * one token of the local count is to the model.
   */
  private async countNearLimit(
    { system, tools, messages, model, maxOutputTokens }: FitInput,
    measured: MeasuredPrompt,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { tokens, countAtProvider } = this.parts;
    const prompt: Prompt = { model: model.id, system, tools, messages };
    const { usable, soft = usable } = limitsOf(model, maxOutputTokens);
    const localTokens = localTotal(measured);
    const estimate = localTokens * measured.ratio;
    const isNear = [usable, soft].some((limit) => Math.abs(estimate - limit) <= limit * nearShare);
    const isKnown = tokens.measuredTokens(prompt) >= localTokens * (1 - countHoldsShare);
    if (!countAtProvider || !isNear || isKnown) {
      return undefined;
    }
    const counted = await countAtProvider(prompt, signal);
    if (counted === undefined) {
      return undefined;
    }
    tokens.learn(prompt, counted);
    return counted / localTokens;
  }
}

function fitMeasured(input: FitInput, prompt: MeasuredPrompt): Fit {
  const limits = limitsOf(input.model, input.maxOutputTokens);
  const whole = usageOf(prompt, limits, input.maxOutputTokens);
  return whole.total <= limits.trimAbove
    ? fits(input.messages, whole, limits, [])
    : trimmed(input, prompt, limits);
}

function trimmed(input: FitInput, prompt: MeasuredPrompt, limits: ContextLimits): Fit {
  const { messages, maxOutputTokens } = input;
  // In the local count, which does not move with what is learned of the model.
  const step = (limits.usable * stepShare) / initialRatio;
  const totalOf = selectionTotals(prompt);
  let selection: Selection = { from: 0 };
  for (selection of selections(messages, prompt.messages, step)) {
    if (totalOf(selection) <= limits.trimAbove) {
      break;
    }
  }
  const sizes = selectSizes(prompt.messages, selection);
  const usage = usageOf({ ...prompt, messages: sizes, isExact: false }, limits, maxOutputTokens);
  if (usage.total > limits.usable) {
    return { kind: 'tooLarge', usage, reason: reasonTooLarge(input, prompt, limits) };
  }
  const kept = select(messages, selection);
  // A single round above the trim's mark that still fits: nothing can go, so the count still holds.
  return kept === messages
    ? fits(messages, usageOf(prompt, limits, maxOutputTokens), limits, [])
    : fits(kept, usage, limits, leftOutOf(messages, prompt, selection));
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

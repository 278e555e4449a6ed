import { setImmediate as immediate } from 'node:timers/promises';
import type { Message } from '../model/message.ts';
import type { ModelRequest, ToolDefinition } from '../model/request.ts';
import { type Calibration, minMeasuredTokens } from './calibration.ts';
import { countMessage, instructionsIn, type MessageTokens } from './messageTokens.ts';
import { TokenCache } from './tokenCache.ts';
import type { TokenCounter } from './tokenCounter.ts';

/** What the provider adds for any tools at all (Anthropic's table for its current models). */
const toolUseTokens = 350;

/** What a prompt is made of. */
export type Prompt = Pick<ModelRequest, 'model' | 'system' | 'tools' | 'messages'>;

/** Counted without a pause, tokens: some 12 ms of work where every piece is new (measured). */
const tokensPerSlice = 16_000;

/** What a model counted for a conversation. */
interface Measurement {
  readonly model: string;
  /** The local count of the same prompt. */
  readonly localTokens: number;
  /** Tokens of the model to one of the local count. */
  readonly ratio: number;
}

/** Counts prompts, each text once. What it says is an estimate, calibrated for each model. */
export class PromptTokens {
  private readonly counter: TokenCounter;
  private readonly calibration: Calibration;
  private readonly cache: TokenCache;
  /** By the last block of the conversation's first message, which stays the same object. */
  private readonly measurements = new WeakMap<object, Measurement>();

  constructor(parts: { readonly counter: TokenCounter; readonly calibration: Calibration }) {
    this.counter = parts.counter;
    this.calibration = parts.calibration;
    this.cache = new TokenCache(parts.counter);
  }

  /** Loads the tokenizer, for when a prompt is likely. */
  load(): Promise<void> {
    return this.counter.load();
  }

  get isLoaded(): boolean {
    return this.counter.isLoaded;
  }

  /** Counts what is new among these messages, in slices between which the editor gets its turn. */
  async prepare(messages: readonly Message[], signal: AbortSignal): Promise<void> {
    let sliceTokens = 0;
    for (const [index, message] of messages.entries()) {
      if (signal.aborted) {
        return;
      }
      if (!this.cache.has(message)) {
        sliceTokens += sumOf(this.message(message, messages[index - 1]));
      }
      if (sliceTokens >= tokensPerSlice) {
        sliceTokens = 0;
        await immediate();
      }
    }
  }

  /** Tokens of the model to one of the local count: as measured on this conversation, else usually. */
  ratioOf({ model, messages }: Pick<Prompt, 'model' | 'messages'>): number {
    return this.measurementOf(model, messages)?.ratio ?? this.calibration.ratioOf(model);
  }

  /** The local count of this conversation when the model last counted it; 0 where it never did. */
  measuredTokens({ model, messages }: Pick<Prompt, 'model' | 'messages'>): number {
    return this.measurementOf(model, messages)?.localTokens ?? 0;
  }

  /** Local count of a text. */
  text(text: string): number {
    return this.cache.text(text);
  }

  /** Local count of the system prompt, and which part of it came from instruction files. */
  system(system: string): { readonly system: number; readonly instructions: number } {
    const instructions = instructionsIn(system).reduce((sum, part) => sum + this.text(part), 0);
    return { system: Math.max(0, this.text(system) - instructions), instructions };
  }

  /** Local count of the tools' definitions. */
  tools(tools: readonly ToolDefinition[]): number {
    return tools.length === 0 ? 0 : this.cache.tools(tools) + toolUseTokens;
  }

  /** Local count of a message; `previous` is the one before it. */
  message(message: Message, previous: Message | undefined): MessageTokens {
    return this.cache.message(message, () =>
      countMessage(message, previous, (text) => this.cache.text(text)),
    );
  }

  /** What the model will count for this prompt. An arrow, so that it can be handed on by itself. */
  readonly estimatePromptTokens = (prompt: Prompt): number =>
    Math.ceil(this.localCount(prompt) * this.ratioOf(prompt));

  /** Takes in what a model counted for this prompt. */
  learn(prompt: Prompt, realTokens: number): void {
    const first = conversationKey(prompt.messages);
    const localTokens = this.localCount(prompt);
    if (!this.isLoaded || !first || localTokens < minMeasuredTokens || realTokens <= 0) {
      return;
    }
    const { model } = prompt;
    this.calibration.learn(model, localTokens, realTokens);
    // A conversation only grows: what is shorter was cut, and tells less of the whole.
    if (this.measuredTokens(prompt) <= localTokens) {
      this.measurements.set(first, { model, localTokens, ratio: realTokens / localTokens });
    }
  }

  /** Local count of a whole prompt. */
  localCount({ system, tools, messages }: Omit<Prompt, 'model'>): number {
    let count = this.text(system) + this.tools(tools);
    let previous: Message | undefined;
    for (const message of messages) {
      count += sumOf(this.message(message, previous));
      previous = message;
    }
    return count;
  }

  private measurementOf(model: string, messages: readonly Message[]): Measurement | undefined {
    const first = conversationKey(messages);
    const measurement = first && this.measurements.get(first);
    return measurement?.model === model ? measurement : undefined;
  }
}

function conversationKey(messages: readonly Message[]): object | undefined {
  return messages[0]?.content.at(-1);
}

function sumOf({ instructions, files, thinking, conversation }: MessageTokens): number {
  return instructions + files + thinking + conversation;
}

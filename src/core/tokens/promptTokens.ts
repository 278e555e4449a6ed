import type { Message } from '../model/message.ts';
import type { ModelRequest, ToolDefinition } from '../model/request.ts';
import type { Calibration } from './calibration.ts';
import { countMessage, instructionsIn, type MessageTokens } from './messageTokens.ts';
import { TokenCache } from './tokenCache.ts';
import type { TokenCounter } from './tokenCounter.ts';

/** What the provider adds for any tools at all (Anthropic's table for its current models). */
const toolUseTokens = 350;

/** What a prompt is made of. */
export type Prompt = Pick<ModelRequest, 'model' | 'system' | 'tools' | 'messages'>;

/** Counts prompts, each text once. What it says is an estimate, calibrated for each model. */
export class PromptTokens {
  private readonly counter: TokenCounter;
  private readonly calibration: Calibration;
  private readonly cache: TokenCache;

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

  /** Tokens of a model to one of the local count. */
  ratioOf(model: string): number {
    return this.calibration.ratioOf(model);
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
    Math.ceil(this.localCount(prompt) * this.ratioOf(prompt.model));

  /** Takes in what a model counted for this prompt. */
  learn(prompt: Prompt, realTokens: number): void {
    if (this.isLoaded) {
      this.calibration.learn(prompt.model, this.localCount(prompt), realTokens);
    }
  }

  /** Local count of a whole prompt. */
  localCount({ system, tools, messages }: Omit<Prompt, 'model'>): number {
    let count = this.text(system) + this.tools(tools);
    let previous: Message | undefined;
    for (const message of messages) {
      const tokens = this.message(message, previous);
      count += tokens.instructions + tokens.files + tokens.thinking + tokens.conversation;
      previous = message;
    }
    return count;
  }
}

import { Emitter, type Event } from '../../base/emitter.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { ModelRequest } from './request.ts';

/** What the provider has last seen of a thread. */
export interface SentPrompt {
  readonly request: ModelRequest;
  /** The provider's id of the answer. */
  readonly messageId: string;
  /** When it was sent, milliseconds since 1970: the age of what is cached counts from here. */
  readonly sentAt: number;
  /** All tokens of the prompt; 0 until the provider has counted them. */
  readonly tokens: number;
}

/** What the provider's prompt cache did for a request of a thread. */
export interface PromptRead {
  readonly threadId: string;
  readonly promptTokens: number;
  readonly cacheReadTokens: number;
}

/** As many threads as are kept in memory after use: the messages are held there anyway. */
const keptThreads = 4;

/** The last prompt of each thread in use, for what builds on it: diagnosis and warming. */
export class ThreadPrompts implements Disposable {
  private readonly prompts = new Map<string, SentPrompt>();
  private readonly sends = new Emitter<string>();
  private readonly reads = new Emitter<PromptRead>();

  /** Tells the thread of each request that is about to be sent for the user. */
  get onWillSend(): Event<string> {
    return this.sends.event;
  }

  /** Tells what came from the provider's cache for each of them. */
  get onDidRead(): Event<PromptRead> {
    return this.reads.event;
  }

  find(threadId: string): SentPrompt | undefined {
    return this.prompts.get(threadId);
  }

  willSend(threadId: string): void {
    this.sends.fire(threadId);
  }

  didRead(read: PromptRead): void {
    this.reads.fire(read);
  }

  keep(threadId: string, prompt: SentPrompt): void {
    this.prompts.delete(threadId);
    this.prompts.set(threadId, prompt);
    for (const oldest of [...this.prompts.keys()].slice(0, -keptThreads)) {
      this.prompts.delete(oldest);
    }
  }

  dispose(): void {
    this.prompts.clear();
    this.sends.dispose();
    this.reads.dispose();
  }
}

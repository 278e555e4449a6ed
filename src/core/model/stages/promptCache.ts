import type { Clock } from '../../../base/clock.ts';
import { type HandingOver, handingOver } from '../handOver.ts';
import type { ModelEvent, ModelRequest, Next, Stage } from '../request.ts';
import type { SentPrompt, ThreadPrompts } from '../threadPrompts.ts';

export interface PromptCacheOptions {
  readonly clock: Clock;
  readonly prompts: ThreadPrompts;
}

/**
 * Follows what the provider's prompt cache holds of each thread: names the answer before to the
 * provider, writes down why its cache missed, and remembers each prompt so that it can be warmed. A
 * request without output only warms; it is not sent while money is to be saved.
 */
export function createPromptCacheStage(options: PromptCacheOptions): Stage {
  return (request, next, signal) => {
    const { threadId } = request;
    if (request.surface !== 'chat' || threadId === undefined) {
      return next(request, signal);
    }
    return handingOver(follow(new FollowedPrompt(request, threadId, options), next, signal));
  };
}

async function* follow(prompt: FollowedPrompt, next: Next, signal: AbortSignal): HandingOver {
  if (prompt.isUnaffordable) {
    yield { type: 'ended', outcome: { kind: 'cancelled' } };
    return undefined;
  }
  const events = next(prompt.begin(), signal)[Symbol.asyncIterator]();
  for (let result = await events.next(); !result.done; result = await events.next()) {
    yield result.value;
    if (prompt.see(result.value)) {
      return events;
    }
  }
  return undefined;
}

/** One request on its way. */
class FollowedPrompt {
  private readonly request: ModelRequest;
  private readonly threadId: string;
  private readonly prompts: ThreadPrompts;
  private readonly last: SentPrompt | undefined;
  private readonly sentAt: number;
  private readonly isWarming: boolean;
  private messageId = '';

  constructor(request: ModelRequest, threadId: string, { clock, prompts }: PromptCacheOptions) {
    this.request = request;
    this.threadId = threadId;
    this.prompts = prompts;
    this.last = prompts.find(threadId);
    this.sentAt = clock.wallTime();
    this.isWarming = request.maxOutputTokens === 0;
  }

  get isUnaffordable(): boolean {
    const isUnaffordable = this.isWarming && this.request.mustSave === true;
    if (isUnaffordable) {
      this.note('Not warmed: little is left of the budget.');
    }
    return isUnaffordable;
  }

  /** The request as it is to be sent. */
  begin(): ModelRequest {
    if (this.isWarming) {
      this.note('Sent without asking for an answer, to have the prompt ready.');
      return this.request;
    }
    this.prompts.willSend(this.threadId);
    const previousMessageId = this.request.previousMessageId ?? this.last?.messageId;
    return previousMessageId === undefined ? this.request : { ...this.request, previousMessageId };
  }

  /** Answers whether there is nothing more to see. */
  see(event: ModelEvent): boolean {
    switch (event.type) {
      case 'routed':
      case 'retrying':
      case 'thinkingDropped':
        return false;
      case 'started':
        this.messageId = event.messageId;
        this.keep(this.last?.tokens ?? 0);
        return false;
      case 'promptCacheMiss':
        this.note(missText(event.cause, event.missedTokens));
        return false;
      case 'usage': {
        const { inputTokens, cacheReadTokens, cacheWriteTokens, hourCacheWriteTokens } =
          event.usage;
        if (hourCacheWriteTokens) {
          this.note(
            'Kept for an hour: pauses in this thread outlast five minutes, or it is set so.',
          );
        }
        const promptTokens = inputTokens + cacheReadTokens + cacheWriteTokens;
        this.keep(promptTokens);
        if (!this.isWarming) {
          this.prompts.didRead({ threadId: this.threadId, promptTokens, cacheReadTokens });
        }
        return true;
      }
      default:
        return true;
    }
  }

  /** What was only warmed has no answer that a next request could be compared with. */
  private keep(tokens: number): void {
    const { last, sentAt } = this;
    if (!this.isWarming) {
      const { trail, ...request } = this.request;
      this.prompts.keep(this.threadId, { request, messageId: this.messageId, sentAt, tokens });
    } else if (last) {
      this.prompts.keep(this.threadId, { ...last, sentAt });
    }
  }

  private note(text: string): void {
    this.request.trail?.note('promptCache', text);
  }
}

/** What the provider's names of causes mean. */
const causes: Readonly<Record<string, string>> = {
  model_changed: 'another model or speed was asked',
  system_changed: 'the system prompt has changed',
  tools_changed: 'the tools have changed',
  messages_changed: 'earlier messages have changed',
  previous_message_not_found: 'the provider no longer knows the request before',
  unavailable: 'the provider does not know why',
};

function missText(cause: string, missedTokens: number | undefined): string {
  const reason = causes[cause] ?? `the provider names as cause ${cause}`;
  const size = missedTokens === undefined ? '' : ` ${missedTokens.toLocaleString('en')} tokens`;
  return `The provider’s cache missed${size}: ${reason}.`;
}

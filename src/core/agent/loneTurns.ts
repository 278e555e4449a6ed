import type { AnswerCaching, ModelEvent, ModelGateway, ModelRequest } from '../model/request.ts';
import type { MessageRecord, UserMessageRecord } from '../store/records.ts';
import type { FixedRequest } from './fixedRequest.ts';
import { userMessageOf } from './messageOrder.ts';
import { runTurn, type TurnEnd, type TurnParts, type TurnPrompts } from './turn.ts';
import type { NewMessage } from './userContent.ts';

/**
 * How a message is answered by itself: without tools and without what was said before, so that the
 * answer depends on nothing else and may be kept for whoever asks the same again.
 */
export interface LoneAsk {
  /** What the model is told in place of the thread's own system prompt. */
  readonly system: string;
  readonly caching: AnswerCaching;
}

/** Which turns of a thread are answered by themselves. Forgotten with the thread's object. */
export class LoneTurns {
  private readonly asks = new Map<string, LoneAsk>();

  /** Gives the message back. */
  add(message: NewMessage, ask: LoneAsk | undefined): NewMessage {
    if (ask) {
      this.asks.set(message.turnId, ask);
    }
    return message;
  }

  /** The message is sent anew: another answer is wanted than the one that is kept. */
  repeat({ turnId }: UserMessageRecord, message: NewMessage): NewMessage {
    const ask = this.asks.get(turnId);
    return this.add(message, ask && { ...ask, caching: { ...ask.caching, mustRefresh: true } });
  }

  /** The turn with its message; undefined where it is one of the agent. */
  of(turnId: string, records: readonly MessageRecord[]): LoneTurn | undefined {
    const ask = this.asks.get(turnId);
    return ask && { ask, message: userMessageOf(records, turnId) };
  }
}

export interface LoneTurn {
  readonly ask: LoneAsk;
  readonly message: UserMessageRecord;
}

/** A turn that is one request, made of nothing but its message. */
export function runLoneTurn(
  parts: Pick<TurnParts, 'model' | 'thread' | 'tools'>,
  fixed: FixedRequest,
  { ask, message }: LoneTurn,
  signal: AbortSignal,
): Promise<TurnEnd> {
  const { threadId: _thread, promptCacheLifetime: _lifetime, ...rest } = fixed;
  const request: ModelRequest = {
    ...rest,
    ...ask,
    id: message.id,
    surface: 'codeAction',
    thinking: 'least',
    tools: [],
    messages: [{ role: 'user', content: message.content }],
  };
  const prompts: TurnPrompts = {
    next: async () => ({ kind: 'request', request }),
    answered: () => undefined,
    makeRoom: async () => false,
  };
  return runTurn({ ...parts, model: withoutThinking(parts.model), maxRounds: 1, prompts }, signal);
}

/**
 * Thinking is bound to the request that it came with, which no later request of the thread begins
 * with; an answer that was kept comes without it, too.
 */
function withoutThinking(model: ModelGateway): ModelGateway {
  return {
    async *stream(request, signal) {
      for await (const event of model.stream(request, signal)) {
        if (!isThinking(event)) {
          yield event;
        }
      }
    },
  };
}

function isThinking(event: ModelEvent): boolean {
  switch (event.type) {
    case 'thinkingDelta':
      return true;
    case 'blockStarted':
    case 'blockEnded':
      return event.block.type === 'thinking' || event.block.type === 'redacted_thinking';
    default:
      return false;
  }
}

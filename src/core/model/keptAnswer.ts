import { noUsage } from './message.ts';
import type { ModelEvent, StopReason } from './request.ts';

/** An answer as it is kept: what can be given again to another request. */
export interface KeptAnswer {
  readonly messageId: string;
  readonly model: string;
  readonly texts: readonly string[];
  readonly stopReason: 'end_turn' | 'stop_sequence';
}

/** Watches a stream for an answer that is worth keeping. */
export class AnswerCollector {
  private readonly texts: string[] = [];
  private started: { readonly messageId: string; readonly model: string } | undefined;
  private isUnfit = false;

  /**
   * The answer, with the event that ends it: only if it is whole, neither refused nor cut off, and
   * of text alone. Thinking is left out, because it is bound to the request that it came with.
   */
  see(event: ModelEvent): KeptAnswer | undefined {
    switch (event.type) {
      case 'started':
        this.started = { messageId: event.messageId, model: event.model };
        return undefined;
      case 'blockEnded':
        this.seeBlock(event.block);
        return undefined;
      case 'ended': {
        const { outcome } = event;
        const stopReason = outcome.kind === 'done' ? outcome.stopReason : 'unknown';
        return this.started && !this.isUnfit && isWhole(stopReason)
          ? { ...this.started, texts: this.texts, stopReason }
          : undefined;
      }
      default:
        return undefined;
    }
  }

  private seeBlock(block: Extract<ModelEvent, { type: 'blockEnded' }>['block']): void {
    if (block.type === 'text') {
      this.texts.push(block.text);
    } else if (block.type !== 'thinking' && block.type !== 'redacted_thinking') {
      this.isUnfit = true;
    }
  }
}

/** The answer as a stream like any other; nothing was used for it, and no endpoint was asked. */
export function* replay(answer: KeptAnswer): Generator<ModelEvent> {
  const { messageId, model, texts, stopReason } = answer;
  yield { type: 'started', messageId, model, isKept: true };
  for (const [index, text] of texts.entries()) {
    yield { type: 'blockStarted', index, block: { type: 'text' } };
    yield { type: 'textDelta', index, text };
    yield { type: 'blockEnded', index, block: { type: 'text', text } };
  }
  yield { type: 'usage', usage: noUsage };
  yield { type: 'ended', outcome: { kind: 'done', stopReason, value: stopReason } };
}

/** Whether something is an answer as it is kept: another version may have written it. */
export function isKeptAnswer(value: unknown): value is KeptAnswer {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { messageId, model, texts, stopReason } = value as Partial<Record<string, unknown>>;
  return (
    typeof messageId === 'string' &&
    typeof model === 'string' &&
    Array.isArray(texts) &&
    texts.every((text) => typeof text === 'string') &&
    typeof stopReason === 'string' &&
    isWhole(stopReason)
  );
}

function isWhole(reason: StopReason | string): reason is KeptAnswer['stopReason'] {
  return reason === 'end_turn' || reason === 'stop_sequence';
}

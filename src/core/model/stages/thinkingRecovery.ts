import { type HandingOver, handingOver } from '../handOver.ts';
import type { AssistantBlock, Message } from '../message.ts';
import type { ModelEvent, ModelRequest, Next, Stage } from '../request.ts';

/**
 * Thinking is accepted again only while everything before it is unchanged. Where a provider rejects
 * a request whose history carries thinking, the request is sent once more without any: the model
 * loses its notes, the conversation goes on. The consumer is told, so that later requests leave the
 * same thinking out at once.
 */
export function createThinkingRecoveryStage(): Stage {
  return (request, next, signal) => handingOver(recover(request, next, signal));
}

async function* recover(request: ModelRequest, next: Next, signal: AbortSignal): HandingOver {
  const stripped = withoutThinking(request.messages);
  const events = next(request, signal)[Symbol.asyncIterator]();
  if (!stripped) {
    return events;
  }
  for (let result = await events.next(); !result.done; result = await events.next()) {
    if (isRejection(result.value) && !signal.aborted) {
      request.trail?.note(
        'thinkingRecovery',
        'Sent once more without the thinking in earlier answers: the provider rejected the request with it.',
      );
      yield { type: 'thinkingDropped' };
      return next({ ...request, messages: stripped }, signal)[Symbol.asyncIterator]();
    }
    yield result.value;
    if (result.value.type !== 'retrying') {
      return events;
    }
  }
  return undefined;
}

/** 400 is what the API answers; what it says with it may change and is not looked at. */
function isRejection(event: ModelEvent): boolean {
  return (
    event.type === 'ended' &&
    event.outcome.kind === 'failed' &&
    event.outcome.failure.kind === 'invalidRequest' &&
    event.outcome.failure.status === 400
  );
}

/** The history without thinking and whatever cannot be vouched for; undefined if there is none. */
function withoutThinking(messages: readonly Message[]): readonly Message[] | undefined {
  const hasAny = messages.some(
    (message) => message.role === 'assistant' && !message.content.every(isPlain),
  );
  if (!hasAny) {
    return undefined;
  }
  return messages.map((message) =>
    message.role === 'assistant'
      ? { ...message, content: message.content.filter(isPlain) }
      : message,
  );
}

function isPlain(block: AssistantBlock): boolean {
  return block.type === 'text' || block.type === 'tool_use';
}

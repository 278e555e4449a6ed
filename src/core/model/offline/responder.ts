import { lazy } from '../../../base/lazy.ts';
import { noUsage, type ToolUseBlock } from '../message.ts';
import type { ModelEvent, ModelRequest, Next, StopReason } from '../request.ts';
import type { ToolCall } from './script.ts';

/** About what a model sends at a time, so that the panel is used in the same way. */
const deltaCharacters = 40;

/**
 * Answers in place of a model while none is configured: from the workspace itself, through the same
 * tools. It decides by the wording of the question what to look up, and writes down what was found.
 */
export function createOfflineResponder(): Next {
  const load = lazy(() => import('./answer.ts'));
  return async function* respond(request, signal) {
    yield { type: 'started', messageId: `offline-${request.id}`, model: 'offline' };
    const { answerRequest } = await load();
    const step = answerRequest(request);
    const blocks =
      step.kind === 'answer' ? textEvents(step.markdown) : toolEvents(step.calls, request);
    for (const event of blocks) {
      if (signal.aborted) {
        yield { type: 'ended', outcome: { kind: 'cancelled' } };
        return;
      }
      yield event;
    }
    yield { type: 'usage', usage: noUsage };
    const stopReason: StopReason = step.kind === 'answer' ? 'end_turn' : 'tool_use';
    yield { type: 'ended', outcome: { kind: 'done', stopReason, value: stopReason } };
  };
}

function* textEvents(text: string): Generator<ModelEvent> {
  yield { type: 'blockStarted', index: 0, block: { type: 'text' } };
  for (const delta of pieces(text)) {
    yield { type: 'textDelta', index: 0, text: delta };
  }
  yield { type: 'blockEnded', index: 0, block: { type: 'text', text } };
}

/** Cuts between words where there are any, never within a character. */
function pieces(text: string): readonly string[] {
  return (
    text.match(new RegExp(`.{1,${deltaCharacters}}(?:\\s|$)|.{1,${deltaCharacters}}`, 'gsu')) ?? []
  );
}

function* toolEvents(calls: readonly ToolCall[], request: ModelRequest): Generator<ModelEvent> {
  // The thread may go on with a model later, which takes only such ids.
  const turn = `${request.id.replace(/[^\w-]/g, '')}_${request.messages.length}`;
  for (const [index, { name, input }] of calls.entries()) {
    const block: ToolUseBlock = { type: 'tool_use', id: `offline_${turn}_${index}`, name, input };
    yield { type: 'blockStarted', index, block: { type: 'tool_use', id: block.id, name } };
    yield { type: 'inputDelta', index, json: JSON.stringify(input) };
    yield { type: 'blockEnded', index, block };
  }
}

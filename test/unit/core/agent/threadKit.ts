import assert from 'node:assert/strict';
import type { AssistantMessageView, ThreadView } from '../../../../src/shared/views.ts';
import {
  aborted,
  blockEvents,
  type ModelScript,
  start,
  thinking,
} from '../../../support/agentHarness.ts';

/** Thinks, says "It is ", and goes no further until it is stopped. */
export const endless: ModelScript = async function* streamUntilStopped(request, signal) {
  yield* start(request);
  yield* blockEvents(0, thinking('Let me see.'));
  yield { type: 'blockStarted', index: 1, block: { type: 'text' } };
  yield { type: 'textDelta', index: 1, text: 'It is ' };
  await aborted(signal);
  yield { type: 'ended', outcome: { kind: 'cancelled' } };
};

/** The assistant's article at the end. */
export function lastAnswer(view: ThreadView): AssistantMessageView {
  const last = view.messages.at(-1);
  assert.ok(last?.role === 'assistant');
  return last;
}

/** One line per article; what is no text by its type. */
export function textsOf(view: ThreadView): string[] {
  return view.messages.map((message) =>
    message.role === 'user'
      ? message.text
      : message.blocks.map((block) => (block.type === 'text' ? block.text : block.type)).join('|'),
  );
}

import { CancelledError, UserError } from '../../base/errors.ts';
import type { ModelGateway, ModelRequest, Outcome } from '../model/request.ts';

/**
 * The text of an answer as it comes. Throws `UserError` where there is none, or it is not whole, and
 * `CancelledError` where it is no longer wanted.
 */
export async function* answerText(
  gateway: ModelGateway,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  for await (const event of gateway.stream(request, signal)) {
    if (event.type === 'textDelta') {
      yield event.text;
    } else if (event.type === 'ended') {
      assertWhole(event.outcome);
    }
  }
}

/** The whole text of an answer. */
export async function wholeText(
  gateway: ModelGateway,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<string> {
  let text = '';
  for await (const delta of answerText(gateway, request, signal)) {
    text += delta;
  }
  return text;
}

function assertWhole(outcome: Outcome): void {
  if (outcome.kind === 'cancelled') {
    throw new CancelledError();
  }
  if (outcome.kind === 'failed') {
    throw new UserError(outcome.failure.message);
  }
  switch (outcome.stopReason) {
    case 'refusal':
      throw new UserError('The model declined to answer. Nothing was changed.');
    case 'max_tokens':
    case 'model_context_window_exceeded':
      throw new UserError(
        'The answer was cut off at the most tokens that it may have. Nothing was changed. Choose less code.',
      );
    default:
      return;
  }
}

import { tokenCountLifetime } from '../cache/answerPolicy.ts';
import { createRequestKeys } from '../cache/requestKeys.ts';
import type { ConnectionProvider } from './connection.ts';
import type { AnswerOptions } from './gateway.ts';
import type { ModelRequest } from './request.ts';

type CountTokens = (request: ModelRequest, signal: AbortSignal) => Promise<number | undefined>;

/**
 * Counts each prompt once: equal ones share a call and what it gave. The call goes on for the others
 * when one caller gives up.
 * @param lifeSignal Ends the calls.
 */
export function keepTokenCounts(
  count: CountTokens,
  answers: AnswerOptions,
  connection: ConnectionProvider,
  lifeSignal: AbortSignal,
): CountTokens {
  const keyOf = createRequestKeys('tokenCount', answers.keys, connection);
  return async (request, signal) => {
    const key = answers.isEnabled() ? await keyOf(countedPart(request)) : undefined;
    if (key === undefined) {
      return count(request, signal);
    }
    const counting = answers.cache.getOrLoad(key, () => count(request, lifeSignal), {
      lifetime: tokenCountLifetime,
      isValue: (value) => typeof value === 'number',
    });
    return unlessAborted(counting, signal);
  };
}

/** Without what limits the answer: it is no part of the prompt. */
function countedPart(request: ModelRequest): ModelRequest {
  const { stopSequences: _stops, caching: _caching, ...rest } = request;
  return { ...rest, maxOutputTokens: 0 };
}

function unlessAborted<T>(value: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(undefined);
    if (signal.aborted) {
      giveUp();
    }
    signal.addEventListener('abort', giveUp, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

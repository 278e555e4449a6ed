import { completionLifetime } from '../../core/cache/answerPolicy.ts';
import type { CompletionKeeping, KeptCompletion } from '../../core/completion/completionReuse.ts';
import type { AnswerOptions } from '../../core/model/gateway.ts';

/**
 * Keeps completions with the answers: in memory and on disk, within the user's limits. By place rather
 * than by request, because with each key the request is another one and the place is not.
 */
export function createKeptCompletions(
  { keys, cache, isEnabled }: AnswerOptions,
  onProblem: (error: unknown) => void,
): CompletionKeeping {
  const keyOf = (place: string): string =>
    keys.key({ namespace: 'completion', operation: 'complete' }, place);
  return {
    load: async (place) => {
      if (!isEnabled()) {
        return [];
      }
      try {
        const hit = await cache.get(keyOf(place));
        return Array.isArray(hit?.value) ? hit.value.filter(isKept) : [];
      } catch (error) {
        onProblem(error);
        return [];
      }
    },
    save: (place, completions) => {
      if (isEnabled()) {
        const keeping = cache.begin(keyOf(place));
        keeping.keep(completions, completionLifetime);
        keeping.end();
      }
    },
  };
}

function isKept(value: unknown): value is KeptCompletion {
  return (
    typeof value === 'object' &&
    value !== null &&
    'text' in value &&
    typeof value.text === 'string' &&
    'completion' in value &&
    typeof value.completion === 'string'
  );
}

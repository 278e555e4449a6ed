import { CancelledError } from '../../src/base/errors.ts';
import type { CompletionPrompts, CompletionShaping } from '../../src/core/completion/completion.ts';

/** Asks with nothing but the whole text. */
export const plainPrompts: CompletionPrompts = {
  prepare: async () => undefined,
  build: async (place, { model }, signal) => {
    if (signal.aborted) {
      throw new CancelledError();
    }
    return {
      version: 1,
      isMultiline: true,
      request: {
        surface: 'completion',
        priority: 'interactive',
        model,
        system: '',
        tools: [],
        messages: [{ role: 'user', content: [{ type: 'text', text: place.text }] }],
        maxOutputTokens: 100,
      },
    };
  },
};

/** Takes answers as they are; `■` in one says that the rest would be cut off. */
export const plainShaping: CompletionShaping = {
  begin: async () => {
    const shaper = {
      text: '',
      push: (delta: string) => {
        const [wanted = '', rest] = delta.split('■');
        shaper.text += wanted;
        return rest === undefined ? ('more' as const) : ('enough' as const);
      },
      finish: async () => (shaper.text === '' ? undefined : shaper.text),
    };
    return shaper;
  },
};

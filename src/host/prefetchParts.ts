import { randomUUID } from 'node:crypto';
import { delay, systemClock } from '../base/clock.ts';
import type { ResourceManager } from '../base/lifecycle.ts';
import { loadCatalogue } from '../core/model/catalogue.ts';
import { PredictivePrefetch } from '../core/prefetch/predictivePrefetch.ts';
import type { Preparation } from '../core/prefetch/preparation.ts';
import { createPromptCacheWarming } from '../core/prefetch/promptCacheWarming.ts';
import type { Draft } from '../shared/protocol.ts';
import type { ModelParts } from './modelParts.ts';

const clock = systemClock;

/** After the focus the panel asks for files and mentions; they are done by then. */
const tokenizerDelayMs = 1_000;

/** What needs no name, because there is one of it. */
const only = '';

/** What the user does that says what is needed next. */
export interface PrefetchTriggers {
  inputFocused(threadId: string | undefined): void;
  typed(threadId: string, draft: Draft): void;
}

/** Prepares for the next message while the user turns to the input and writes. */
export function createPrefetch(resources: ResourceManager, models: ModelParts): PrefetchTriggers {
  const { settings, gateway, prompts, connection } = models;
  const prefetch = resources.add(
    new PredictivePrefetch({
      clock,
      isEnabled: () => settings.get('prefetch.enabled'),
      preparations: {
        connection: connectionPreparation(models),
        tokenizer: tokenizerPreparation(models),
        promptCache: createPromptCacheWarming({
          clock,
          gateway,
          connection,
          prompts,
          catalogue: loadCatalogue,
          newId: randomUUID,
        }),
      },
    }),
  );
  resources.add(
    prompts.onWillSend((threadId) => {
      prefetch.needed('promptCache', threadId);
      prefetch.used('connection', only);
      prefetch.used('tokenizer', only);
    }),
  );
  resources.add(
    prompts.onDidRead(({ threadId, cacheReadTokens }) =>
      prefetch.used('promptCache', threadId, cacheReadTokens > 0),
    ),
  );
  return {
    inputFocused: (threadId) => {
      prefetch.expect('connection', only);
      prefetch.expect('tokenizer', only);
      if (threadId !== undefined) {
        prefetch.expect('promptCache', threadId);
      }
    },
    typed: (threadId, draft) => {
      if (draft.text !== '') {
        prefetch.expect('connection', only);
        prefetch.expect('promptCache', threadId);
      }
    },
  };
}

/** A handshake that is not used costs next to nothing: it is given up only where most are not. */
function connectionPreparation({ gateway }: ModelParts): Preparation {
  return {
    // As long as an unused connection is kept.
    usefulMs: 55_000,
    minHitShare: 0.2,
    prepare: async () => {
      await gateway.warm();
      return { costUsd: 0 };
    },
  };
}

/** It is needed once in a session, by the first conversation that grows long. */
function tokenizerPreparation({ tokens }: ModelParts): Preparation {
  return {
    usefulMs: Number.POSITIVE_INFINITY,
    minHitShare: 0,
    prepare: async (_, signal) => {
      // Unpacking it takes a moment in which nothing else runs, so what the focus set off comes first.
      await delay(clock, tokenizerDelayMs, signal);
      if (signal.aborted || tokens.isLoaded) {
        return undefined;
      }
      await tokens.load();
      return { costUsd: 0 };
    },
  };
}

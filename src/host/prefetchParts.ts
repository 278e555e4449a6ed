import { randomUUID } from 'node:crypto';
import { type Clock, delay, systemClock } from '../base/clock.ts';
import type { ResourceManager } from '../base/lifecycle.ts';
import { loadCatalogue } from '../core/model/catalogue.ts';
import type { ConnectionProvider } from '../core/model/connection.ts';
import type { Gateway } from '../core/model/gateway.ts';
import type { ThreadPrompts } from '../core/model/threadPrompts.ts';
import { PredictivePrefetch } from '../core/prefetch/predictivePrefetch.ts';
import type { PrefetchCounters, PrefetchKind, Preparation } from '../core/prefetch/preparation.ts';
import { createPromptCacheWarming } from '../core/prefetch/promptCacheWarming.ts';
import type { Settings } from '../core/settings.ts';
import type { PromptTokens } from '../core/tokens/promptTokens.ts';
import type { Draft } from '../shared/views.ts';

/** After the focus the panel asks for files and mentions; they are done by then. */
const tokenizerDelayMs = 1_000;

/** What needs no name, because there is one of it. */
const only = '';

/** What the user does that says what is needed next. */
export interface PrefetchTriggers {
  inputFocused(threadId: string | undefined): void;
  typed(threadId: string, draft: Draft): void;
}

/** What is prepared with. */
export interface PrefetchParts {
  readonly settings: Settings;
  readonly gateway: Gateway;
  readonly connection: ConnectionProvider;
  readonly prompts: ThreadPrompts;
  readonly tokens: Pick<PromptTokens, 'isLoaded' | 'load'>;
}

export interface Prefetch extends PrefetchTriggers {
  /** What came of each kind so far. */
  counters(): ReadonlyMap<PrefetchKind, PrefetchCounters>;
}

/** Prepares for the next message while the user turns to the input and writes. */
export function createPrefetch(
  resources: ResourceManager,
  parts: PrefetchParts,
  clock: Clock = systemClock,
): Prefetch {
  const { settings, gateway, prompts, connection } = parts;
  const prefetch = resources.add(
    new PredictivePrefetch({
      clock,
      isEnabled: () => settings.get('prefetch.enabled'),
      preparations: {
        connection: connectionPreparation(parts),
        tokenizer: tokenizerPreparation(parts, clock),
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
    // A system prompt alone is read without any warming.
    prompts.onDidRead(({ threadId, promptTokens, cacheReadTokens }) =>
      prefetch.used('promptCache', threadId, cacheReadTokens > promptTokens / 2),
    ),
  );
  return {
    counters: () => prefetch.counters(),
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
function connectionPreparation({ gateway }: PrefetchParts): Preparation {
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
function tokenizerPreparation({ tokens }: PrefetchParts, clock: Clock): Preparation {
  return {
    usefulMs: Number.POSITIVE_INFINITY,
    minHitShare: 0,
    prepare: async (_, signal) => {
      // It costs the host some 30 ms, so what the focus set off comes first.
      await delay(clock, tokenizerDelayMs, signal);
      if (signal.aborted || tokens.isLoaded) {
        return undefined;
      }
      await tokens.load();
      return { costUsd: 0 };
    },
  };
}

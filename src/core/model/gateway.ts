/** The one path to a model. Read `createGateway` from top to bottom: that is the pipeline. */
import type { Tracer } from '@opentelemetry/api';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { CacheKeyGenerator } from '../cache/cacheKeys.ts';
import { createRequestKeys } from '../cache/requestKeys.ts';
import type { SharedKind } from '../cache/sharedKinds.ts';
import type { TieredCache } from '../cache/tieredCache.ts';
import { refreshAnswer } from './answerRefresh.ts';
import type { Budget } from './budget/budget.ts';
import { type Catalogue, loadCatalogue } from './catalogue.ts';
import type { ConnectionProvider } from './connection.ts';
import { guardedStream } from './guardedStream.ts';
import type { RateLimitObserver } from './rateLimits.ts';
import type { ModelGateway, ModelRequest, Next, Stage } from './request.ts';
import type { RequestLog } from './requestLog.ts';
import type { ModelRouter } from './router/modelRouter.ts';
import { createBudgetStage } from './stages/budget.ts';
import { createCacheStage } from './stages/cache.ts';
import { createLedgerStage } from './stages/ledger.ts';
import { createLocalGapsStage } from './stages/localGaps.ts';
import { createPromptCacheStage } from './stages/promptCache.ts';
import { createRetryStage } from './stages/retry.ts';
import { createRouteStage } from './stages/route.ts';
import { createScheduleStage, type ScheduleOptions } from './stages/schedule.ts';
import { createSingleFlightStage } from './stages/singleFlight.ts';
import { createThinkingRecoveryStage } from './stages/thinkingRecovery.ts';
import { createTraceStage } from './stages/trace.ts';
import { createTerminal, type TerminalOptions } from './terminal.ts';
import type { ThreadPrompts } from './threadPrompts.ts';
import { keepTokenCounts } from './tokenCounts.ts';
import type { Transport, TransportOptions } from './transport.ts';

/** What lets equal requests share a call, and later ones an answer that was kept. */
export interface AnswerOptions {
  readonly keys: CacheKeyGenerator;
  readonly cache: TieredCache;
  /** Whether answers are kept; asked for each request. */
  readonly isEnabled: () => boolean;
  /** What the team shares; asked for each request. Absent: nothing. */
  readonly sharedKinds?: () => readonly SharedKind[];
}

export interface GatewayOptions {
  /** Asked for each request. */
  readonly connection: ConnectionProvider;
  /** Answers while nothing is configured. */
  readonly offline: Next;
  /** Answers where the user chose the editor's own models. */
  readonly editorModels?: Next;
  readonly clock: Clock;
  /** Slipstream's own, for the `User-Agent`. */
  readonly version: string;
  /** The host's `fetch` while it must be used: where a proxy is configured in the editor. */
  readonly hostFetch?: TransportOptions['hostFetch'];
  readonly wayTo?: TerminalOptions['wayTo'];
  readonly limits?: TransportOptions['limits'];
  readonly choices?: TransportOptions['choices'];
  readonly moreAuthorities?: TransportOptions['moreAuthorities'];
  /** Asked for each request; undefined while nobody wants traces. */
  readonly tracer?: () => Tracer | undefined;
  /** What is known of the models; the one that ships unless given. */
  readonly catalogue?: () => Promise<Catalogue>;
  /** Gets a record of each request. */
  readonly log?: RequestLog;
  /** Counts what calls cost and keeps it within limits; absent to count nothing. */
  readonly budget?: Budget;
  /** Chooses the model where a request leaves it open; absent to take each as it is. */
  readonly router?: ModelRouter;
  /** Shares and keeps answers; absent to ask for each one anew. */
  readonly answers?: AnswerOptions;
  /** Decides when each request is sent; absent to send at once. */
  readonly schedule?: ScheduleOptions;
  /** Follows what the provider's prompt cache holds; absent to ask it nothing about that. */
  readonly prompts?: ThreadPrompts;
  /** For the jitter between tries: from 0 to below 1. */
  readonly random?: () => number;
  /** The longest wait that a provider may ask for and get, milliseconds; asked for each time. */
  readonly maxWaitMs?: () => number;
  /** Told after each response that speaks of the provider's limits. */
  readonly onRateLimits?: RateLimitObserver;
  /** Told once of each local model that takes no tools, in words for the user. */
  readonly onToolsRefused?: (message: string) => void;
  /** Told of what is thrown inside the pipeline; the consumer of the stream sees a failure. */
  readonly onInternalError?: (error: unknown) => void;
}

export interface Gateway extends ModelGateway, Disposable {
  /**
   * Loads what the next request needs and opens its connection, for when a request is likely. Does
   * nothing offline, and never rejects: a request will tell what is wrong.
   */
  warm(): Promise<void>;
  /**
   * The tokens of the request's prompt as the provider counts them: a call of its own, free but not
   * quick. Undefined where nobody counts. Never rejects.
   */
  countTokens(request: ModelRequest, signal: AbortSignal): Promise<number | undefined>;
}

/** The caller owns the answer: its disposal cancels what runs and closes all connections. */
export function createGateway(options: GatewayOptions): Gateway {
  const { clock, budget, connection, answers } = options;
  const disposal = new AbortController();
  const onInternalError = options.onInternalError ?? (() => undefined);
  const keyOf = answers && createRequestKeys('answer', answers.keys, connection);
  const refresh = (request: ModelRequest): void => {
    refreshAnswer({ stream }, request, disposal.signal).catch(onInternalError);
  };
  const terminal = createTerminal({
    connection: options.connection,
    offline: options.offline,
    ...(options.editorModels ? { editorModels: options.editorModels } : {}),
    clock,
    ...(options.onRateLimits ? { onRateLimits: options.onRateLimits } : {}),
    wayTo: options.wayTo,
    loadTransport: () => loadTransport(options),
  });
  const pipeline = compose(
    [
      createTraceStage({
        clock,
        tracer: options.tracer ?? (() => undefined),
        ...(options.log ? { log: options.log } : {}),
      }),
      budget && createBudgetStage({ budget, connection }),
      options.router && createRouteStage({ router: options.router, connection }),
      keyOf && createSingleFlightStage({ keyOf }),
      answers && keyOf && createCacheStage({ ...answers, keyOf, refresh }),
      options.schedule && createScheduleStage(options.schedule),
      createThinkingRecoveryStage(),
      createLocalGapsStage({
        connection: options.connection,
        onToolsRefused: options.onToolsRefused ?? (() => undefined),
      }),
      options.prompts && createPromptCacheStage({ clock, prompts: options.prompts }),
      createRetryStage({ ...options, failover: terminal.failover }),
      budget && createLedgerStage({ budget, connection, clock }),
    ],
    terminal.stream,
  );
  const stream: Gateway['stream'] = (request, signal) =>
    guardedStream((inner) => pipeline(request, inner), {
      signals: [signal, disposal.signal],
      onInternalError,
    });
  // An estimate stands in for a count; the request itself tells what is wrong.
  const countTokens: Gateway['countTokens'] = (request, signal) =>
    terminal
      .countTokens(request, AbortSignal.any([signal, disposal.signal]))
      .catch(() => undefined);
  return {
    stream,
    // Warming is a guess: where it fails, the request that follows fails with a reason.
    warm: () => terminal.warm().catch(() => undefined),
    countTokens: answers
      ? keepTokenCounts(countTokens, answers, connection, disposal.signal)
      : countTokens,
    dispose: () => {
      disposal.abort();
      terminal.dispose();
    },
  };
}

/** One after the other, from top to bottom; what is undefined is left out. */
function compose(stages: readonly (Stage | undefined)[], terminal: Next): Next {
  return stages.reduceRight<Next>(
    (next, stage) => (stage ? (request, signal) => stage(request, next, signal) : next),
    terminal,
  );
}

async function loadTransport(options: GatewayOptions): Promise<Transport> {
  const [{ createTransport }, catalogue] = await Promise.all([
    import('./transport.ts'),
    (options.catalogue ?? loadCatalogue)(),
  ]);
  const { clock, version, limits, choices, moreAuthorities, hostFetch } = options;
  return createTransport({
    clock,
    version,
    catalogue,
    ...(limits ? { limits } : {}),
    ...(choices ? { choices } : {}),
    ...(moreAuthorities ? { moreAuthorities } : {}),
    ...(hostFetch ? { hostFetch } : {}),
  });
}

import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { type Catalogue, costUsd } from '../model/catalogue.ts';
import type { ConnectionProvider } from '../model/connection.ts';
import { noUsage } from '../model/message.ts';
import { canBeWarmed } from '../model/promptCaching.ts';
import type { ModelGateway, ModelRequest, Outcome } from '../model/request.ts';
import type { SentPrompt, ThreadPrompts } from '../model/threadPrompts.ts';
import type { Preparation } from './preparation.ts';

const fiveMinutesMs = 5 * 60_000;
const oneHourMs = 60 * 60_000;
/** Time left at which a prompt is used once more to keep it: most messages are typed within it. */
const renewWithinMs = 60_000;

export interface PromptCacheWarmingOptions {
  readonly clock: Clock;
  readonly gateway: ModelGateway;
  readonly connection: ConnectionProvider;
  readonly prompts: ThreadPrompts;
  readonly catalogue: () => Promise<Catalogue>;
  readonly newId: () => string;
}

/**
 * Puts a thread's last prompt into the provider's cache while the user writes the next message, where
 * it has lapsed or is about to: renewing it costs a twentieth of writing it anew, and an answer
 * begins sooner. It goes the way of every request, where the budget may refuse it. Targets are thread
 * ids.
 */
export function createPromptCacheWarming(options: PromptCacheWarmingOptions): Preparation {
  return {
    usefulMs: fiveMinutesMs,
    // A lapsed prompt that is warmed for nothing costs as much as one that is used spares the user.
    minHitShare: 0.5,
    prepare: async (threadId, signal) => {
      const prompt = options.prompts.find(threadId);
      const isWanted = prompt && isLapsing(prompt, options.clock) && (await pays(prompt, options));
      return isWanted && !signal.aborted ? warm(prompt.request, signal, options) : undefined;
    },
  };
}

function isLapsing({ request, sentAt }: SentPrompt, clock: Clock): boolean {
  const lifetimeMs = request.promptCacheLifetime === '1h' ? oneHourMs : fiveMinutesMs;
  return clock.wallTime() - sentAt >= lifetimeMs - renewWithinMs;
}

async function pays(
  { request, tokens }: SentPrompt,
  { catalogue, connection }: PromptCacheWarmingOptions,
): Promise<boolean> {
  const model = (await catalogue()).find(request.model);
  const isCached = model && canBeWarmed(model) && tokens >= model.minCacheableTokens;
  return isCached === true && (await connection.current()).kind === 'anthropic';
}

async function warm(
  last: ModelRequest,
  signal: AbortSignal,
  { gateway, catalogue, newId }: PromptCacheWarmingOptions,
): Promise<{ readonly costUsd: number } | undefined> {
  const { caching, mustSave, routing, stopSequences, turnId, ...same } = last;
  const request: ModelRequest = {
    ...same,
    id: newId(),
    priority: 'background',
    maxOutputTokens: 0,
  };
  let usage = noUsage;
  for await (const event of gateway.stream(request, signal)) {
    if (event.type === 'usage') {
      usage = event.usage;
    }
    if (event.type === 'ended' && isRefused(event.outcome)) {
      return undefined;
    }
    if (event.type === 'ended' && event.outcome.kind === 'failed') {
      throw new UserError(event.outcome.failure.message);
    }
  }
  return { costUsd: costUsd(usage, (await catalogue()).pricesOf(request.model)) ?? 0 };
}

/** Not sent, or let go: that says nothing about whether it pays. */
function isRefused(outcome: Outcome): boolean {
  const isOverBudget = outcome.kind === 'failed' && outcome.failure.kind === 'overBudget';
  return isOverBudget || outcome.kind === 'cancelled';
}

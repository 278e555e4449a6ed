import { formatTokens } from '../../shared/figures.ts';
import type { RequestRecord } from '../model/requestLog.ts';
import type { Finding } from './alert.ts';

export interface RequestWatchParts {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Percent of failures; thousand tokens in five minutes; least percent from the prompt cache. */
  readonly thresholds: () => {
    readonly errors: number;
    readonly tokenRate: number;
    readonly promptCache: number;
  };
}

/** Enough to tell one failure in four from one in ten. */
const recentCount = 20;
const fewestFailures = 4;
/** From here on it is not bad luck any more. */
const mostFailedPercent = 60;
/** So many failed connections in a row are a machine without a network, not a bad provider. */
const offlineCount = 5;
const rateWindowMs = 5 * 60_000;
const thousand = 1_000;
/** Shorter prompts are not worth keeping, and models do not keep them. */
const leastPromptTokens = 5_000;

/** Errors, token rate and the provider's prompt cache, over the last requests. */
export class RequestWatch {
  private readonly parts: RequestWatchParts;
  private recent: RequestRecord[] = [];
  /** Those within the window of the rate. */
  private rated: { readonly at: number; readonly tokens: number }[] = [];
  /** Share of each prompt that was read from the cache, where a request before it had been kept. */
  private cacheShares: number[] = [];
  private readonly seenThreads = new Set<string>();

  constructor(parts: RequestWatchParts) {
    this.parts = parts;
  }

  add(record: RequestRecord): void {
    if (record.outcome !== 'cancelled' && record.answeredFrom === undefined) {
      this.recent = [...this.recent, record].slice(-recentCount);
    }
    this.addTokens(record);
  }

  findings(): readonly Finding[] {
    return [this.errors(), this.tokenRate(), this.promptCache()].flatMap((found) => found ?? []);
  }

  reset(): void {
    this.recent = [];
    this.rated = [];
  }

  private addTokens({ usage, answeredFrom, threadId, surface }: RequestRecord): void {
    if (!usage || answeredFrom !== undefined) {
      return;
    }
    const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    this.rated.push({ at: this.parts.now(), tokens: prompt + usage.outputTokens });
    if (threadId === undefined || surface !== 'chat' || prompt < leastPromptTokens) {
      return;
    }
    // The first request of a thread has nothing to read.
    if (this.seenThreads.has(threadId)) {
      this.cacheShares = [...this.cacheShares, usage.cacheReadTokens / prompt].slice(-recentCount);
    }
    this.seenThreads.add(threadId);
  }

  private errors(): Finding | undefined {
    const failed = this.recent.filter(({ outcome }) => outcome === 'failed');
    const percent = (failed.length / Math.max(this.recent.length, 1)) * 100;
    const isOffline =
      this.recent.length >= offlineCount &&
      this.recent.slice(-offlineCount).every(({ failureKind }) => failureKind === 'connection');
    if (
      this.recent.length < recentCount / 2 ||
      failed.length < fewestFailures ||
      isOffline ||
      percent < this.parts.thresholds().errors
    ) {
      return undefined;
    }
    const kind = commonest(failed.map(({ failureKind }) => failureKind ?? 'unknown'));
    const last = failed.at(-1);
    return {
      rule: 'errors',
      subject: 'requests',
      severity: percent >= mostFailedPercent ? 'error' : 'warning',
      title: 'Many requests fail',
      detail: `${failed.length} of the last ${this.recent.length} requests failed, most of them with “${kind}”. ${adviceFor(kind)}`,
      ...(last?.traceId === undefined ? {} : { traceId: last.traceId }),
    };
  }

  private tokenRate(): Finding | undefined {
    const from = this.parts.now() - rateWindowMs;
    this.rated = this.rated.filter(({ at }) => at >= from);
    const tokens = this.rated.reduce((sum, one) => sum + one.tokens, 0);
    if (tokens < this.parts.thresholds().tokenRate * thousand) {
      return undefined;
    }
    return {
      rule: 'tokenRate',
      subject: 'tokens',
      severity: 'warning',
      title: 'Many tokens are used',
      detail: `${formatTokens(tokens)} tokens went to models within five minutes, in ${this.rated.length} requests. A long thread or a loop of the agent is the usual cause: stop it, or begin a new thread.`,
    };
  }

  private promptCache(): Finding | undefined {
    const least = this.parts.thresholds().promptCache;
    const { cacheShares } = this;
    const percent = (cacheShares.reduce((sum, share) => sum + share, 0) / cacheShares.length) * 100;
    if (cacheShares.length < recentCount || percent >= least) {
      return undefined;
    }
    return {
      rule: 'promptCache',
      subject: 'prompts',
      severity: 'warning',
      title: 'The provider’s prompt cache does not hold',
      detail: `Only ${Math.round(percent)} % of the last ${cacheShares.length} prompts were read from it, so that nearly all of each is paid in full. The performance report names what changes from request to request.`,
    };
  }
}

function commonest(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].toSorted(([, left], [, right]) => right - left)[0]?.[0] ?? 'unknown';
}

function adviceFor(kind: string): string {
  switch (kind) {
    case 'rateLimited':
      return 'Fewer requests at the same time stay below the provider’s limit.';
    case 'overloaded':
    case 'server':
      return 'The provider has trouble: another model or a further endpoint may answer.';
    case 'authentication':
      return 'The key is not accepted any more: set it again.';
    case 'stalled':
      return 'Answers break off in silence: a proxy that waits for whole answers is the usual cause.';
    default:
      return 'The log has the details.';
  }
}

/** One limit of the provider, as it stands after a request. */
export interface RateLimit {
  /** What may be asked for in a window of time. */
  readonly limit: number;
  readonly remaining: number;
  /** When all of it may be asked for again, milliseconds since 1970. */
  readonly resetsAt: number;
}

/** What an endpoint says of its limits; those that it does not mention are absent. */
export interface RateLimits {
  readonly requests?: RateLimit;
  /** Tokens of prompts and answers together. */
  readonly tokens?: RateLimit;
  readonly inputTokens?: RateLimit;
  readonly outputTokens?: RateLimit;
}

/** Told after each response that speaks of limits. @param endpoint Base URL. */
export type RateLimitObserver = (endpoint: string, limits: RateLimits) => void;

/** Reads the `anthropic-ratelimit-*` headers; undefined where there are none. */
export function readRateLimits(headers: Pick<Headers, 'get'>): RateLimits | undefined {
  const requests = readLimit(headers, 'requests');
  const tokens = readLimit(headers, 'tokens');
  const inputTokens = readLimit(headers, 'input-tokens');
  const outputTokens = readLimit(headers, 'output-tokens');
  return requests || tokens || inputTokens || outputTokens
    ? {
        ...(requests ? { requests } : {}),
        ...(tokens ? { tokens } : {}),
        ...(inputTokens ? { inputTokens } : {}),
        ...(outputTokens ? { outputTokens } : {}),
      }
    : undefined;
}

function readLimit(headers: Pick<Headers, 'get'>, name: string): RateLimit | undefined {
  const read = (part: string): string => headers.get(`anthropic-ratelimit-${name}-${part}`) ?? '';
  const limit = Number.parseFloat(read('limit'));
  const remaining = Number.parseFloat(read('remaining'));
  const resetsAt = Date.parse(read('reset'));
  const isWhole = limit >= 0 && remaining >= 0 && !Number.isNaN(resetsAt);
  return isWhole ? { limit, remaining, resetsAt } : undefined;
}

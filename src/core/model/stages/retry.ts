import { type Clock, delay } from '../../../base/clock.ts';
import { type HandingOver, handingOver } from '../handOver.ts';
import type { ModelEvent, ModelFailure, ModelRequest, Next, Stage } from '../request.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
  /** The longest wait that a provider may ask for and get, milliseconds; asked for each time. */
  readonly maxWaitMs?: () => number;
}

/** All tries, the first one included: with the waits below, at most 4.5 s when nothing is asked for. */
const maxAttempts = 4;
/** Each try of a silent server takes minutes, so one more is all that makes sense. */
const maxStalledAttempts = 2;
/** First wait and longest one, and the part of it that is random: the SDK's own figures. */
const firstDelayMs = 500;
const longestDelayMs = 8_000;
const jitterShare = 0.25;
/** What a person at the panel waits for with a countdown; longer, and they decide themselves. */
const defaultMaxWaitMs = 60_000;

/**
 * Tries again where that may help, and says so by `retrying`. Only before the answer has begun: what
 * the consumer has seen of an answer is kept, and its failure passed on.
 */
export function createRetryStage(options: RetryOptions): Stage {
  return (request, next, signal) => handingOver(attempts(options, request, next, signal));
}

async function* attempts(
  options: RetryOptions,
  request: ModelRequest,
  next: Next,
  signal: AbortSignal,
): HandingOver {
  for (let attempt = 1; ; attempt += 1) {
    const events = next(request, signal)[Symbol.asyncIterator]();
    const first = await events.next();
    if (first.done) {
      return undefined;
    }
    const failure = failureOf(first.value);
    const delayMs = failure && delayBefore(attempt, failure, options);
    if (!failure || delayMs === undefined) {
      yield failure ? failed(explained(failure, attempt, options)) : first.value;
      return events;
    }
    yield { type: 'retrying', attempt: attempt + 1, delayMs, failure };
    await delay(options.clock, delayMs, signal);
    if (signal.aborted) {
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
      return undefined;
    }
  }
}

function failureOf(event: ModelEvent): ModelFailure | undefined {
  return event.type === 'ended' && event.outcome.kind === 'failed'
    ? event.outcome.failure
    : undefined;
}

function failed(failure: ModelFailure): ModelEvent {
  return { type: 'ended', outcome: { kind: 'failed', failure } };
}

/** How long to wait before the next try, or undefined for none. */
function delayBefore(
  attempt: number,
  failure: ModelFailure,
  options: RetryOptions,
): number | undefined {
  const limit = failure.kind === 'stalled' ? maxStalledAttempts : maxAttempts;
  if (!failure.canRetry || attempt >= limit || isWaitTooLong(failure, options)) {
    return undefined;
  }
  const random = (options.random ?? Math.random)();
  const backoffMs = Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs);
  const jitteredMs = Math.round(backoffMs * (1 - random * jitterShare));
  return Math.max(failure.retryAfterMs ?? 0, jitteredMs);
}

function isWaitTooLong(failure: ModelFailure, options: RetryOptions): boolean {
  return (failure.retryAfterMs ?? 0) > (options.maxWaitMs?.() ?? defaultMaxWaitMs);
}

/** Says what was done about a failure that is passed on, and until when to wait. */
function explained(failure: ModelFailure, attempt: number, options: RetryOptions): ModelFailure {
  const { retryAfterMs, canRetry, message } = failure;
  if (canRetry && retryAfterMs !== undefined && isWaitTooLong(failure, options)) {
    const until = describeTime(options.clock.wallTime() + retryAfterMs, retryAfterMs);
    const wait = `It asks to wait ${describeDuration(retryAfterMs)}, until ${until}.`;
    return { ...failure, message: `${message} ${wait}` };
  }
  if (attempt > 1) {
    return { ...failure, message: `${message} Slipstream tried ${attempt} times.` };
  }
  return failure;
}

/** The local time, with the date where today's may be meant wrongly. */
function describeTime(wallTimeMs: number, fromNowMs: number): string {
  const isSoon = fromNowMs < 12 * 3600 * 1000;
  const format: Intl.DateTimeFormatOptions = isSoon
    ? { timeStyle: 'short' }
    : { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(undefined, format).format(wallTimeMs);
}

/** In words, rounded up to what matters: `45 seconds`, `10 minutes`, `3 hours`. */
export function describeDuration(durationMs: number): string {
  const seconds = Math.max(1, Math.ceil(durationMs / 1000));
  const [amount, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 90 * 60
        ? [Math.ceil(seconds / 60), 'minute']
        : [Math.ceil(seconds / 3600), 'hour'];
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}

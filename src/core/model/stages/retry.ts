import { type Clock, delay } from '../../../base/clock.ts';
import { slipstream } from '../../telemetry/genAiAttributes.ts';
import { operation } from '../../telemetry/spanNames.ts';
import { hostOf } from '../connection.ts';
import { describeDuration } from '../describeDuration.ts';
import type { Failover } from '../endpoints/endpointPool.ts';
import { isFailureOfEndpoint } from '../failures.ts';
import { type HandingOver, handingOver } from '../handOver.ts';
import type { ModelEvent, ModelFailure, ModelRequest, Next, Stage } from '../request.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
  /** The longest wait that a provider may ask for and get, milliseconds; asked for each time. */
  readonly maxWaitMs?: () => number;
  /** What is known of the endpoints; absent where there is only one. */
  readonly failover?: Failover;
}

/**
 * How often all endpoints are tried, the first time included: with the waits below, at most 4.5 s when
 * nothing is asked for.
 */
const maxRounds = 4;
/** Each try of a silent server takes minutes, so one more is all that makes sense. */
const maxStalledAttempts = 2;
/** First wait and longest one, and the part of it that is random: the SDK's own figures. */
const firstDelayMs = 500;
const longestDelayMs = 8_000;
const jitterShare = 0.25;
/** What a person at the panel waits for with a countdown; longer, and they decide themselves. */
const defaultMaxWaitMs = 60_000;

/**
 * Tries again where that may help, and says so by `retrying`: at once where another endpoint is ready,
 * else after a wait. Only before anything of the answer has come: what the consumer has seen of it is
 * kept, and its failure passed on. So that a try leaves no trace, its events are held back until then.
 */
export function createRetryStage(options: RetryOptions): Stage {
  return (request, next, signal) =>
    handingOver(new Retrying(options, request, next, signal).events());
}

/** One request, from its first try to the one that is passed on. */
class Retrying {
  private readonly options: RetryOptions;
  private readonly request: ModelRequest;
  private readonly next: Next;
  private readonly signal: AbortSignal;
  /** All tries so far. */
  private attempts = 0;
  /** How often the endpoints were gone through. */
  private rounds = 1;
  /** Base URLs that have failed in this round. */
  private failed: readonly string[] = [];

  constructor(options: RetryOptions, request: ModelRequest, next: Next, signal: AbortSignal) {
    this.options = options;
    this.request = request;
    this.next = next;
    this.signal = signal;
  }

  async *events(): HandingOver {
    while (true) {
      const events = this.begin();
      const head = await readHead(events);
      const failure = failureOf(head.at(-1));
      const delayMs = failure && this.delayAfter(failure);
      if (!failure || delayMs === undefined) {
        yield* failure ? [...head.slice(0, -1), failedWith(this.explained(failure))] : head;
        return events;
      }
      yield { type: 'retrying', attempt: this.attempts + 1, delayMs, failure };
      if (delayMs > 0) {
        this.request.trail?.enter(operation.retryWait, { [slipstream.attempt]: this.attempts + 1 });
        await delay(this.options.clock, delayMs, this.signal);
      }
      if (this.signal.aborted) {
        yield { type: 'ended', outcome: { kind: 'cancelled' } };
        return undefined;
      }
    }
  }

  private begin(): AsyncIterator<ModelEvent> {
    this.attempts += 1;
    const { request, failed } = this;
    const attempt = failed.length === 0 ? request : { ...request, avoidEndpoints: failed };
    return this.next(attempt, this.signal)[Symbol.asyncIterator]();
  }

  /** How long to wait before the next try, or undefined for none. */
  private delayAfter(failure: ModelFailure): number | undefined {
    if (failure.kind === 'stalled' && this.attempts >= maxStalledAttempts) {
      return undefined;
    }
    return this.goesOn(failure) ? 0 : this.backoffMs(failure);
  }

  /** Whether another endpoint is asked at once. */
  private goesOn(failure: ModelFailure): boolean {
    const { endpoint } = failure;
    if (endpoint === undefined || !isFailureOfEndpoint(failure)) {
      return false;
    }
    const failed = [...this.failed, endpoint];
    const hasOther = this.options.failover?.hasOther(failed) === true;
    if (hasOther) {
      this.failed = failed;
      this.note(`Another endpoint is asked at once: ${reasonOf(failure)}`);
    }
    return hasOther;
  }

  private backoffMs(failure: ModelFailure): number | undefined {
    const askedMs = this.askedMs(failure);
    if (!failure.canRetry || this.rounds >= maxRounds || this.isTooLong(askedMs)) {
      return undefined;
    }
    const random = (this.options.random ?? Math.random)();
    const backoffMs = Math.min(firstDelayMs * 2 ** (this.rounds - 1), longestDelayMs);
    const jitteredMs = Math.round(backoffMs * (1 - random * jitterShare));
    const delayMs = Math.max(askedMs, jitteredMs);
    this.rounds += 1;
    this.failed = [];
    this.note(`Tried again after ${delayMs} ms: ${reasonOf(failure)}`);
    return delayMs;
  }

  /** How long the provider wants to be left alone: of several endpoints, the first that is ready. */
  private askedMs({ retryAfterMs = 0, endpoint }: ModelFailure): number {
    const { failover } = this.options;
    return failover && endpoint !== undefined ? failover.waitMs() : retryAfterMs;
  }

  private isTooLong(waitMs: number): boolean {
    return waitMs > (this.options.maxWaitMs?.() ?? defaultMaxWaitMs);
  }

  /** Says what was done about a failure that is passed on, and until when to wait. */
  private explained(failure: ModelFailure): ModelFailure {
    const { canRetry, message } = failure;
    const askedMs = this.askedMs(failure);
    if (canRetry && this.isTooLong(askedMs)) {
      const until = describeTime(this.options.clock.wallTime() + askedMs, askedMs);
      const wait = `It asks to wait ${describeDuration(askedMs)}, until ${until}.`;
      return { ...failure, message: `${message} ${wait}` };
    }
    if (this.attempts > 1) {
      return { ...failure, message: `${message} Slipstream tried ${this.attempts} times.` };
    }
    return failure;
  }

  private note(text: string): void {
    this.request.trail?.note('retry', text);
  }
}

/** A try's events up to the first that shows something of the answer, or to its end. */
async function readHead(events: AsyncIterator<ModelEvent>): Promise<readonly ModelEvent[]> {
  const head: ModelEvent[] = [];
  for (let result = await events.next(); !result.done; result = await events.next()) {
    head.push(result.value);
    if (isContent(result.value)) {
      break;
    }
  }
  return head;
}

function isContent(event: ModelEvent): boolean {
  switch (event.type) {
    case 'textDelta':
    case 'thinkingDelta':
      return event.text !== '';
    case 'inputDelta':
      return event.json !== '';
    case 'blockEnded':
    case 'ended':
      return true;
    default:
      return false;
  }
}

function failureOf(event: ModelEvent | undefined): ModelFailure | undefined {
  return event?.type === 'ended' && event.outcome.kind === 'failed'
    ? event.outcome.failure
    : undefined;
}

function failedWith(failure: ModelFailure): ModelEvent {
  return { type: 'ended', outcome: { kind: 'failed', failure } };
}

/** A sentence for the trail, without the advice that is in the failure's message. */
function reasonOf({ kind, status, endpoint }: ModelFailure): string {
  const host = endpoint === undefined ? 'The provider' : hostOf(endpoint);
  return `${host} failed (${status === undefined ? kind : `${kind}, status ${status}`}).`;
}

/** The local time, with the date where today's may be meant wrongly. */
function describeTime(wallTimeMs: number, fromNowMs: number): string {
  const isSoon = fromNowMs < 12 * 3600 * 1000;
  const format: Intl.DateTimeFormatOptions = isSoon
    ? { timeStyle: 'short' }
    : { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(undefined, format).format(wallTimeMs);
}

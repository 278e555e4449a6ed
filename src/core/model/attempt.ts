import type { Clock } from '../../base/clock.ts';
import type { Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { TryWatch } from './endpoints/tryWatch.ts';
import { type FailureContext, failureOfStall } from './failures.ts';
import { type FetchLike, replaceBody } from './httpFetch.ts';
import { IdleWatchdog } from './idleWatchdog.ts';
import type { Outcome } from './request.ts';

/** How long the end of a stream is waited for after its last event, so that its connection is kept. */
const drainMs = 1_000;
/**
 * How long of it the consumer waits, so that a request that follows at once finds the connection
 * free: less than a new one takes, which is at least two round trips with TLS.
 */
const endWaitMs = 20;

/** One HTTP try: its cancellation, its watchdog, and what went wrong below the SDK. */
export class Attempt {
  /** What the connection failed with, before the SDK wrapped it. */
  connectionError: unknown;
  /** The provider's id of the request, once the answer has begun. */
  requestId: string | undefined;
  private readonly clock: Clock;
  private readonly resources: ResourceManager;
  private readonly controller = new AbortController();
  private readonly callerSignal: AbortSignal;
  private readonly observer: TryWatch | undefined;
  private readonly watchdog: IdleWatchdog;
  private readonly registration: Disposable;
  private readonly abort = (): void => {
    this.controller.abort();
    this.release();
  };
  private stalledAfterMs: number | undefined;
  private isDraining = false;

  constructor(
    clock: Clock,
    resources: ResourceManager,
    callerSignal: AbortSignal,
    observer?: TryWatch,
  ) {
    this.observer = observer;
    this.clock = clock;
    this.resources = resources;
    this.callerSignal = callerSignal;
    this.watchdog = new IdleWatchdog(clock, (limitMs) => {
      this.stalledAfterMs = limitMs;
      this.abort();
    });
    this.registration = resources.add({ dispose: this.abort });
    callerSignal.addEventListener('abort', this.abort, { once: true });
    if (callerSignal.aborted) {
      this.abort();
    }
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isAborted(): boolean {
    return this.controller.signal.aborted;
  }

  outcomeOfAbort(context: FailureContext): Outcome {
    return this.stalledAfterMs === undefined
      ? { kind: 'cancelled' }
      : { kind: 'failed', failure: failureOfStall(this.stalledAfterMs, context) };
  }

  /** The first bytes of the answer have come. */
  began(): void {
    this.observer?.began();
  }

  ended(outcome: Outcome): void {
    this.observer?.ended(outcome);
  }

  /** `send` with its waits for bytes watched. Pings count, which the SDK does not show. */
  watch(send: FetchLike, firstByteMs: number, idleMs: number): FetchLike {
    return async (input, init) => {
      this.watchdog.beginWait(firstByteMs);
      try {
        const { observer } = this;
        const onConnected = observer?.connected?.bind(observer);
        const watched = onConnected ? { ...init, onConnected } : init;
        const response = await send(input, watched);
        const { body } = response;
        this.observer?.answered(response.headers);
        this.requestId = response.headers.get('request-id') ?? undefined;
        return response.ok && body ? replaceBody(response, this.watchBody(body, idleMs)) : response;
      } catch (error) {
        this.connectionError = error;
        throw error;
      } finally {
        this.watchdog.endWait();
      }
    };
  }

  /**
   * Reads on to the end of the body, so that the connection can be used again. Resolves at that end,
   * but does not wait long for it: the rest is then read behind the consumer's back.
   */
  async drain(body: AsyncIterator<unknown>): Promise<void> {
    this.isDraining = true;
    this.watchdog.dispose();
    const limit = this.clock.setTimeout(this.abort, drainMs);
    const drained = readToEnd(body)
      // What breaks after the last event costs the connection, not the answer.
      .catch(this.abort)
      .finally(() => {
        limit.dispose();
        this.release();
      });
    await this.within(endWaitMs, drained);
  }

  /** Ends the try: what is still open is closed, unless it is being drained. */
  close(): void {
    if (!this.isDraining) {
      this.abort();
    }
  }

  private async within(limitMs: number, done: Promise<void>): Promise<void> {
    let timer: Disposable | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = this.clock.setTimeout(resolve, limitMs);
    });
    await Promise.race([done, limit]);
    timer?.dispose();
  }

  private watchBody(body: AsyncIterable<Uint8Array>, idleMs: number): AsyncIterable<Uint8Array> {
    const { watchdog } = this;
    const arrived = (result: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> => {
      watchdog.endWait();
      return result;
    };
    return {
      [Symbol.asyncIterator]: () => {
        const parts = body[Symbol.asyncIterator]();
        return {
          next: () => {
            watchdog.beginWait(idleMs);
            return parts.next().then(arrived);
          },
          return: async () => (await parts.return?.()) ?? { done: true, value: undefined },
        };
      },
    };
  }

  private release(): void {
    this.watchdog.dispose();
    this.callerSignal.removeEventListener('abort', this.abort);
    this.resources.forget(this.registration);
  }
}

async function readToEnd(body: AsyncIterator<unknown>): Promise<void> {
  let next = await body.next();
  while (!next.done) {
    next = await body.next();
  }
}

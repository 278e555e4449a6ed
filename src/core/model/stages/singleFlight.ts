import { mayShare } from '../../cache/answerPolicy.ts';
import type { KeyOfRequest } from '../../cache/requestKeys.ts';
import { operation } from '../../telemetry/spanNames.ts';
import { type HandingOver, handingOver } from '../handOver.ts';
import { noUsage } from '../message.ts';
import type { ModelEvent, ModelRequest, Next, Priority, Stage } from '../request.ts';

type Result = IteratorResult<ModelEvent>;

const noMore: Result = { done: true, value: undefined };
const cancelled: Result = { done: false, value: { type: 'ended', outcome: { kind: 'cancelled' } } };
const ranks: Readonly<Record<Priority, number>> = { interactive: 2, background: 1, bulk: 0 };
/** Longer streams take nobody in any more: beyond all that the surfaces which share ask for. */
const maxReplayedEvents = 20_000;

/** Lets equal requests that are under way at the same time share one call. */
export function createSingleFlightStage(options: { readonly keyOf: KeyOfRequest }): Stage {
  const deduplicator = new RequestDeduplicator();
  async function* share(request: ModelRequest, next: Next, signal: AbortSignal): HandingOver {
    request.trail?.enter(operation.singleFlight);
    const key = await options.keyOf(request);
    if (signal.aborted) {
      yield cancelled.value;
      return undefined;
    }
    const call = key === undefined ? next(request, signal) : undefined;
    // What refreshes a kept answer must not be answered by what gives the old one.
    const flightKey = `${key}${request.caching?.mustRefresh ? ' anew' : ''}`;
    return (call ?? deduplicator.join(flightKey, request, next, signal))[Symbol.asyncIterator]();
  }
  return (request, next, signal) =>
    mayShare(request) ? handingOver(share(request, next, signal)) : next(request, signal);
}

/**
 * The calls under way, by key. Who comes late gets what has come and then follows. The call ends
 * with its last caller: that one's cancel aborts the signal that reaches the socket. Nothing is kept
 * of a call that has ended, well or badly.
 */
export class RequestDeduplicator {
  private readonly flights = new Map<string, Flight>();

  /** How many calls are under way and would take in another caller. */
  get size(): number {
    return this.flights.size;
  }

  /** @param signal This caller's own. */
  join(
    key: string,
    request: ModelRequest,
    next: Next,
    signal: AbortSignal,
  ): AsyncIterable<ModelEvent> {
    return { [Symbol.asyncIterator]: () => this.enter(key, request, next, signal) };
  }

  private enter(
    key: string,
    request: ModelRequest,
    next: Next,
    signal: AbortSignal,
  ): AsyncIterator<ModelEvent> {
    const running = this.flights.get(key);
    if (running?.mayTakeIn(request)) {
      request.trail?.note(
        'singleFlight',
        `Shares the answer to an equal request that was under way (${running.requestId}): no call of its own.`,
      );
      if (request.trail) {
        request.trail.answeredFrom = 'shared';
      }
      return new Passenger(running, signal, true);
    }
    const flight: Flight = new Flight(request, next, () => {
      if (this.flights.get(key) === flight) {
        this.flights.delete(key);
      }
    });
    this.flights.set(key, flight);
    return new Passenger(flight, signal, false);
  }
}

/** One call and those who wait for it. It goes on at the pace of the fastest. */
class Flight {
  readonly requestId: string;
  private readonly rank: number;
  private readonly onClosed: () => void;
  private readonly controller = new AbortController();
  private readonly passengers = new Set<Passenger>();
  /** What has come. One copy for all, so that a slow reader holds nobody. */
  private readonly results: Result[] = [];
  private readonly events: AsyncIterator<ModelEvent>;
  private failure: { readonly error: unknown } | undefined;
  private isPulling = false;
  /** Takes in nobody any more. */
  private isClosed = false;
  private isOver = false;

  constructor(request: ModelRequest, next: Next, onClosed: () => void) {
    this.requestId = request.id;
    this.rank = ranks[request.priority];
    this.onClosed = onClosed;
    this.events = next(request, this.controller.signal)[Symbol.asyncIterator]();
  }

  /** Nobody joins a call that waits in the queue behind where they would. */
  mayTakeIn(request: ModelRequest): boolean {
    return !this.isClosed && (this.rank >= ranks[request.priority] || this.results.length > 0);
  }

  enter(passenger: Passenger): void {
    this.passengers.add(passenger);
  }

  /** The call's own signal is aborted with the last one. */
  leave(passenger: Passenger): void {
    if (this.passengers.delete(passenger) && this.passengers.size === 0 && !this.isOver) {
      this.close();
      this.controller.abort();
      // What it still says or throws is nobody's concern any more.
      this.events.return?.().then(undefined, () => undefined);
    }
  }

  /** What came at this place, if it has come. */
  at(index: number): Result | undefined {
    return this.results[index];
  }

  /** Has whoever waits told of what comes next. */
  pull(): void {
    if (this.failure) {
      this.onError(this.failure.error);
    } else if (!this.isPulling) {
      this.isPulling = true;
      this.events.next().then(this.onResult, this.onError);
    }
  }

  private readonly onResult = (result: Result): void => {
    this.isPulling = false;
    this.results.push(result);
    this.isOver = result.done === true || result.value.type === 'ended';
    if (this.isOver || this.results.length > maxReplayedEvents) {
      this.close();
    }
    for (const passenger of this.passengers) {
      passenger.wake();
    }
  };

  private readonly onError = (error: unknown): void => {
    this.failure = { error };
    this.isOver = true;
    this.close();
    for (const passenger of this.passengers) {
      passenger.fail(error);
    }
  };

  private close(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      this.onClosed();
    }
  }
}

/** One caller's way through the stream of a call. */
class Passenger implements AsyncIterator<ModelEvent> {
  private readonly flight: Flight;
  private readonly signal: AbortSignal;
  private readonly isGuest: boolean;
  private place = 0;
  private isGone = false;
  private resolve: ((result: Result) => void) | undefined;
  private reject: ((error: unknown) => void) | undefined;

  /** @param isGuest Whether the call is another's, who pays for it. */
  constructor(flight: Flight, signal: AbortSignal, isGuest: boolean) {
    this.flight = flight;
    this.signal = signal;
    this.isGuest = isGuest;
    flight.enter(this);
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  next(): Promise<Result> {
    if (this.isGone) {
      return Promise.resolve(noMore);
    }
    const known = this.flight.at(this.place);
    if (known) {
      return Promise.resolve(this.take(known));
    }
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.flight.pull();
    });
  }

  return(): Promise<Result> {
    this.leave();
    this.resolve?.(noMore);
    return Promise.resolve(noMore);
  }

  wake(): void {
    const { resolve } = this;
    const result = resolve && this.flight.at(this.place);
    if (result) {
      this.resolve = undefined;
      resolve(this.take(result));
    }
  }

  fail(error: unknown): void {
    if (this.resolve) {
      this.resolve = undefined;
      this.leave();
      this.reject?.(error);
    }
  }

  private take(result: Result): Result {
    this.place += 1;
    if (result.done || result.value.type === 'ended') {
      this.leave();
    }
    return this.isGuest && !result.done ? asGuest(result, result.value) : result;
  }

  private readonly onAbort = (): void => {
    if (this.isGone) {
      return;
    }
    const { resolve } = this;
    this.resolve = undefined;
    this.leave();
    resolve?.(cancelled);
  };

  private leave(): void {
    if (!this.isGone) {
      this.isGone = true;
      this.signal.removeEventListener('abort', this.onAbort);
      this.flight.leave(this);
    }
  }
}

/** The call was counted and measured for who began it: a second time would be wrong. */
function asGuest(result: Result, event: ModelEvent): Result {
  switch (event.type) {
    case 'usage':
      return { done: false, value: { type: 'usage', usage: noUsage } };
    case 'started':
      return {
        done: false,
        value: { type: 'started', messageId: event.messageId, model: event.model },
      };
    default:
      return result;
  }
}

import { isCancellation } from '../../base/errors.ts';
import type { ModelEvent, ModelFailure, Outcome } from './request.ts';

type Start = (signal: AbortSignal) => AsyncIterable<ModelEvent>;

export interface GuardOptions {
  /** Any of them ends the stream as cancelled: the caller's, and the owner's at its disposal. */
  readonly signals: readonly AbortSignal[];
  /** Told of what a stage threw, which is a mistake of ours. */
  readonly onInternalError: (error: unknown) => void;
}

/**
 * Whatever the stages do, the consumer sees exactly one `ended`, as the last event, and nothing is
 * thrown. Cancelling ends the stream at once, without waiting for a stage; leaving the iteration
 * cancels too. The signal that the stages get is aborted in both cases, which frees what they hold.
 */
export function guardedStream(start: Start, options: GuardOptions): AsyncIterable<ModelEvent> {
  return { [Symbol.asyncIterator]: () => new GuardedStream(start, options) };
}

type Result = IteratorResult<ModelEvent>;

const noMore: Result = { done: true, value: undefined };

/** One consumer that waits for each event before it asks for the next, as `for await` does. */
class GuardedStream implements AsyncIterator<ModelEvent> {
  private readonly controller = new AbortController();
  private readonly options: GuardOptions;
  private readonly start: Start;
  private events: AsyncIterator<ModelEvent> | undefined;
  private waiting: ((result: Result) => void) | undefined;
  /** The end, where it came while nobody was waiting. */
  private untold: Result | undefined;
  private isEnded = false;

  constructor(start: Start, options: GuardOptions) {
    this.start = start;
    this.options = options;
  }

  next(): Promise<Result> {
    if (this.isEnded) {
      const last = this.untold ?? noMore;
      this.untold = undefined;
      return Promise.resolve(last);
    }
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.pull();
    });
  }

  return(): Promise<Result> {
    this.untold = undefined;
    if (!this.isEnded) {
      this.settle();
      this.stop();
    }
    return Promise.resolve(noMore);
  }

  private pull(): void {
    try {
      this.events ??= this.begin();
      this.events?.next().then(this.onResult, this.onError);
    } catch (error) {
      this.onError(error);
    }
  }

  private begin(): AsyncIterator<ModelEvent> | undefined {
    const { signals } = this.options;
    if (signals.some((signal) => signal.aborted)) {
      this.onAbort();
      return undefined;
    }
    for (const signal of signals) {
      signal.addEventListener('abort', this.onAbort, { once: true });
    }
    return this.start(this.controller.signal)[Symbol.asyncIterator]();
  }

  private readonly onResult = (result: Result): void => {
    if (this.isEnded) {
      return;
    }
    if (result.done) {
      this.end(failed(new Error('A stage ended its stream without an outcome.'), this.options));
      return;
    }
    if (result.value.type === 'ended') {
      this.settle();
    }
    this.answer(result);
  };

  private readonly onError = (error: unknown): void => {
    if (!this.isEnded) {
      const isCancelled = isCancellation(error) && this.controller.signal.aborted;
      this.end(isCancelled ? { kind: 'cancelled' } : failed(error, this.options));
      this.stop();
    }
  };

  private readonly onAbort = (): void => {
    this.end({ kind: 'cancelled' });
    this.stop();
  };

  private end(outcome: Outcome): void {
    this.settle();
    const last: Result = { done: false, value: { type: 'ended', outcome } };
    if (this.waiting) {
      this.answer(last);
    } else {
      this.untold = last;
    }
  }

  private answer(result: Result): void {
    const resolve = this.waiting;
    this.waiting = undefined;
    resolve?.(result);
  }

  private settle(): void {
    this.isEnded = true;
    for (const signal of this.options.signals) {
      signal.removeEventListener('abort', this.onAbort);
    }
  }

  /** Lets the stages go. What they still say or throw is nobody's concern any more. */
  private stop(): void {
    this.controller.abort();
    this.events?.return?.().then(undefined, () => undefined);
  }
}

function failed(error: unknown, options: GuardOptions): Outcome {
  options.onInternalError(error);
  const failure: ModelFailure = {
    kind: 'internal',
    message: 'Slipstream made a mistake while it asked the model. Try again.',
    canRetry: true,
  };
  return { kind: 'failed', failure };
}

import type { Clock } from './clock.ts';
import { BugError, CancelledError, toError } from './errors.ts';
import { type Disposable, toDisposable } from './lifecycle.ts';

/** How a pool makes, cleans and drops its objects, and how many it keeps. */
export interface ObjectPoolOptions<T extends object> {
  /** Makes an object. What it throws or rejects with goes to the caller that waits. */
  readonly create: () => T | Promise<T>;
  /** Cleans an object that comes back; where it throws, the object is dropped. */
  readonly reset: (object: T) => void;
  /** Lets go of what an object holds. */
  readonly dispose: (object: T) => void;
  /** This many objects, once made, stay however long nobody uses them. */
  readonly min: number;
  /** At most this many objects exist at a time; who asks for more waits. */
  readonly max: number;
  /** At most this many objects lie unused; more are dropped as they come back. */
  readonly maxIdle: number;
  /** How long an object may lie unused before it is dropped, ms. */
  readonly idleMs: number;
  readonly clock: Clock;
  /** Hears what `dispose` throws; by default it surfaces as an uncaught error. */
  readonly onDisposalError?: (error: unknown) => void;
}

export interface AcquireOptions {
  /** Higher is served first; equal ones in the order they came. Default 0. */
  readonly priority?: number;
  /** Takes this caller, and no other, out of the queue with a `CancelledError`. */
  readonly signal?: AbortSignal;
  /** How long to wait before an `AcquireTimeoutError`, ms. Default: as long as it takes. */
  readonly timeoutMs?: number;
}

export interface ObjectPoolCounts {
  /** Objects made since the start. */
  readonly created: number;
  readonly inUse: number;
  readonly idle: number;
  /** Callers in the queue now. */
  readonly waiting: number;
  /** Callers that did not get an object at once, since the start. */
  readonly waits: number;
  /** What they waited together, those in vain included, ms. */
  readonly totalWaitMs: number;
  /** Objects dropped because `reset` threw, since the start. */
  readonly dropped: number;
}

const noCounts: ObjectPoolCounts = {
  created: 0,
  inUse: 0,
  idle: 0,
  waiting: 0,
  waits: 0,
  totalWaitMs: 0,
  dropped: 0,
};

/** The counts of several pools together. */
export function sumOfCounts(pools: Iterable<ObjectPoolCounts>): ObjectPoolCounts {
  const sum: { -readonly [Name in keyof ObjectPoolCounts]: number } = { ...noCounts };
  for (const pool of pools) {
    sum.created += pool.created;
    sum.inUse += pool.inUse;
    sum.idle += pool.idle;
    sum.waiting += pool.waiting;
    sum.waits += pool.waits;
    sum.totalWaitMs += pool.totalWaitMs;
    sum.dropped += pool.dropped;
  }
  return sum;
}

/** No object came free in the time that a caller was willing to wait. */
export class AcquireTimeoutError extends Error {
  override readonly name = 'AcquireTimeoutError';

  constructor(timeoutMs: number) {
    super(`No pooled object was free within ${timeoutMs} ms.`);
  }
}

interface Waiter<T> {
  readonly priority: number;
  readonly sinceMs: number;
  resolve(object: T): void;
  reject(error: Error): void;
}

interface IdleObject<T> {
  readonly object: T;
  readonly sinceMs: number;
}

/**
 * Lends out a bounded number of objects that are dear to make. When all are lent, callers wait in
 * the order of priority. The object that came back last is lent first, so that the others age and go.
 */
export class ObjectPool<T extends object> implements Disposable {
  private readonly options: ObjectPoolOptions<T>;
  private readonly inUse = new Set<T>();
  /** The longest unused first. */
  private readonly idle: IdleObject<T>[] = [];
  /** In the order in which they are served. */
  private readonly waiters: Waiter<T>[] = [];
  private readonly totals = { created: 0, waits: 0, totalWaitMs: 0, dropped: 0 };
  private creating = 0;
  private idleTimer: Disposable | undefined;
  private isDisposed = false;

  constructor(options: ObjectPoolOptions<T>) {
    const { min, max, maxIdle } = options;
    if (!(min >= 0 && max >= 1 && min <= maxIdle && maxIdle <= max)) {
      throw new BugError('A pool needs 0 <= min <= maxIdle <= max and 1 <= max.');
    }
    this.options = options;
  }

  /**
   * An object for the caller alone, until `release`. Rejects with what the factory failed with, with
   * `CancelledError` when aborted or when the pool is disposed, or with `AcquireTimeoutError`.
   */
  acquire(options: AcquireOptions = {}): Promise<T> {
    if (this.isDisposed || options.signal?.aborted) {
      return Promise.reject(new CancelledError());
    }
    return new Promise((resolve, reject) => {
      const waiter = this.enqueue(options, resolve, reject);
      this.serve();
      if (this.waiters.includes(waiter)) {
        this.totals.waits += 1;
        this.limitWait(waiter, options);
      }
    });
  }

  /** Gives an object back. Throws `BugError` for one that is not lent. */
  release(object: T): void {
    if (!this.inUse.delete(object)) {
      const isKnown = this.idle.some((entry) => entry.object === object);
      throw new BugError(
        isKnown ? 'A pooled object was released twice.' : 'The object is not lent by this pool.',
      );
    }
    if (this.isDisposed) {
      this.disposeObject(object);
      return;
    }
    this.takeBack(object);
    this.serve();
  }

  counts(): ObjectPoolCounts {
    return {
      ...this.totals,
      inUse: this.inUse.size,
      idle: this.idle.length,
      waiting: this.waiters.length,
    };
  }

  /** Drops what is unused, rejects who waits, and drops what is lent as it comes back. */
  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.isDisposed = true;
    this.idleTimer?.dispose();
    for (const waiter of [...this.waiters]) {
      this.fail(waiter, new CancelledError());
    }
    for (const { object } of this.idle.splice(0)) {
      this.disposeObject(object);
    }
  }

  private get size(): number {
    return this.inUse.size + this.idle.length + this.creating;
  }

  private enqueue(
    options: AcquireOptions,
    resolve: (object: T) => void,
    reject: (error: Error) => void,
  ): Waiter<T> {
    const priority = options.priority ?? 0;
    const waiter = { priority, sinceMs: this.options.clock.now(), resolve, reject };
    const place = this.waiters.findIndex((other) => other.priority < priority);
    this.waiters.splice(place < 0 ? this.waiters.length : place, 0, waiter);
    return waiter;
  }

  /** Lets the waiter go when it is aborted or its time is over. */
  private limitWait(waiter: Waiter<T>, { signal, timeoutMs }: AcquireOptions): void {
    const cancel = (): void => this.fail(waiter, new CancelledError());
    signal?.addEventListener('abort', cancel, { once: true });
    const timer =
      timeoutMs === undefined
        ? undefined
        : this.options.clock.setTimeout(
            () => this.fail(waiter, new AcquireTimeoutError(timeoutMs)),
            timeoutMs,
          );
    const { resolve, reject } = waiter;
    const end = toDisposable(() => {
      signal?.removeEventListener('abort', cancel);
      timer?.dispose();
      this.totals.totalWaitMs += this.options.clock.now() - waiter.sinceMs;
    });
    waiter.resolve = (object) => {
      end.dispose();
      resolve(object);
    };
    waiter.reject = (error) => {
      end.dispose();
      reject(error);
    };
  }

  /** Hands unused objects to who waits, and has more made as long as there is room. */
  private serve(): void {
    while (this.waiters.length > 0) {
      const entry = this.idle.pop();
      if (entry) {
        this.lend(entry.object);
      } else if (this.creating < this.waiters.length && this.size < this.options.max) {
        this.startCreation();
      } else {
        break;
      }
    }
    this.watchIdle();
  }

  private lend(object: T): void {
    const waiter = this.waiters.shift();
    if (!waiter) {
      throw new BugError('An object was to be lent and nobody waited.');
    }
    this.inUse.add(object);
    waiter.resolve(object);
  }

  private startCreation(): void {
    this.creating += 1;
    let made: T | Promise<T>;
    try {
      made = this.options.create();
    } catch (error) {
      this.endFailedCreation(error);
      return;
    }
    if (!(made instanceof Promise)) {
      this.endCreation(made);
      return;
    }
    made.then(
      (object) => {
        this.endCreation(object);
        this.serve();
      },
      (error: unknown) => {
        this.endFailedCreation(error);
        this.serve();
      },
    );
  }

  private endCreation(object: T): void {
    this.creating -= 1;
    this.totals.created += 1;
    if (this.isDisposed) {
      this.disposeObject(object);
    } else if (this.waiters.length > 0) {
      this.lend(object);
    } else {
      this.keepOrDrop(object);
    }
  }

  private endFailedCreation(error: unknown): void {
    this.creating -= 1;
    const [first] = this.waiters;
    // Where nobody waits any more, nobody is left to be told.
    if (first) {
      this.fail(first, toError(error));
    }
  }

  private takeBack(object: T): void {
    try {
      this.options.reset(object);
    } catch {
      // An object that can't be cleaned is useless, whatever the reason; the count tells of it.
      this.totals.dropped += 1;
      this.disposeObject(object);
      return;
    }
    if (this.waiters.length > 0) {
      this.lend(object);
    } else {
      this.keepOrDrop(object);
    }
  }

  private keepOrDrop(object: T): void {
    if (this.idle.length >= this.options.maxIdle) {
      this.disposeObject(object);
    } else {
      this.idle.push({ object, sinceMs: this.options.clock.now() });
    }
  }

  /** Sets the timer for the object that has been unused longest, if it may go at all. */
  private watchIdle(): void {
    this.idleTimer?.dispose();
    this.idleTimer = undefined;
    const [oldest] = this.idle;
    if (!oldest || this.size <= this.options.min || this.isDisposed) {
      return;
    }
    const { clock, idleMs } = this.options;
    const leftMs = oldest.sinceMs + idleMs - clock.now();
    this.idleTimer = clock.setTimeout(() => this.dropAged(), Math.max(0, leftMs));
  }

  private dropAged(): void {
    const { clock, idleMs, min } = this.options;
    while (this.size > min) {
      const [oldest] = this.idle;
      if (!oldest || oldest.sinceMs + idleMs > clock.now()) {
        break;
      }
      this.idle.shift();
      this.disposeObject(oldest.object);
    }
    this.watchIdle();
  }

  private fail(waiter: Waiter<T>, error: Error): void {
    const place = this.waiters.indexOf(waiter);
    if (place >= 0) {
      this.waiters.splice(place, 1);
      waiter.reject(error);
    }
  }

  private disposeObject(object: T): void {
    try {
      this.options.dispose(object);
    } catch (error) {
      const report = this.options.onDisposalError ?? surface;
      report(error);
    }
  }
}

function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

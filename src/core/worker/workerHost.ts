import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { CancelledError, throwIfCancelled, toError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { WorkerAnswer, WorkerRequest } from './workerServer.ts';

export interface WorkerHostOptions {
  /** The worker's own bundle: what it runs is `serveRequests`. */
  readonly entry: string | URL;
  readonly clock: Clock;
  /** How long a worker without work is kept. */
  readonly idleMs: number;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Work in a thread of its own, which starts with the first request and ends when none came for a
 * while. Structured clones go both ways.
 */
export class WorkerHost<Request, Result> implements Disposable {
  private readonly options: WorkerHostOptions;
  private readonly pending = new Map<number, Pending>();
  private worker: Worker | undefined;
  private idleTimer: Disposable | undefined;
  private lastId = 0;
  private isDisposed = false;

  constructor(options: WorkerHostOptions) {
    this.options = options;
  }

  get isRunning(): boolean {
    return this.worker !== undefined;
  }

  /** Rejects with `CancelledError` when aborted; where nothing else runs, the thread ends with it. */
  async run(request: Request, signal: AbortSignal): Promise<Result> {
    throwIfCancelled(signal);
    if (this.isDisposed) {
      throw new CancelledError();
    }
    this.idleTimer?.dispose();
    const worker = this.worker ?? this.start();
    this.lastId += 1;
    const id = this.lastId;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
    });
    const cancel = (): void => this.cancel(id);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const message: WorkerRequest = { id, request };
      worker.ref();
      worker.postMessage(message);
      return (await answered) as Result;
    } finally {
      signal.removeEventListener('abort', cancel);
      this.pending.delete(id);
      this.rest();
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.end(new CancelledError());
  }

  private start(): Worker {
    const worker = new Worker(this.options.entry);
    worker.on('message', (answer: WorkerAnswer) => this.settle(answer));
    const fail = (error: Error): void => {
      if (this.worker === worker) {
        this.end(error);
      }
    };
    worker.on('error', (error) => fail(toError(error)));
    worker.on('exit', (code) => fail(new Error(`The worker ended with code ${code}.`)));
    this.worker = worker;
    return worker;
  }

  private settle(answer: WorkerAnswer): void {
    const pending = this.pending.get(answer.id);
    if (answer.error === undefined) {
      pending?.resolve(answer.result);
    } else {
      pending?.reject(new Error(answer.error));
    }
  }

  private cancel(id: number): void {
    this.pending.get(id)?.reject(new CancelledError());
    this.pending.delete(id);
    // Only ending the thread stops what it is at.
    if (this.pending.size === 0) {
      this.end(new CancelledError());
    }
  }

  private rest(): void {
    if (this.pending.size === 0 && this.worker) {
      // A thread without work keeps no process alive.
      this.worker.unref();
      const { clock, idleMs } = this.options;
      this.idleTimer?.dispose();
      this.idleTimer = clock.setTimeout(() => this.end(new CancelledError()), idleMs);
    }
  }

  /** Ends the thread; what waits for it fails with `error`. */
  private end(error: Error): void {
    const { worker } = this;
    this.idleTimer?.dispose();
    this.worker = undefined;
    for (const pending of this.pending.values()) {
      pending.reject(error);
    }
    this.pending.clear();
    // It resolves when the thread is gone; nothing is left to be done then.
    void worker?.terminate();
  }
}

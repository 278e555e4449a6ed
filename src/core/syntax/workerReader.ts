import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { CancelledError, toError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { WorkerStructure } from './structureSyntax.ts';
import type { SyntaxText } from './syntax.ts';
import type { WorkerAnswer, WorkerRequest, WorkerSetup } from './workerProtocol.ts';

/** A worker that has nothing to do for so long is ended, ms; it starts again in some 50. */
const idleMs = 30_000;

interface WorkerReaderParts {
  readonly grammarsDir: string;
  readonly workerFile: string;
  readonly clock: Clock;
  readonly onError: (error: Error, action: string) => void;
}

interface Job {
  readonly cancelled: SharedArrayBuffer;
  settle(structure: WorkerStructure | undefined): void;
}

/** The structure that was asked for last: the same text is often asked about several times. */
interface LastStructure extends SyntaxText {
  readonly structure: WorkerStructure;
}

/** Has long texts parsed in a worker, which is started on first use and ended when idle. */
export class WorkerReader implements Disposable {
  private readonly parts: WorkerReaderParts;
  private readonly resources = new ResourceManager('syntaxWorker');
  private readonly jobs = new Map<number, Job>();
  private worker: Worker | undefined;
  private idleTimer: Disposable | undefined;
  private last: LastStructure | undefined;
  private nextId = 0;

  constructor(parts: WorkerReaderParts) {
    this.parts = parts;
    this.resources.defer(() => this.end());
  }

  get isRunning(): boolean {
    return this.worker !== undefined;
  }

  /** Undefined where the worker fails or its deadline passes. */
  async read(
    text: SyntaxText,
    signal: AbortSignal | undefined,
  ): Promise<WorkerStructure | undefined> {
    const { last } = this;
    if (last && last.languageId === text.languageId && last.text === text.text) {
      return last.structure;
    }
    const structure = await this.ask(text, signal);
    this.last = structure && { ...text, structure };
    return structure;
  }

  /** A document was closed: what is known of it is let go. */
  closed(documentId: string): void {
    if (this.last?.documentId === documentId) {
      this.last = undefined;
    }
  }

  dispose(): void {
    this.resources.dispose();
  }

  private ask(
    { languageId, text }: SyntaxText,
    signal: AbortSignal | undefined,
  ): Promise<WorkerStructure | undefined> {
    const id = this.nextId;
    this.nextId += 1;
    const cancelled = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        Atomics.store(new Int32Array(cancelled), 0, 1);
        this.settle(id, undefined);
        reject(new CancelledError());
      };
      const settle = (structure: WorkerStructure | undefined): void => {
        signal?.removeEventListener('abort', cancel);
        resolve(structure);
      };
      this.jobs.set(id, { cancelled, settle });
      signal?.addEventListener('abort', cancel, { once: true });
      const request: WorkerRequest = { id, languageId, text, cancelled };
      this.running().postMessage(request);
    });
  }

  private running(): Worker {
    this.idleTimer?.dispose();
    this.worker ??= this.start();
    return this.worker;
  }

  private start(): Worker {
    const { workerFile, grammarsDir } = this.parts;
    const setup: WorkerSetup = { grammarsDir };
    const worker = new Worker(workerFile, { workerData: setup });
    worker.on('message', ({ id, structure, failure }: WorkerAnswer) => {
      if (failure !== undefined) {
        this.report(new Error(failure));
      }
      this.settle(id, structure);
    });
    worker.on('error', (error) => {
      if (worker === this.worker) {
        this.report(toError(error));
        this.end();
      }
    });
    return worker;
  }

  private report(error: Error): void {
    this.parts.onError(error, 'Parsing a long file');
  }

  private settle(id: number, structure: WorkerStructure | undefined): void {
    this.jobs.get(id)?.settle(structure);
    this.jobs.delete(id);
    this.idleTimer?.dispose();
    if (this.jobs.size === 0 && this.worker) {
      this.idleTimer = this.parts.clock.setTimeout(() => this.end(), idleMs);
    }
  }

  /** Ends the worker with whatever it does. */
  private end(): void {
    const { worker } = this;
    this.worker = undefined;
    for (const id of [...this.jobs.keys()]) {
      this.settle(id, undefined);
    }
    this.idleTimer?.dispose();
    worker?.terminate().catch((error: unknown) => this.report(toError(error)));
  }
}

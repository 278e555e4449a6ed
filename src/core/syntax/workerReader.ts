import type { Clock } from '../../base/clock.ts';
import { CancelledError, toError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { WorkerHost } from '../worker/workerHost.ts';
import type { WorkerStructure } from './structureSyntax.ts';
import type { SyntaxText } from './syntax.ts';
import type { ParseRequest } from './syntaxWorker.ts';

/** A worker that has nothing to do for so long is ended, ms; it starts again in some 50. */
const idleMs = 30_000;

interface WorkerReaderParts {
  readonly grammarsDir: string;
  readonly workerFile: string;
  readonly clock: Clock;
  readonly onError: (error: Error, action: string) => void;
}

/** The structure that was asked for last: the same text is often asked about several times. */
interface LastStructure extends SyntaxText {
  readonly structure: WorkerStructure;
}

/** Has long texts parsed in a worker, which is started on first use and ended when idle. */
export class WorkerReader implements Disposable {
  private readonly parts: WorkerReaderParts;
  private readonly resources = new ResourceManager('syntaxWorker');
  private readonly worker: WorkerHost<ParseRequest, WorkerStructure | undefined>;
  /** The thread outlives what is cancelled: with it went the grammars that it has loaded. */
  private readonly never = new AbortController().signal;
  private last: LastStructure | undefined;

  constructor(parts: WorkerReaderParts) {
    this.parts = parts;
    const { workerFile, clock } = parts;
    this.worker = this.resources.add(new WorkerHost({ entry: workerFile, clock, idleMs }));
  }

  get isRunning(): boolean {
    return this.worker.isRunning;
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
    const cancelled = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const { grammarsDir } = this.parts;
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        Atomics.store(new Int32Array(cancelled), 0, 1);
        reject(new CancelledError());
      };
      const settle = (structure: WorkerStructure | undefined): void => {
        signal?.removeEventListener('abort', cancel);
        resolve(structure);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const parsed = this.worker.run({ grammarsDir, languageId, text, cancelled }, this.never);
      parsed.then(settle, (error: unknown) => {
        this.report(error);
        settle(undefined);
      });
    });
  }

  private report(error: unknown): void {
    // It was disposed meanwhile.
    if (!(error instanceof CancelledError)) {
      this.parts.onError(toError(error), 'Parsing a long file');
    }
  }
}

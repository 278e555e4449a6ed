import type { WorkerStructure } from './structureSyntax.ts';

/** What the worker is started with. */
export interface WorkerSetup {
  readonly grammarsDir: string;
}

export interface WorkerRequest {
  readonly id: number;
  readonly languageId: string;
  readonly text: string;
  /** One number; other than zero it says that nobody wants the answer any more. */
  readonly cancelled: SharedArrayBuffer;
}

/** The structure of a text; undefined where the request was cancelled or took too long. */
export interface WorkerAnswer {
  readonly id: number;
  readonly structure: WorkerStructure | undefined;
  /** Why there is none. */
  readonly failure?: string;
}

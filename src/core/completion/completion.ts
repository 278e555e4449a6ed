import type { ModelRequest, Outcome } from '../model/request.ts';

/** Where a completion is asked for. */
export interface CompletionPlace {
  /** The document's URI. */
  readonly documentId: string;
  /** Absolute; what the document would be called where it was never saved. */
  readonly path: string;
  readonly languageId: string;
  /** The whole text, as the user sees it. */
  readonly text: string;
  /** The cursor, as a UTF-16 offset. */
  readonly offset: number;
}

/** Why a completion is asked for: by typing, or by the user's command. */
export type CompletionTrigger = 'automatic' | 'invoke';

/** What is sent for one completion. */
export interface CompletionPrompt {
  /** Without an id, which each call gets anew. Surface `completion`. */
  readonly request: Omit<ModelRequest, 'id'>;
  /** Whether the answer may go beyond the line with the cursor. */
  readonly isMultiline: boolean;
  /** Raised whenever prompt or shaping change: part of the key that answers are kept under. */
  readonly version: number;
}

export interface PromptOptions {
  readonly trigger: CompletionTrigger;
  readonly model: string;
  /** How many other completions of this place were offered already, for another one. */
  readonly alternative: number;
}

/** Gathers what a model must know of a place. Reads neither ignored nor secret files. */
export interface CompletionPrompts {
  /** Undefined where nothing may be asked about this file. */
  build(
    place: CompletionPlace,
    options: PromptOptions,
    signal: AbortSignal,
  ): Promise<CompletionPrompt | undefined>;
  /**
   * Has ready what takes longest, for the prompt that is likely to be built next; what is built
   * meanwhile waits for it. Rejects where it is cancelled.
   */
  prepare(place: CompletionPlace, signal: AbortSignal): Promise<void>;
}

/** Makes a completion of an answer while it streams. */
export interface AnswerShaper {
  /** `enough` where the rest of the answer would be cut off: the stream can be aborted. */
  push(delta: string): 'more' | 'enough';
  /** What could be inserted so far, without what may still be taken back. */
  readonly text: string;
  /** The text to insert; undefined where nothing of the answer is fit to be shown. */
  finish(outcome: Outcome | 'enough'): Promise<string | undefined>;
}

export interface CompletionShaping {
  begin(place: CompletionPlace, prompt: CompletionPrompt): Promise<AnswerShaper>;
}

/** A guess made on this machine, without a model. */
export interface LocalPrediction {
  readonly text: string;
  /** Estimated share of such guesses that are right, 0 to 1. */
  readonly confidence: number;
}

/** Learns from the open files what is likely to follow. Synchronous and quick enough for each key. */
export interface LocalPredictor {
  learn(documentId: string, languageId: string, text: string): void;
  forget(documentId: string): void;
  /** Undefined where nothing is likely enough. */
  predict(place: CompletionPlace): LocalPrediction | undefined;
}

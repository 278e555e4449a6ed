import type { Event } from '../../base/emitter.ts';
import type { Next } from './request.ts';

/** A language model that the editor offers. */
export interface EditorModel {
  readonly id: string;
  /** For display. */
  readonly name: string;
  readonly maxInputTokens: number;
}

/** The editor's own language models, for users who have a subscription there. Implemented in `host`. */
export interface EditorModels {
  /** Empty where no extension offers one, or the user has not signed in. */
  list(): Promise<readonly EditorModel[]>;
  readonly onDidChange: Event<void>;
  /** Sends a request to the model that it names. */
  readonly stream: Next;
}

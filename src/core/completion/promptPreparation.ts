import type { Clock } from '../../base/clock.ts';
import { isCancellation } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { CompletionPrompts } from './completion.ts';
import type { CompletionEngine } from './completionEngine.ts';
import type { CompletionSpot } from './completionSpot.ts';

export interface PromptPreparationParts {
  readonly clock: Clock;
  readonly prompts: Pick<CompletionPrompts, 'prepare'>;
  readonly engine: Pick<CompletionEngine, 'isOpen' | 'askAhead'>;
  /** A mistake of ours. */
  readonly onInternalError: (error: unknown) => void;
}

/**
 * From a key to the work, milliseconds: whatever else the key sets off goes first, and VS Code asks
 * only 50 ms after it.
 */
export const preparationDelayMs = 10;

/**
 * Between a key and the editor's question nothing happens. That time is used to parse the file and to
 * gather what a prompt takes, so that the request leaves without waiting for either.
 */
export class PromptPreparation implements Disposable {
  private readonly parts: PromptPreparationParts;
  private timer: Disposable | undefined;
  private controller: AbortController | undefined;

  constructor(parts: PromptPreparationParts) {
    this.parts = parts;
  }

  /**
   * A key was pressed.
   * @param spot Where the cursor is by then; undefined where nothing is to be completed.
   * @param mayAsk Whether the model may also be asked, as the editor is known to do it in a moment.
   */
  typed(spot: () => CompletionSpot | undefined, mayAsk: boolean): void {
    this.stop();
    this.timer = this.parts.clock.setTimeout(
      () => this.prepare(spot(), mayAsk),
      preparationDelayMs,
    );
  }

  /** Lets go of what is prepared. */
  stop(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.controller?.abort();
    this.controller = undefined;
  }

  dispose(): void {
    this.stop();
  }

  private prepare(spot: CompletionSpot | undefined, mayAsk: boolean): void {
    const { prompts, engine, onInternalError } = this.parts;
    if (!spot || !engine.isOpen(spot)) {
      return;
    }
    this.controller = new AbortController();
    const { signal } = this.controller;
    // A request waits for what is being prepared.
    const asking = mayAsk ? engine.askAhead(spot, signal) : undefined;
    Promise.all([prompts.prepare(spot.place, signal), asking]).catch((error: unknown) => {
      if (!isCancellation(error)) {
        onInternalError(error);
      }
    });
  }
}

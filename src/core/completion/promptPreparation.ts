import type { Clock } from '../../base/clock.ts';
import { isCancellation } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Syntax } from '../syntax/syntax.ts';
import type { CompletionPlace, CompletionPrompts } from './completion.ts';
import type { CompletionEngine } from './completionEngine.ts';
import type { CompletionSpot } from './completionSpot.ts';
import { warmCompletions } from './completionWarming.ts';

export interface PromptPreparationParts {
  readonly clock: Clock;
  readonly prompts: Pick<CompletionPrompts, 'prepare'>;
  readonly engine: Pick<CompletionEngine, 'isOpen' | 'askAhead'>;
  readonly syntax: Pick<Syntax, 'read'>;
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
  private warming: AbortController | undefined;

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

  /** Does what the first completion of a language would wait for, until the next key. */
  async warm(place: CompletionPlace): Promise<void> {
    this.warming?.abort();
    this.warming = new AbortController();
    try {
      await warmCompletions(this.parts, place, this.warming.signal);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Lets go of what is prepared. */
  stop(): void {
    this.warming?.abort();
    this.timer?.dispose();
    this.timer = undefined;
    this.controller?.abort();
    this.controller = undefined;
  }

  dispose(): void {
    this.stop();
  }

  private prepare(spot: CompletionSpot | undefined, mayAsk: boolean): void {
    const { prompts, engine } = this.parts;
    if (!spot || !engine.isOpen(spot)) {
      return;
    }
    this.controller = new AbortController();
    const { signal } = this.controller;
    // A request waits for what is being prepared.
    const asking = mayAsk ? engine.askAhead(spot, signal) : undefined;
    Promise.all([prompts.prepare(spot.place, signal), asking]).catch((error: unknown) =>
      this.failed(error),
    );
  }

  private failed(error: unknown): void {
    if (!isCancellation(error)) {
      this.parts.onInternalError(error);
    }
  }
}

import type { Disposable } from '../../base/lifecycle.ts';
import type { CompletionSpot } from './completionSpot.ts';
import {
  type CompletionAnswer,
  type CompletionAsk,
  RunningCompletion,
  type RunningCompletionParts,
} from './runningCompletion.ts';

export interface CompletionRequestsParts extends RunningCompletionParts {
  /** Told of each that begins and ends. */
  readonly onDidChange: () => void;
  /** Told of each that ended, however it did. */
  readonly onEnd: (running: RunningCompletion, answer: CompletionAnswer) => void;
  /** A mistake of ours. */
  readonly onInternalError: (error: unknown) => void;
}

/**
 * Two automatic ones, the one before and the one now, and one more that the user asked for. The older
 * the text that was asked about, the less likely is its answer to be right.
 */
export const maxRunning = 3;

/** The requests for completions that are under way. What no longer fits is let go of at once. */
export class CompletionRequests implements Disposable {
  private readonly parts: CompletionRequestsParts;
  /** The oldest first. */
  private readonly running = new Set<RunningCompletion>();
  private isDisposed = false;

  constructor(parts: CompletionRequestsParts) {
    this.parts = parts;
  }

  get count(): number {
    return this.running.size;
  }

  /** Begins a request. Where too many run, the oldest gives way. */
  start(ask: CompletionAsk): RunningCompletion {
    const [oldest] = this.running;
    if (oldest && this.running.size >= maxRunning) {
      this.letGo(oldest);
    }
    const running = new RunningCompletion(this.parts, ask);
    if (this.isDisposed) {
      running.abort();
    } else {
      this.running.add(running);
    }
    this.parts.onDidChange();
    running.done
      .then((answer) => this.parts.onEnd(running, answer))
      .catch(this.parts.onInternalError)
      .finally(() => this.forget(running));
    return running;
  }

  /** One whose answer may be right here, the one that was asked with most of the text first. */
  find(
    spot: CompletionSpot,
    scope: string,
    { linesAbove, alternative }: { readonly linesAbove: number; readonly alternative: number },
  ): RunningCompletion | undefined {
    return [...this.running]
      .filter(
        (one) => one.ask.alternative === alternative && one.mayAnswer(spot, scope, linesAbove),
      )
      .at(-1);
  }

  /** Lets go of all whose answers can't be right where the cursor is. */
  keepThoseThatFit(spot: CompletionSpot, scope: string, linesAbove: number): void {
    for (const running of this.running) {
      if (!running.isStillUseful(spot, scope, linesAbove)) {
        this.letGo(running);
      }
    }
  }

  letGoOfAll(): void {
    for (const running of this.running) {
      this.letGo(running);
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.letGoOfAll();
  }

  private letGo(running: RunningCompletion): void {
    running.abort();
    this.forget(running);
  }

  private forget(running: RunningCompletion): void {
    if (this.running.delete(running)) {
      this.parts.onDidChange();
    }
  }
}

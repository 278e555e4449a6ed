import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { LocalPredictor } from '../../core/completion/completion.ts';

export interface PredictorFeedingParts {
  readonly predictor: Pick<LocalPredictor, 'learn' | 'forget'>;
  readonly clock: Clock;
  /** Whether guesses of this machine are wanted; asked each time. */
  readonly isEnabled: () => boolean;
  /** Whether the document is of a kind that is completed in, and may be read. */
  readonly mayLearn: (document: vscode.TextDocument) => boolean | Promise<boolean>;
  readonly onProblem: (error: unknown) => void;
}

/** After a change it is learned from once the user pauses, ms: what is half written teaches nothing. */
const pauseMs = 2_000;

/** Has the predictor learn from open documents, one at a time and while nobody types. */
export class PredictorFeeding implements Disposable {
  private readonly resources = new ResourceManager('predictorFeeding');
  private readonly parts: PredictorFeedingParts;
  /** What is to be learned from, by URI, the oldest first. */
  private readonly waiting = new Map<string, vscode.TextDocument>();
  private timer: Disposable | undefined;

  constructor(parts: PredictorFeedingParts) {
    this.parts = parts;
    this.resources.defer(() => this.timer?.dispose());
  }

  /** A document is open that may not have been learned from, or was changed. */
  changed(document: vscode.TextDocument): void {
    if (!this.parts.isEnabled()) {
      return;
    }
    this.waiting.set(document.uri.toString(), document);
    this.timer?.dispose();
    this.timer = this.parts.clock.setTimeout(() => this.next(), pauseMs);
  }

  closed({ uri }: vscode.TextDocument): void {
    this.waiting.delete(uri.toString());
    this.parts.predictor.forget(uri.toString());
  }

  dispose(): void {
    this.waiting.clear();
    this.resources.dispose();
  }

  private next(): void {
    this.timer = undefined;
    const [first] = this.waiting;
    if (!first) {
      return;
    }
    const [key, document] = first;
    this.waiting.delete(key);
    this.learn(document)
      .catch(this.parts.onProblem)
      .finally(() => {
        if (this.waiting.size > 0 && !this.timer && !this.resources.isDisposed) {
          this.timer = this.parts.clock.setTimeout(() => this.next(), 0);
        }
      });
  }

  private async learn(document: vscode.TextDocument): Promise<void> {
    const { predictor, mayLearn } = this.parts;
    if ((await mayLearn(document)) && !document.isClosed && !this.resources.isDisposed) {
      predictor.learn(document.uri.toString(), document.languageId, document.getText());
    }
  }
}

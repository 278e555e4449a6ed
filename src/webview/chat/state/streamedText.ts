import { type Disposable, toDisposable } from '../../../base/lifecycle.ts';

export interface StreamedTextListener {
  /** There is more to draw, or the end has come. */
  onDidGrow(): void;
  /** What was drawn no longer holds: draw the text afresh. */
  onDidReplace(): void;
}

/**
 * Text that grows while it is shown. It is no signal on purpose: whoever shows it appends what is
 * new, and nothing renders again.
 */
export class StreamedText {
  private content: string;
  private ended: boolean;
  private readonly listeners = new Set<StreamedTextListener>();

  constructor(text: string, isEnded: boolean) {
    this.content = text;
    this.ended = isEnded;
  }

  get text(): string {
    return this.content;
  }

  get isEnded(): boolean {
    return this.ended;
  }

  append(text: string): void {
    if (text === '') {
      return;
    }
    this.content += text;
    // Text after the end means that the end came too early: it was drawn as an end, so draw afresh.
    const isReopened = this.ended;
    this.ended = false;
    for (const listener of this.listeners) {
      if (isReopened) {
        listener.onDidReplace();
      } else {
        listener.onDidGrow();
      }
    }
  }

  replace(text: string): void {
    if (text === this.content) {
      return;
    }
    const isContinued = text.startsWith(this.content) && !this.ended;
    this.content = text;
    for (const listener of this.listeners) {
      if (isContinued) {
        listener.onDidGrow();
      } else {
        listener.onDidReplace();
      }
    }
  }

  end(): void {
    if (!this.ended) {
      this.ended = true;
      for (const listener of this.listeners) {
        listener.onDidGrow();
      }
    }
  }

  listen(listener: StreamedTextListener): Disposable {
    this.listeners.add(listener);
    return toDisposable(() => this.listeners.delete(listener));
  }
}

import type { Disposable } from '../../base/lifecycle.ts';
import type { FrameQueue, TextSource } from './markdownView.ts';

/** Keeps an element showing a plain text: appends what is new, at most once per frame. */
export class PlainView implements Disposable {
  private readonly root: HTMLElement;
  private readonly source: TextSource;
  private readonly frames: FrameQueue;
  private readonly subscription: Disposable;
  private frame: Disposable | undefined;
  private written = 0;

  constructor(root: HTMLElement, source: TextSource, frames: FrameQueue) {
    this.root = root;
    this.source = source;
    this.frames = frames;
    this.subscription = source.listen({
      onDidGrow: () => this.schedule(),
      onDidReplace: () => {
        this.root.replaceChildren();
        this.written = 0;
        this.schedule();
      },
    });
    this.draw();
  }

  dispose(): void {
    this.subscription.dispose();
    this.frame?.dispose();
  }

  private schedule(): void {
    this.frame ??= this.frames.request(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  private draw(): void {
    const text = this.source.text.slice(this.written);
    if (text === '') {
      return;
    }
    // A running tool's output is read at its end, unless the user has scrolled away from there.
    const { scrollTop, clientHeight, scrollHeight } = this.root;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 4;
    this.written += text.length;
    this.root.append(text);
    if (isAtEnd) {
      this.root.scrollTop = this.root.scrollHeight;
    }
  }
}

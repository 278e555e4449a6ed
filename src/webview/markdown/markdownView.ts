import type { Disposable } from '../../base/lifecycle.ts';
import { type CodeBlockListener, DomSink } from './domSink.ts';
import { MarkdownParser } from './markdownParser.ts';

/** Text that may grow. */
export interface TextSource {
  readonly text: string;
  readonly isEnded: boolean;
  listen(listener: { onDidGrow(): void; onDidReplace(): void }): Disposable;
}

export interface FrameQueue {
  request(task: () => void): Disposable;
}

/** Milliseconds of a frame that drawing text may take: half of 16, the rest is layout and paint. */
const drawBudgetMs = 8;
/** Characters parsed before the time is looked at. About a millisecond's work, measured. */
const sliceLength = 4_000;
/** Drawn at once when a text is mounted, so that most messages stand complete in their first frame. */
const firstSliceLength = 16_000;

/**
 * Keeps an element showing a markdown text: appends what is new, at most once per frame, and never
 * for longer than its share of one.
 */
export class MarkdownView implements Disposable {
  private readonly root: HTMLElement;
  private readonly source: TextSource;
  private readonly frames: FrameQueue;
  private readonly createListener: () => CodeBlockListener & Disposable;
  private readonly subscription: Disposable;
  private sink: DomSink;
  private parser: MarkdownParser;
  private codeBlocks: CodeBlockListener & Disposable;
  private written = 0;
  private isEnded = false;
  private frame: Disposable | undefined;

  constructor(
    root: HTMLElement,
    source: TextSource,
    frames: FrameQueue,
    createListener: () => CodeBlockListener & Disposable,
  ) {
    this.root = root;
    this.source = source;
    this.frames = frames;
    this.createListener = createListener;
    this.codeBlocks = createListener();
    this.sink = new DomSink(root, this.codeBlocks);
    this.parser = new MarkdownParser(this.sink);
    this.subscription = source.listen({
      onDidGrow: () => this.schedule(),
      onDidReplace: () => this.restart(),
    });
    this.write(firstSliceLength);
    this.finishFlush();
  }

  dispose(): void {
    this.subscription.dispose();
    this.frame?.dispose();
    this.codeBlocks.dispose();
  }

  private schedule(): void {
    this.frame ??= this.frames.request(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  private draw(): void {
    const startedAt = performance.now();
    while (this.written < this.source.text.length) {
      this.write(sliceLength);
      if (performance.now() - startedAt > drawBudgetMs) {
        break;
      }
    }
    this.finishFlush();
  }

  private write(length: number): void {
    const piece = this.source.text.slice(this.written, this.written + length);
    this.written += piece.length;
    this.parser.write(piece);
  }

  private finishFlush(): void {
    if (this.written < this.source.text.length) {
      this.schedule();
    } else if (this.source.isEnded && !this.isEnded) {
      this.isEnded = true;
      this.parser.end();
    }
    this.sink.flush();
  }

  private restart(): void {
    this.codeBlocks.dispose();
    this.root.replaceChildren();
    this.codeBlocks = this.createListener();
    this.sink = new DomSink(this.root, this.codeBlocks);
    this.parser = new MarkdownParser(this.sink);
    this.written = 0;
    this.isEnded = false;
    this.schedule();
  }
}

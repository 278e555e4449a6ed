import { lazy } from '../../../base/lazy.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import type { CodePiece, CodeText } from '../codeText.ts';
import type { CodeBlockListener } from '../domSink.ts';
import { CodeSegments, type Tokenize } from './segments.ts';
import type { Token, TokenKind } from './tokens.ts';

/** Coloured ahead of what is seen, so that scrolling does not show code without colours. */
const visibleMargin = '300px 0px';
/** How long code may stay without colours while the page is busy. Own choice. */
const maxIdleWaitMs = 400;

interface PaintedCode {
  readonly code: CodeText;
  readonly segments: CodeSegments;
  readonly visible: Set<CodePiece>;
  isEnded: boolean;
  observed: number;
}

interface PaintedRange {
  readonly kind: TokenKind;
  readonly range: AbstractRange;
}

/**
 * Colours code with the CSS Custom Highlight API: ranges over the text that is there, so nothing on
 * the page is rewritten. Only what is on screen holds ranges, because browsers look at each of them
 * whenever the page changes. Where the API is missing, code stays as it is.
 */
export class CodePainter implements Disposable {
  private readonly loadTokenizer = lazy(async () => (await import('./grammars.ts')).tokenize);
  private readonly highlights = new Map<TokenKind, Highlight>();
  private readonly observer: IntersectionObserver | undefined;
  private readonly owners = new Map<Element, { painted: PaintedCode; piece: CodePiece }>();
  private readonly ranges = new Map<CodePiece, readonly PaintedRange[]>();
  private readonly due = new Set<PaintedCode>();
  private tokenize: Tokenize | undefined;
  private isScheduled = false;

  constructor() {
    const isSupported = typeof Highlight !== 'undefined' && 'highlights' in CSS;
    this.observer = isSupported
      ? new IntersectionObserver((entries) => this.onDidMove(entries), {
          rootMargin: visibleMargin,
        })
      : undefined;
  }

  /** A listener for one text; disposing it forgets its code blocks. */
  createListener(): CodeBlockListener & Disposable {
    const blocks = new Map<CodeText, PaintedCode>();
    return {
      onDidOpen: (code, language) => {
        if (language !== '' && this.observer) {
          blocks.set(code, createPainted(code, language));
        }
      },
      onDidGrow: (code) => this.grow(blocks.get(code)),
      onDidClose: (code) => {
        const painted = blocks.get(code);
        if (painted) {
          painted.isEnded = true;
          this.grow(painted);
        }
      },
      dispose: () => {
        for (const painted of blocks.values()) {
          this.forget(painted);
        }
      },
    };
  }

  dispose(): void {
    this.observer?.disconnect();
    for (const kind of this.highlights.keys()) {
      CSS.highlights.delete(highlightName(kind));
    }
    this.due.clear();
  }

  private grow(painted: PaintedCode | undefined): void {
    if (!painted) {
      return;
    }
    for (const piece of painted.code.pieces.slice(painted.observed)) {
      this.owners.set(piece.element, { painted, piece });
      this.observer?.observe(piece.element);
    }
    painted.observed = painted.code.pieces.length;
    this.consider(painted);
  }

  /** Plans reading where there is something new and somebody sees it. */
  private consider(painted: PaintedCode): void {
    const { code, segments, visible, isEnded } = painted;
    if (visible.size > 0 && segments.isDue(code.text.length, isEnded)) {
      this.due.add(painted);
      this.schedule();
    }
  }

  private schedule(): void {
    if (this.isScheduled) {
      return;
    }
    this.isScheduled = true;
    requestIdleCallback(() => void this.run(), { timeout: maxIdleWaitMs });
  }

  private async run(): Promise<void> {
    try {
      this.tokenize ??= await this.loadTokenizer();
      this.readOne(this.tokenize);
    } catch (error) {
      // Code without colours is still code: told to the console, and not tried again by itself.
      this.due.clear();
      reportError(error);
    } finally {
      this.isScheduled = false;
      if (this.due.size > 0) {
        this.schedule();
      }
    }
  }

  private readOne(tokenize: Tokenize): void {
    const [painted] = this.due;
    if (!painted) {
      return;
    }
    this.due.delete(painted);
    const from = painted.segments.read(painted.code.text, tokenize);
    if (from === undefined) {
      return;
    }
    for (const piece of painted.visible) {
      if (piece.end > from) {
        this.paint(painted, piece);
      }
    }
    this.consider(painted);
  }

  private onDidMove(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const owner = this.owners.get(entry.target);
      if (!owner) {
        continue;
      }
      const { painted, piece } = owner;
      if (entry.isIntersecting) {
        painted.visible.add(piece);
        this.paint(painted, piece);
        this.consider(painted);
      } else {
        painted.visible.delete(piece);
        this.clear(piece);
      }
    }
  }

  private paint(painted: PaintedCode, piece: CodePiece): void {
    this.clear(piece);
    const ranges: PaintedRange[] = [];
    for (const token of painted.segments.within(piece.start, piece.end)) {
      const range = createRange(piece, token);
      if (range) {
        this.highlightOf(token.kind).add(range);
        ranges.push({ kind: token.kind, range });
      }
    }
    this.ranges.set(piece, ranges);
  }

  /** Made with the first range of its kind. */
  private highlightOf(kind: TokenKind): Highlight {
    const highlight = this.highlights.get(kind) ?? register(kind);
    this.highlights.set(kind, highlight);
    return highlight;
  }

  private clear(piece: CodePiece): void {
    for (const { kind, range } of this.ranges.get(piece) ?? []) {
      this.highlights.get(kind)?.delete(range);
    }
    this.ranges.delete(piece);
  }

  private forget(painted: PaintedCode): void {
    this.due.delete(painted);
    for (const piece of painted.code.pieces) {
      this.observer?.unobserve(piece.element);
      this.owners.delete(piece.element);
      this.clear(piece);
    }
  }
}

function createPainted(code: CodeText, language: string): PaintedCode {
  return {
    code,
    segments: new CodeSegments(language),
    visible: new Set(),
    isEnded: false,
    observed: 0,
  };
}

function highlightName(kind: TokenKind): string {
  return `code-${kind}`;
}

function register(kind: TokenKind): Highlight {
  const highlight = new Highlight();
  CSS.highlights.set(highlightName(kind), highlight);
  return highlight;
}

/** Static, because a live range is looked at again on every change of the page. */
function createRange(piece: CodePiece, token: Token): StaticRange | undefined {
  const start = findPosition(piece, Math.max(token.start, piece.start));
  const end = findPosition(piece, Math.min(token.end, piece.end));
  return (
    start &&
    end &&
    new StaticRange({
      startContainer: start.node,
      startOffset: start.offset,
      endContainer: end.node,
      endOffset: end.offset,
    })
  );
}

function findPosition(piece: CodePiece, at: number): { node: Text; offset: number } | undefined {
  const found = piece.nodes.findLast((entry) => entry.start <= at);
  return found && { node: found.node, offset: at - found.start };
}

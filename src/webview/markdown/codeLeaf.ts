import { type Container, LineReader, matchQuotes } from './linePrefix.ts';

export interface Fence {
  readonly marker: string;
  readonly length: number;
  /** Where the fence stood: as much indentation is taken off the lines. */
  readonly column: number;
  /** What stood after it, such as the language. */
  readonly fence: string;
}

/** What a line means to the fenced block it may belong to. */
export type CodeLine =
  | { readonly type: 'content'; readonly text: string }
  | { readonly type: 'close' }
  /** The quote around the block has ended, and the block with it. */
  | { readonly type: 'left' };

/** A fenced block of code that is being read. */
export class CodeLeaf {
  readonly type = 'code';
  /** Whether a line break is owed: it is told before the next line, so that none comes last. */
  isBreakOwed = false;
  private readonly fence: Fence;
  /** Blocks open inside a block of markdown, whose closing fences are its content. */
  private depth = 0;

  constructor(fence: Fence) {
    this.fence = fence;
  }

  /** A closing fence is known by its whole line, so that is waited for; content is told at once. */
  readLine(
    line: string,
    isComplete: boolean,
    containers: readonly Container[],
  ): CodeLine | 'needMore' {
    const reader = new LineReader(line);
    const quotes = matchQuotes(reader, containers, isComplete);
    if (quotes !== 'yes') {
      return quotes === 'needMore' ? quotes : { type: 'left' };
    }
    const trimmed = reader.rest.trim();
    if (!isComplete && this.mayBeFence(reader.rest, trimmed)) {
      return 'needMore';
    }
    if (isComplete && this.isClosing(trimmed)) {
      if (this.depth === 0) {
        return { type: 'close' };
      }
      this.depth -= 1;
    } else if (isComplete && this.isNestedOpening(trimmed)) {
      this.depth += 1;
    }
    reader.skipTo(this.fence.column);
    return { type: 'content', text: reader.rest };
  }

  private mayBeFence(rest: string, trimmed: string): boolean {
    if (trimmed === '') {
      return rest.length <= maxWaitingIndent;
    }
    const { marker, length } = this.fence;
    if (trimmed === marker.repeat(trimmed.length)) {
      return trimmed.length <= maxFenceLength;
    }
    // In a block of markdown an inner opening fence counts, and is known by its whole line.
    const isNested = this.isMarkdown() && trimmed.startsWith(marker.repeat(length));
    return isNested && trimmed.length <= maxFenceLength;
  }

  private isClosing(trimmed: string): boolean {
    const { marker, length } = this.fence;
    return trimmed.length >= length && trimmed === marker.repeat(trimmed.length);
  }

  private isNestedOpening(trimmed: string): boolean {
    const { marker, length } = this.fence;
    return (
      this.isMarkdown() && trimmed.startsWith(marker.repeat(length)) && !this.isClosing(trimmed)
    );
  }

  private isMarkdown(): boolean {
    return /^(?:md|markdown)\b/i.test(this.fence.fence);
  }
}

/** Longest fence, inner ones with their language included. Own choice. */
const maxFenceLength = 200;
/** Deepest indentation at which a fence is still expected. Own choice. */
const maxWaitingIndent = 200;

import type { Token } from './tokens.ts';

export type Tokenize = (language: string, code: string, offset: number) => Token[] | undefined;

/** Read as a whole before a segment may end: some 5 ms of a highlighter's work, measured. */
const minSegment = 4_000;
/** A segment without an empty line is cut here: some 15 ms of work, so that a frame is not missed. */
const maxSegment = 12_000;
/** The open end is read again when it has grown by half, and by so much at least. */
const growthFactor = 1.5;
const minGrowth = 60;

/**
 * The coloured stretches of a code block that grows. The block is read in segments that begin at an
 * empty line followed by text at the margin, where strings and comments hardly ever go on: so the
 * work grows with the text, not with its square, and never takes long at a time.
 */
export class CodeSegments {
  private readonly language: string;
  private readonly closed: Token[] = [];
  private tail: Token[] = [];
  /** Where the open end begins. */
  private tailStart = 0;
  /** How much of the text the open end was read to. */
  private readTo = 0;

  constructor(language: string) {
    this.language = language;
  }

  /** Whether enough has come, or the end has, to read on. */
  isDue(length: number, isEnded: boolean): boolean {
    if (isEnded) {
      return length > this.readTo;
    }
    const known = this.readTo - this.tailStart;
    const wanted = Math.max(known * growthFactor, known + minGrowth);
    return length - this.tailStart >= wanted;
  }

  /** Reads one segment or the open end. Returns where tokens changed from, undefined if nowhere. */
  read(text: string, tokenize: Tokenize): number | undefined {
    const end = findSegmentEnd(text, this.tailStart);
    const isClosing = end < text.length;
    const from = this.tailStart;
    const tokens = tokenize(this.language, text.slice(from, end), from);
    this.readTo = end;
    if (!tokens) {
      return undefined;
    }
    if (isClosing) {
      this.closed.push(...tokens);
      this.tail = [];
      this.tailStart = end;
    } else {
      this.tail = tokens;
    }
    return from;
  }

  /** The tokens that touch a range, in order. */
  *within(start: number, end: number): Generator<Token> {
    for (const tokens of [this.closed, this.tail]) {
      for (let index = findFirst(tokens, start); index < tokens.length; index += 1) {
        const token = tokens[index];
        if (!token || token.start >= end) {
          break;
        }
        yield token;
      }
    }
  }
}

function findSegmentEnd(text: string, from: number): number {
  if (text.length - from <= minSegment) {
    return text.length;
  }
  const margin = /\n[ \t]*\n(?=\S)/g;
  margin.lastIndex = from + minSegment;
  const found = margin.exec(text);
  if (found && found.index <= from + maxSegment) {
    return found.index + found[0].length;
  }
  if (text.length - from <= maxSegment) {
    return text.length;
  }
  const newline = text.lastIndexOf('\n', from + maxSegment);
  return newline > from ? newline + 1 : from + maxSegment;
}

/** The first token that ends behind `start`. */
function findFirst(tokens: readonly Token[], start: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.end ?? 0) > start) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

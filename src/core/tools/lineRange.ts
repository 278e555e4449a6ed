import { wellFormed } from './outputCap.ts';

/** Which part of a text is read. All one-based. */
export interface LineRange {
  readonly startLine: number;
  /** Last line, included. */
  readonly endLine: number;
  /** Where to begin in the first line: then that line is not cut, as it is read on for its length. */
  readonly startCharacter: number | undefined;
}

/** How much of it is read at once. */
export interface RangeLimits {
  readonly maxLines: number;
  /** Over all lines, numbers not counted. */
  readonly maxCharacters: number;
  /** Longer lines are cut. */
  readonly maxLineCharacters: number;
}

/** Where to read on. */
export interface Continuation {
  readonly startLine: number;
  readonly startCharacter: number | undefined;
}

/** What was read. */
export interface ReadRange {
  /** Each line as its number, a tab and its text. */
  readonly rows: readonly string[];
  /** The last line of which something was read. */
  readonly lastLine: number;
  /** Set where a limit ended the reading before `endLine`. */
  readonly continuation: Continuation | undefined;
  /** Lines seen of the whole text: all of them if `reachedEnd`. */
  readonly linesSeen: number;
  readonly reachedEnd: boolean;
}

/**
 * Picks a range of lines out of a text that comes in pieces, so that neither a long file nor a long
 * line is ever held whole. Linear in what it is given, whatever the lengths of lines and pieces.
 */
export class RangeReader {
  private readonly range: LineRange;
  private readonly limits: RangeLimits;
  private readonly rows: string[] = [];
  private continuation: Continuation | undefined;
  private lastLine = 0;
  private usedCharacters = 0;
  /** Number of the line that the next character belongs to. */
  private line = 1;
  /** Characters of that line so far. */
  private lineLength = 0;
  private kept = '';
  private hasEnded = false;

  constructor(range: LineRange, limits: RangeLimits) {
    this.range = range;
    this.limits = limits;
  }

  /** Whether more text would change nothing. */
  get isDone(): boolean {
    return this.hasEnded;
  }

  take(piece: string): void {
    let from = 0;
    while (from < piece.length && !this.hasEnded) {
      const newline = piece.indexOf('\n', from);
      const to = newline < 0 ? piece.length : newline;
      this.takeOfLine(piece, from, to);
      if (newline < 0) {
        return;
      }
      this.endLine();
      from = newline + 1;
    }
  }

  /** Ends the reading. @param atEnd Whether the text has no more pieces. */
  finish(atEnd: boolean): ReadRange {
    const isMidLine = this.lineLength > 0;
    if (atEnd && !this.hasEnded && isMidLine) {
      this.endLine();
    }
    return {
      rows: this.rows,
      lastLine: this.lastLine,
      continuation: this.continuation,
      linesSeen: this.line - 1,
      reachedEnd: atEnd && !this.hasEnded,
    };
  }

  private takeOfLine(piece: string, from: number, to: number): void {
    const start = this.lineLength;
    this.lineLength += to - from;
    if (this.line < this.range.startLine || this.continuation) {
      return;
    }
    const skipped = Math.max(0, this.firstCharacter() - start);
    const room = this.lineLimit() - this.kept.length;
    if (from + skipped < to && room > 0) {
      this.kept += piece.slice(from + skipped, Math.min(to, from + skipped + room));
    }
    // A line that is read on for its length ends with the room for it, however long it is.
    if (this.isReadOn() && this.kept.length >= this.lineLimit()) {
      this.cutLine();
      this.hasEnded = true;
    }
  }

  private endLine(): void {
    if (this.line >= this.range.startLine && !this.continuation) {
      this.addRow();
    }
    this.line += 1;
    this.lineLength = 0;
    this.kept = '';
    if (this.line > this.range.endLine) {
      this.hasEnded = true;
    } else if (this.rows.length >= this.limits.maxLines || this.roomLeft() <= 0) {
      this.continuation ??= { startLine: this.line, startCharacter: undefined };
    }
    this.hasEnded ||= this.continuation !== undefined;
  }

  private addRow(): void {
    const text = this.kept.endsWith('\r') ? this.kept.slice(0, -1) : this.kept;
    const shown = this.firstCharacter() + this.kept.length;
    if (shown < this.lineLength) {
      const next = shown + 1;
      const note = `… [line of ${this.lineLength} characters; read on with start_line ${this.line}, start_character ${next}]`;
      this.push(wellFormed(text) + note);
    } else {
      this.push(text);
    }
  }

  /** Ends with a part of a line, never within a pair of surrogates. */
  private cutLine(): void {
    const splitsPair = /[\uD800-\uDBFF]$/.test(this.kept);
    const text = splitsPair ? this.kept.slice(0, -1) : this.kept;
    const next = this.firstCharacter() + text.length + 1;
    this.push(text);
    this.continuation = { startLine: this.line, startCharacter: next };
  }

  private push(text: string): void {
    this.rows.push(`${this.line}\t${text}`);
    this.usedCharacters += text.length + 1;
    this.lastLine = this.line;
  }

  private isReadOn(): boolean {
    return this.range.startCharacter !== undefined && this.line === this.range.startLine;
  }

  /** Zero-based, in the current line. */
  private firstCharacter(): number {
    return this.isReadOn() ? (this.range.startCharacter ?? 1) - 1 : 0;
  }

  private lineLimit(): number {
    return this.isReadOn()
      ? this.limits.maxCharacters
      : Math.min(this.limits.maxLineCharacters, Math.max(1, this.roomLeft()));
  }

  private roomLeft(): number {
    return this.limits.maxCharacters - this.usedCharacters;
  }
}

import type { CompletionPlace } from './completion.ts';
import type { TextLines } from './textLines.ts';

/** The document that a completion is asked for in. */
export interface SpotDocument {
  /** Its URI. */
  readonly id: string;
  readonly path: string;
  readonly languageId: string;
}

/** Closing brackets and quotes that an editor adds by itself when the opening one is typed. */
const closers = new Set([')', ']', '}', '>', '"', "'", '`']);
/** More nested brackets are seldom opened between two words. */
const maxClosers = 4;

/** The text from the beginning of a line to the cursor, with what tells it from other places. */
export interface SpotText {
  /** All that must be equal for a completion of one place to be right at another, but `text`. */
  readonly key: string;
  readonly text: string;
  /** Closing characters behind the cursor that count as not being there: a completion replaces them. */
  readonly closers: string;
}

export interface SpotOptions {
  readonly document: SpotDocument;
  readonly lines: TextLines;
  readonly line: number;
  /** The text of the line before the cursor, and after it. */
  readonly before: string;
  readonly after: string;
}

/**
 * A place in a document as completions are found by it. What is before its line and after its cursor
 * goes into keys, and the text between is what is typed.
 */
export class CompletionSpot {
  readonly document: SpotDocument;
  readonly before: string;
  readonly after: string;
  readonly line: number;
  private readonly lines: TextLines;
  private knownPlace: CompletionPlace | undefined;

  constructor({ document, lines, line, before, after }: SpotOptions) {
    this.document = document;
    this.lines = lines;
    this.line = line;
    this.before = before;
    this.after = after;
  }

  /** What a prompt is made of. Read on first use: it takes the whole text together. */
  get place(): CompletionPlace {
    this.knownPlace ??= this.createPlace();
    return this.knownPlace;
  }

  /** The nearest line above that is not blank; empty at the top. */
  get lineAbove(): string {
    for (let index = this.line - 1; index >= 0; index -= 1) {
      const text = this.lines.line(index).trim();
      if (text !== '') {
        return text;
      }
    }
    return '';
  }

  /** The text from the beginning of a line at or above the cursor's. */
  textFrom(line: number): string {
    return [...this.lines.slice(line, this.line), this.before].join('\n');
  }

  /** Where a completion that is made here is kept. */
  own(scope: string): SpotText {
    return {
      key: this.keyOf(scope, this.lines.headOf(this.line), this.after),
      text: this.before,
      closers: '',
    };
  }

  /**
   * Where completions that hold here may be kept: those that began on this line or on one of the
   * `linesAbove` above it, and with the brackets behind the cursor that the editor may have added.
   */
  *texts(scope: string, linesAbove: number): Generator<SpotText> {
    const skipped = ['', ...leadingClosers(this.after)];
    for (const skip of skipped) {
      const after = this.after.slice(skip.length);
      const own = this.lines.headOf(this.line);
      yield { key: this.keyOf(scope, own, after), text: this.before, closers: skip };
    }
    if (linesAbove === 0) {
      return;
    }
    const heads = this.lines.headsAbove(this.line, linesAbove);
    for (const [index, head] of heads.entries()) {
      const text = this.textFrom(this.line - index - 1);
      for (const skip of skipped) {
        const after = this.after.slice(skip.length);
        yield { key: this.keyOf(scope, head, after), text, closers: skip };
      }
    }
  }

  private keyOf(scope: string, head: string, after: string): string {
    const { id, languageId } = this.document;
    return `${id}\n${languageId}\n${scope}\n${head}\n${this.lines.tailOf(this.line, after)}`;
  }

  private createPlace(): CompletionPlace {
    const head = this.lines.textAbove(this.line);
    const { id, path, languageId } = this.document;
    return {
      documentId: id,
      path,
      languageId,
      text: head + this.before + this.after + this.lines.textBelow(this.line),
      offset: head.length + this.before.length,
    };
  }
}

/** `)`, `)]` and so on, as far as the text begins with closing characters. */
function leadingClosers(text: string): readonly string[] {
  const found: string[] = [];
  while (found.length < maxClosers && closers.has(text.charAt(found.length))) {
    found.push(text.slice(0, found.length + 1));
  }
  return found;
}

import {
  runLength,
  type Scan,
  scanAddress,
  scanCode,
  scanEntity,
  scanLink,
  scanTag,
} from './inlineScan.ts';
import type { MarkdownNode, MarkdownSink } from './markdownSink.ts';

interface OpenSpan {
  readonly marker: string;
  readonly size: 1 | 2;
}

/** Spans inside spans: nobody writes more, and every level is a DOM level. */
const maxOpenSpans = 12;
/** How long a run of markers is waited for. Own choice: a row of asterisks is longer. */
const maxMarkers = 64;

/** Where something other than plain text may begin; an address also where the text ends within it. */
const special = /[\\`*_~[!<&\n]|h(?=$|t$|tt$|ttps?$|ttps?:$|ttps?:\/$|ttps?:\/\/)/g;

const wordCharacter = /[\p{L}\p{N}]/u;
const punctuation = /[!-/:-@[-`{-~]/;

/**
 * Reads the text of a paragraph, heading or cell as it comes. Plain text and emphasis are told at
 * once; what cannot be told before its end (code spans, links) is held until then, and is plain text
 * if the end never comes. No character is lost, and how the text was cut makes no difference.
 */
export class InlineParser {
  private readonly sink: MarkdownSink;
  private readonly isInLink: boolean;
  private readonly spans: OpenSpan[] = [];
  private held = '';
  private previous = ' ';

  constructor(sink: MarkdownSink, isInLink = false) {
    this.sink = sink;
    this.isInLink = isInLink;
  }

  write(text: string): void {
    this.held += text;
    this.held = this.held.slice(this.parse(false));
  }

  /** Tells what is held, and dissolves emphasis that was never closed. */
  end(): void {
    this.parse(true);
    this.held = '';
    this.dissolve(0);
  }

  /** Returns how much of what is held was read. */
  private parse(isFinal: boolean): number {
    const text = this.held;
    let at = 0;
    while (at < text.length) {
      special.lastIndex = at;
      const next = special.exec(text)?.index ?? text.length;
      this.plain(text.slice(at, next));
      if (next === text.length) {
        return next;
      }
      const length = this.readSpecial(text, next, isFinal);
      at = next + length;
      if (length === 0) {
        return at;
      }
      this.previous = text[at - 1] ?? ' ';
    }
    return at;
  }

  private plain(text: string): void {
    if (text.length > 0) {
      this.sink.text(text);
      this.previous = text[text.length - 1] ?? ' ';
    }
  }

  /** Reads what begins at `at` and returns its length; 0 means that more text is needed first. */
  private readSpecial(text: string, at: number, isFinal: boolean): number {
    switch (text[at]) {
      case '\n':
        this.sink.leaf({ type: 'break' });
        return 1;
      case '\\':
        return this.readEscape(text, at, isFinal);
      case '`':
        return this.readCode(text, at, isFinal);
      case '*':
      case '_':
      case '~':
        return this.readMarkers(text, at, isFinal);
      case '[':
      case '!':
        return this.readLink(text, at, isFinal);
      case '<':
        return this.readTag(text, at, isFinal);
      case '&':
        return (
          this.accept(scanEntity(text, at, isFinal), at, ({ character }) =>
            this.sink.text(character),
          ) ?? this.literal('&')
        );
      default:
        return this.readAddress(text, at, isFinal);
    }
  }

  /** The length of what was found, 0 while more is needed, undefined if it is not there. */
  private accept<T extends { readonly end: number }>(
    scan: T | 'needMore' | 'none',
    at: number,
    tell: (found: T) => void,
  ): number | undefined {
    if (scan === 'none') {
      return undefined;
    }
    if (scan === 'needMore') {
      return 0;
    }
    tell(scan);
    return scan.end - at;
  }

  private literal(text: string): number {
    this.sink.text(text);
    return text.length;
  }

  private readEscape(text: string, at: number, isFinal: boolean): number {
    const next = text[at + 1];
    if (next === undefined) {
      return isFinal ? this.literal('\\') : 0;
    }
    if (next === '\n') {
      this.sink.leaf({ type: 'break' });
      return 2;
    }
    if (punctuation.test(next)) {
      this.sink.text(next);
      return 2;
    }
    return this.literal('\\');
  }

  private readCode(text: string, at: number, isFinal: boolean): number {
    const told = this.accept(scanCode(text, at, isFinal), at, ({ content }) => {
      this.sink.open({ type: 'code' });
      this.sink.text(content);
      this.sink.close();
    });
    return told ?? this.literal(text.slice(at, at + runLength(text, at)));
  }

  private readLink(text: string, at: number, isFinal: boolean): number {
    const isImage = text[at] === '!';
    if (isImage && text[at + 1] !== '[') {
      return at + 1 === text.length && !isFinal ? 0 : this.literal('!');
    }
    const bracket = isImage ? at + 1 : at;
    const scan: Scan<{ label: string; target: string }> = this.isInLink
      ? 'none'
      : scanLink(text, bracket, isFinal);
    const told = this.accept(scan, at, ({ label, target }) => this.link(label || target, target));
    return told ?? this.literal(isImage ? '![' : '[');
  }

  private readTag(text: string, at: number, isFinal: boolean): number {
    const told = this.accept(scanTag(text, at, isFinal), at, ({ target }) => {
      if (target === undefined) {
        this.sink.leaf({ type: 'break' });
      } else {
        this.address(target);
      }
    });
    return told ?? this.literal('<');
  }

  private readAddress(text: string, at: number, isFinal: boolean): number {
    if (this.isInLink || wordCharacter.test(this.previous)) {
      return this.literal('h');
    }
    const told = this.accept(scanAddress(text, at, isFinal), at, ({ target }) =>
      this.address(target),
    );
    return told ?? this.literal('h');
  }

  private address(target: string): void {
    if (this.isInLink) {
      this.sink.text(target);
      return;
    }
    this.sink.open({ type: 'link', target });
    this.sink.text(target);
    this.sink.close();
  }

  private link(label: string, target: string): void {
    this.sink.open({ type: 'link', target });
    const inner = new InlineParser(this.sink, true);
    inner.write(label);
    inner.end();
    this.sink.close();
  }

  private readMarkers(text: string, at: number, isFinal: boolean): number {
    const run = runLength(text, at);
    const marker = text[at] ?? '';
    if (at + run === text.length && run < maxMarkers && !isFinal) {
      return 0;
    }
    // Emphasis has at most three markers: a longer run, however it was cut, stays as it stands.
    if (run > 3 || this.previous === marker) {
      return this.literal(text.slice(at, at + run));
    }
    const next = text[at + run] ?? ' ';
    let left = run;
    while (left > 0) {
      const size = this.readMarker(marker, left, next);
      if (size === 0) {
        this.sink.text(marker.repeat(left));
        return run;
      }
      left -= size;
    }
    return run;
  }

  /** Closes or opens one span with up to `available` markers; returns how many it took. */
  private readMarker(marker: string, available: number, next: string): number {
    const canOpen = this.canOpen(marker, available, next);
    const index = this.canClose(marker, next) ? this.findSpan(marker, available, canOpen) : -1;
    const open = this.spans[index];
    if (open) {
      this.dissolve(index + 1);
      this.spans.pop();
      this.sink.close();
      return open.size;
    }
    if (!canOpen) {
      return 0;
    }
    const size = available >= 2 ? 2 : 1;
    this.spans.push({ marker, size });
    this.sink.open(spanNode(marker, size));
    return size;
  }

  private canOpen(marker: string, available: number, next: string): boolean {
    if (/\s/.test(next) || (marker === '~' && available !== 2) || this.isFull()) {
      return false;
    }
    const isInWord = wordCharacter.test(this.previous);
    if (isInWord && (!wordCharacter.test(next) || marker === '_' || available === 1)) {
      return false;
    }
    // 2**3 is arithmetic and src/**/*.ts a pattern: neither is emphasis.
    return !(isInWord && /\d/.test(next)) && this.previous !== '/' && next !== '/';
  }

  private canClose(marker: string, next: string): boolean {
    return !/\s/.test(this.previous) && !(marker === '_' && wordCharacter.test(next));
  }

  private isFull(): boolean {
    return this.spans.length >= maxOpenSpans;
  }

  /** The span that `available` markers close: one of the same size first, of three the innermost. */
  private findSpan(marker: string, available: number, canOpen: boolean): number {
    const isFitting = (size: number): boolean => available === 3 || size === available;
    const fitting = this.spans.findLastIndex(
      (span) => span.marker === marker && isFitting(span.size),
    );
    if (fitting !== -1 || available !== 2 || canOpen) {
      return fitting;
    }
    return this.spans.findLastIndex((span) => span.marker === marker);
  }

  /** Takes back the spans from `index` on, innermost first. */
  private dissolve(index: number): void {
    while (this.spans.length > index) {
      const span = this.spans.pop();
      this.sink.unwrap(span ? span.marker.repeat(span.size) : '');
    }
  }
}

function spanNode(marker: string, size: number): MarkdownNode {
  if (marker === '~') {
    return { type: 'strike' };
  }
  return { type: size === 2 ? 'strong' : 'emphasis' };
}

import type { LanguageFacts, StringForm } from './languageFacts.ts';

/** What a place in a text belongs to, as far as reading it from the left tells. */
export type Reading =
  | { readonly kind: 'code' }
  | { readonly kind: 'string'; readonly form: StringForm }
  | { readonly kind: 'lineComment' }
  | { readonly kind: 'blockComment'; readonly close: string };

/** A bracket that is open. */
export interface OpenBracket {
  readonly bracket: string;
  /** Offset in the text that was scanned. */
  readonly offset: number;
}

const closerOf: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const closers: ReadonlySet<string> = new Set([')', ']', '}']);

/** What a slash may follow when it begins a regular expression. */
const beforeRegex = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\breturn|\btypeof|\bcase)\s*$/;
/** A longer one is not looked for, characters. */
const longestRegex = 200;
/** So much before a slash tells whether it begins a regular expression, characters. */
const lookBehindCharacters = 20;

const code: Reading = { kind: 'code' };

/** The bracket that closes another. */
export function closing(bracket: string): string {
  return closerOf[bracket] ?? '';
}

/**
 * Reads a text from left to right for its brackets, passing over strings and comments. Not a parser:
 * where it errs, the text is a little longer or shorter than it might be.
 */
export class BracketScanner {
  /** The innermost last. */
  readonly open: OpenBracket[] = [];
  reading: Reading;
  /** Where a regular expression may have begun that the text, so far, does not end. */
  openRegex: number | undefined;
  private readonly facts: LanguageFacts;

  constructor(facts: LanguageFacts, reading: Reading = code) {
    this.facts = facts;
    this.reading = reading;
  }

  /**
   * Reads `text` from `start`, up to the first bracket that closes none of those that were opened, or
   * to `end`. Gives the offset of that bracket, or `end`.
   */
  scan(text: string, start = 0, end = text.length): number {
    let at = start;
    while (at < end) {
      const next =
        this.reading.kind === 'code' ? this.readCode(text, at) : this.readOther(text, at);
      if (next === undefined) {
        return at;
      }
      at = next;
    }
    return end;
  }

  /** Reads all of it, passing over brackets that close nothing. Gives those. */
  readAll(text: string, start = 0, end = text.length): readonly string[] {
    const strays: string[] = [];
    for (let at = start; at < end; at += 1) {
      at = this.scan(text, at, end);
      if (at < end) {
        strays.push(text[at] ?? '');
      }
    }
    return strays;
  }

  /** The offset after what stands at `at`; undefined at a bracket that closes nothing. */
  private readCode(text: string, at: number): number | undefined {
    const character = text[at] ?? '';
    if (closerOf[character] !== undefined) {
      this.open.push({ bracket: character, offset: at });
      return at + 1;
    }
    if (closers.has(character)) {
      return this.close(character) ? at + 1 : undefined;
    }
    return isOrdinary(character) ? at + 1 : this.readOpening(text, at);
  }

  private close(character: string): boolean {
    const last = this.open.at(-1);
    if (last && closing(last.bracket) === character) {
      this.open.pop();
      return true;
    }
    return false;
  }

  /** What may begin a comment, a string or a regular expression. */
  private readOpening(text: string, at: number): number {
    const { facts } = this;
    const block = facts.blockComments.find(([open]) => text.startsWith(open, at));
    if (block) {
      this.reading = { kind: 'blockComment', close: block[1] };
      return at + block[0].length;
    }
    const line = facts.lineComments.find((open) => text.startsWith(open, at));
    if (line !== undefined && !(line === '#' && isInsideWord(text, at))) {
      this.reading = { kind: 'lineComment' };
      return at + line.length;
    }
    if (facts.hasRegex && text[at] === '/') {
      return this.readRegex(text, at);
    }
    const form = facts.strings.find(({ open }) => text.startsWith(open, at));
    if (!form || (facts.hasLifetimes && form.open === "'" && !isCharacterLiteral(text, at))) {
      return at + 1;
    }
    this.reading = { kind: 'string', form };
    return at + form.open.length;
  }

  private readRegex(text: string, at: number): number {
    if (!beforeRegex.test(text.slice(Math.max(0, at - lookBehindCharacters), at))) {
      return at + 1;
    }
    const rest = text.slice(at, at + longestRegex);
    const literal = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//.exec(rest);
    if (!literal && rest.length < longestRegex && !rest.includes('\n')) {
      this.openRegex ??= at;
    }
    return at + (literal?.[0].length ?? 1);
  }

  private readOther(text: string, at: number): number {
    const { reading } = this;
    if (reading.kind === 'lineComment') {
      return this.leaveAt(text, at, '\n');
    }
    if (reading.kind === 'blockComment') {
      return this.leaveAt(text, at, reading.close);
    }
    if (reading.kind === 'string') {
      if (text[at] === '\\') {
        return at + 2;
      }
      const isOver = !reading.form.isMultiline && text[at] === '\n';
      return isOver ? this.leaveAt(text, at, '\n') : this.leaveAt(text, at, reading.form.close);
    }
    return at + 1;
  }

  private leaveAt(text: string, at: number, close: string): number {
    if (!text.startsWith(close, at)) {
      return at + 1;
    }
    this.reading = code;
    return at + close.length;
  }
}

/** Letters, digits, underscores, white space and whatever is beyond ASCII begin nothing. */
function isOrdinary(character: string): boolean {
  const unit = character.charCodeAt(0);
  const isLetter = (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90);
  return isLetter || unit <= 32 || (unit >= 48 && unit <= 57) || unit === 95 || unit > 127;
}

/** A `#` within a word or after `$` and `{` begins no comment, as in a shell's `$#`. */
function isInsideWord(text: string, at: number): boolean {
  return at > 0 && /[\w${]/.test(text[at - 1] ?? '');
}

function isCharacterLiteral(text: string, at: number): boolean {
  return text[at + 1] === '\\' || text[at + 2] === "'";
}

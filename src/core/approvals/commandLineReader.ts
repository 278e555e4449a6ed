import type { CommandWord } from './commandLineParts.ts';

/** Why a command line can't be read with certainty. The words are shown to the user. */
export const doubt = {
  quotes: 'its quotes or brackets do not match',
  syntax: 'its syntax is unusual',
  expansion: 'it uses an expansion that can run code or that shells read differently',
  hereDocument: 'it holds a here-document that shells may read differently',
  function: 'it defines a function or uses a pattern in round brackets',
  program: 'what it runs is known only when it runs',
  nesting: 'it is nested too deeply',
  characters: 'it holds invisible or unusual characters',
  wrapper: 'it runs another command in a way that is not known',
  state: 'it changes how later commands are understood',
  shell: 'only simple commands can be checked for this shell',
} as const;

const wordEnds = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);
const blanks = new Set([undefined, ' ', '\t', '\n']);

const variable = /\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])/y;
/** Forms that neither run code nor assign: `${x}`, `${#x}`, `${x:-word}`, `${x%.ts}`. */
const plainParameter = /\$\{(?:[0-9@*#?]|#?[A-Za-z_]\w*(?:(?::?[-+]|##?|%%?)[\w.,:*/ -]*)?)\}/y;
const plainArithmetic = /\$\(\([0-9+*/% -]*\)\)/y;
/** Without `\'`, so that shells which do not know this quoting end it at the same place. */
const ansiQuoted = /\$'(?:[^'\\]|\\[^'])*'/y;

/** A word while it is read. */
export class WordBuilder {
  text = '';
  isLiteral = true;
  /** Whether it holds a brace outside quotes. */
  hasBrace = false;

  known(text: string): void {
    this.text += text;
  }

  unknown(text: string): void {
    this.text += text;
    this.isLiteral = false;
  }

  finish(raw: string): CommandWord {
    const expands = this.hasBrace && /,|\.\./.test(raw);
    return { text: this.text, isLiteral: (this.isLiteral && !expands) || raw === '[' };
  }
}

/**
 * Reads words of a POSIX shell: quotes, escapes and expansions. Where sh, bash, ksh and zsh differ,
 * it notes a doubt instead of choosing one, and reads on so that as much as possible is found.
 */
export abstract class ShellReader {
  protected readonly source: string;
  protected readonly doubts: Set<string>;
  protected position = 0;

  constructor(source: string, doubts: Set<string>) {
    this.source = source;
    this.doubts = doubts;
  }

  /** Reads commands up to and with the `)` that closes them. */
  protected abstract readSubstitution(): void;

  /** Reads commands that stand apart, as between backticks. */
  protected abstract readApart(source: string): void;

  protected get current(): string | undefined {
    return this.source[this.position];
  }

  protected get isAtEnd(): boolean {
    return this.position >= this.source.length;
  }

  protected startsWith(text: string): boolean {
    return this.source.startsWith(text, this.position);
  }

  /** Takes what the sticky `pattern` matches here. */
  protected take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const text = pattern.exec(this.source)?.[0];
    this.position += text?.length ?? 0;
    return text;
  }

  protected skipBlanks(): void {
    while (true) {
      if (this.current === ' ' || this.current === '\t') {
        this.position += 1;
      } else if (this.startsWith('\\\n') && blanks.has(this.source[this.position - 1])) {
        this.position += 2;
      } else {
        return;
      }
    }
  }

  /** Reads one word, at least one character of it. */
  protected readWord(): CommandWord & { readonly hasBrace: boolean } {
    const start = this.position;
    const word = new WordBuilder();
    if (this.isProcessSubstitution()) {
      this.position += 2;
      this.readSubstitution();
      word.unknown('<(…)');
    }
    while (this.current !== undefined && !wordEnds.has(this.current)) {
      this.readPiece(word, this.position === start);
    }
    if (this.current === '(' || this.isProcessSubstitution()) {
      this.doubts.add(doubt.function);
    }
    const raw = this.source.slice(start, this.position);
    return { ...word.finish(raw), hasBrace: word.hasBrace };
  }

  protected isProcessSubstitution(): boolean {
    return this.startsWith('<(') || this.startsWith('>(');
  }

  /** Reads text with expansions up to `closer` and takes it; without one, up to the end. */
  protected readExpandable(word: WordBuilder, closer: '"' | undefined): void {
    while (this.current !== undefined) {
      switch (this.current) {
        case closer:
          this.position += 1;
          return;
        case '\\':
          this.readQuotedEscape(word);
          break;
        case '$':
          this.readDollar(word, true);
          break;
        case '`':
          this.readBackticks(word, true);
          break;
        default:
          word.known(this.current);
          this.position += 1;
      }
    }
    if (closer !== undefined) {
      this.doubts.add(doubt.quotes);
    }
  }

  private readPiece(word: WordBuilder, isFirst: boolean): void {
    const character = this.current ?? '';
    switch (character) {
      case '\\':
        this.readEscape(word);
        return;
      case "'":
        this.readSingleQuoted(word);
        return;
      case '"':
        this.position += 1;
        this.readExpandable(word, '"');
        return;
      case '$':
        this.readDollar(word, false);
        return;
      case '`':
        this.readBackticks(word, false);
        return;
      default:
        this.readPlain(word, character, isFirst);
    }
  }

  private readPlain(word: WordBuilder, character: string, isFirst: boolean): void {
    this.position += 1;
    word.hasBrace ||= character === '{' || character === '}';
    const isPattern = '*?['.includes(character);
    // A leading `=` is a path look-up in zsh.
    const isExpanded = isFirst && '~='.includes(character);
    if (isPattern || isExpanded) {
      word.unknown(character);
    } else {
      word.known(character);
    }
  }

  private readEscape(word: WordBuilder): void {
    const escaped = this.source[this.position + 1];
    this.position += 2;
    if (escaped === undefined || escaped === '\n') {
      // In the middle of a word it can join what looks apart, as in `$\` and `(` on the next line.
      this.doubts.add(doubt.syntax);
      return;
    }
    word.known(escaped);
  }

  private readQuotedEscape(word: WordBuilder): void {
    const escaped = this.source[this.position + 1];
    const before = this.source[this.position - 1];
    this.position += 2;
    if (escaped === '\n') {
      if (!blanks.has(before)) {
        this.doubts.add(doubt.syntax);
      }
      return;
    }
    const isEscape = escaped !== undefined && '$`"\\'.includes(escaped);
    word.known(isEscape ? escaped : `\\${escaped ?? ''}`);
  }

  private readSingleQuoted(word: WordBuilder): void {
    const end = this.source.indexOf("'", this.position + 1);
    if (end < 0) {
      this.doubts.add(doubt.quotes);
    }
    const stop = end < 0 ? this.source.length : end;
    word.known(this.source.slice(this.position + 1, stop));
    this.position = stop + 1;
  }

  private readDollar(word: WordBuilder, isQuoted: boolean): void {
    const known = this.take(variable) ?? this.take(plainParameter) ?? this.take(plainArithmetic);
    if (known !== undefined) {
      word.unknown(known);
      return;
    }
    if (this.startsWith('$(')) {
      this.position += 2;
      this.readSubstitution();
      word.unknown('$(…)');
      return;
    }
    if (this.startsWith("$'") && !isQuoted) {
      this.readAnsiQuoted(word);
      return;
    }
    this.readOddDollar(word, isQuoted);
  }

  private readAnsiQuoted(word: WordBuilder): void {
    const text = this.take(ansiQuoted);
    if (text === undefined) {
      this.doubts.add(doubt.expansion);
      this.position += 1;
      return;
    }
    word.unknown(text.slice(2, -1));
  }

  private readOddDollar(word: WordBuilder, isQuoted: boolean): void {
    const next = this.source[this.position + 1];
    if (next === '{' || next === '[' || (next === '"' && !isQuoted)) {
      this.doubts.add(doubt.expansion);
    }
    this.position += 1;
    // `$=x`, `$~x` and the like are expansions in zsh.
    if (next !== undefined && /[=~^+:{[]/.test(next)) {
      word.unknown('$');
    } else {
      word.known('$');
    }
  }

  private readBackticks(word: WordBuilder, isQuoted: boolean): void {
    const end = this.source.indexOf('`', this.position + 1);
    if (end < 0) {
      this.doubts.add(doubt.quotes);
    }
    const stop = end < 0 ? this.source.length : end;
    const inner = this.source.slice(this.position + 1, stop);
    if (inner.includes('\\') || (isQuoted && inner.includes('"'))) {
      this.doubts.add(doubt.expansion);
    }
    this.position = stop + 1;
    this.readApart(inner);
    word.unknown('$(…)');
  }
}

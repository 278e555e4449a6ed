import type { CommandPart } from './commandLineParts.ts';
import { doubt, WordBuilder } from './commandLineReader.ts';
import { type GrammarResult, SimpleCommandReader } from './commandLineSimple.ts';

/** Deeper than anybody writes by hand, and far from what the call stack bears. */
const nestingLimit = 40;

const reservedWord =
  /(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|in|function|select|coproc|time|\[\[|[{}!])(?=[\s;&|<>()]|$)/y;

/** Finds the simple commands, redirections and assignments of a script for a POSIX shell. */
export function readCommands(source: string, result: GrammarResult, depth = 0): void {
  new CommandGrammar(source, result, depth).readAll();
}

/** Recursive descent over the shell's grammar; it goes on after an error, having noted a doubt. */
class CommandGrammar extends SimpleCommandReader {
  private depth: number;
  private caseDepth = 0;

  constructor(source: string, result: GrammarResult, depth: number) {
    super(source, result);
    this.depth = depth;
  }

  readAll(): void {
    while (!this.isAtEnd) {
      this.readList([]);
      if (!this.isAtEnd) {
        this.doubts.add(doubt.quotes);
        this.position += 1;
      }
    }
    this.endHereDocuments();
  }

  protected override readSubstitution(): void {
    const { caseDepth } = this;
    this.caseDepth = 0;
    this.withinSubstitution(() => {
      this.nest(() => this.readList([]));
      this.expectCharacter(')');
    });
    this.caseDepth = caseDepth;
  }

  protected override readExpansions(text: string): void {
    new CommandGrammar(text, this.result, this.depth).readText();
  }

  protected override readApart(source: string): void {
    this.nest(() => readCommands(source, this.result, this.depth));
  }

  private nest(read: () => void): void {
    if (this.depth >= nestingLimit) {
      this.doubts.add(doubt.nesting);
      this.position = this.source.length;
      return;
    }
    this.depth += 1;
    read();
    this.depth -= 1;
  }

  /** Reads commands up to a `)`, the end, or one of these reserved words, which are left standing. */
  private readList(terminators: readonly string[]): void {
    while (true) {
      this.skipSpace();
      if (this.isAtEnd || this.current === ')' || this.isCaseEnd()) {
        return;
      }
      if (terminators.includes(this.peekReserved() ?? '')) {
        return;
      }
      this.nest(() => this.readCommand());
      this.readSeparator();
    }
  }

  private isCaseEnd(): boolean {
    return this.caseDepth > 0 && (this.startsWith(';;') || this.startsWith(';&'));
  }

  private readSeparator(): void {
    this.skipBlanks();
    if (this.isAtEnd || this.isCaseEnd()) {
      return;
    }
    const separator = this.take(/&&|\|\||\|&|[;&|]/y);
    if (separator === undefined || separator === ';' || separator === '&') {
      return;
    }
    this.skipSpace();
    if (this.isAtEnd || this.current === ')') {
      this.doubts.add(doubt.syntax);
    }
  }

  private readCommand(): void {
    if (this.current === '(') {
      this.readSubshell();
      return;
    }
    switch (this.peekReserved()) {
      case undefined:
      case 'in':
        this.readSimple();
        return;
      case '{':
        this.readGroup();
        return;
      case 'if':
        this.readIf();
        return;
      case 'while':
      case 'until':
        this.readLoop();
        return;
      case 'for':
        this.readFor();
        return;
      case 'case':
        this.readCase();
        return;
      case '!':
      case 'time':
        this.readPrefixed();
        return;
      case 'function':
        this.doubts.add(doubt.function);
        this.take(/function[ \t]+[\w:-]+/y);
        this.take(reservedWord);
        return;
      default:
        this.doubts.add(doubt.syntax);
        this.take(reservedWord);
    }
  }

  /** `!` and `time` stand before a pipeline. */
  private readPrefixed(): void {
    this.take(reservedWord);
    this.take(/[ \t]+-p(?=[ \t])/y);
    this.skipBlanks();
    this.nest(() => this.readCommand());
  }

  private readSubshell(): void {
    if (this.startsWith('((')) {
      this.doubts.add(doubt.expansion);
    }
    this.position += 1;
    this.readList([]);
    this.expectCharacter(')');
    this.readRedirectionsAfterCompound();
  }

  private readGroup(): void {
    this.take(reservedWord);
    this.readList(['}']);
    this.expectReserved('}');
    this.readRedirectionsAfterCompound();
  }

  private readLoop(): void {
    this.take(reservedWord);
    this.loopDepth += 1;
    this.readList(['do']);
    this.loopDepth -= 1;
    this.readLoopBody();
  }

  private readLoopBody(): void {
    this.expectReserved('do');
    this.loopDepth += 1;
    this.readList(['done']);
    this.loopDepth -= 1;
    this.expectReserved('done');
    this.readRedirectionsAfterCompound();
  }

  private readIf(): void {
    this.take(reservedWord);
    let next: string | undefined = 'elif';
    while (next === 'elif') {
      this.readList(['then']);
      this.expectReserved('then');
      this.readList(['elif', 'else', 'fi']);
      next = this.expectReserved('elif', 'else', 'fi');
    }
    if (next === 'else') {
      this.readList(['fi']);
      this.expectReserved('fi');
    }
    this.readRedirectionsAfterCompound();
  }

  private readFor(): void {
    this.take(reservedWord);
    this.skipBlanks();
    const name = this.take(/[A-Za-z_]\w*(?=[\s;]|$)/y);
    if (name === undefined) {
      this.doubts.add(doubt.syntax);
      return;
    }
    this.result.parts.push({ kind: 'assignment', name });
    this.skipSpace();
    if (this.peekReserved() === 'in') {
      this.take(reservedWord);
      this.readWordsOfFor();
    }
    this.skipBlanks();
    this.take(/;/y);
    this.readLoopBody();
  }

  private readWordsOfFor(): void {
    this.skipBlanks();
    while (this.current !== undefined && !'\n;&|<>()'.includes(this.current)) {
      this.readWordOnOneLine();
      this.skipBlanks();
    }
  }

  private readCase(): void {
    if (this.isInSubstitution) {
      // Old bash ends the substitution at the first pattern's bracket.
      this.doubts.add(doubt.syntax);
    }
    this.take(reservedWord);
    this.skipBlanks();
    if (!this.isAtWord()) {
      this.doubts.add(doubt.syntax);
      return;
    }
    this.readWordOnOneLine();
    this.expectReserved('in');
    this.caseDepth += 1;
    let hasMore = true;
    while (hasMore) {
      hasMore = this.readCaseItem();
    }
    this.caseDepth -= 1;
    this.readRedirectionsAfterCompound();
  }

  /** The answer is whether more items may follow. */
  private readCaseItem(): boolean {
    this.skipSpace();
    if (this.peekReserved() === 'esac') {
      this.take(reservedWord);
      return false;
    }
    this.take(/\(/y);
    do {
      this.skipBlanks();
      if (!this.isAtWord()) {
        this.doubts.add(doubt.syntax);
        return false;
      }
      this.readWordOnOneLine();
      this.skipBlanks();
    } while (this.take(/\|/y) !== undefined);
    this.expectCharacter(')');
    this.readList(['esac']);
    this.take(/;;&?|;&/y);
    return !this.isAtEnd;
  }

  private readRedirectionsAfterCompound(): void {
    const redirections: CommandPart[] = [];
    do {
      this.skipBlanks();
    } while (this.takeRedirection(redirections));
    this.result.parts.push(...redirections);
    if (this.isAtWord() && this.current !== '#' && this.peekReserved() === undefined) {
      this.doubts.add(doubt.syntax);
    }
  }

  /** Reads text in which only expansions count. */
  private readText(): void {
    this.nest(() => this.readExpandable(new WordBuilder(), undefined));
  }

  private peekReserved(): string | undefined {
    const start = this.position;
    const word = this.take(reservedWord);
    this.position = start;
    return word;
  }

  /** Takes one of these reserved words, after any space; notes a doubt where none stands here. */
  private expectReserved(...words: readonly string[]): string | undefined {
    this.skipSpace();
    const word = this.peekReserved();
    if (word !== undefined && words.includes(word)) {
      return this.take(reservedWord);
    }
    this.doubts.add(doubt.quotes);
    return undefined;
  }

  private expectCharacter(character: string): void {
    this.skipSpace();
    if (this.current === character) {
      this.position += 1;
    } else {
      this.doubts.add(doubt.quotes);
    }
  }
}

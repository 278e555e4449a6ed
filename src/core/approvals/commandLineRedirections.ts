import type { CommandPart, CommandWord } from './commandLineParts.ts';
import { doubt, ShellReader } from './commandLineReader.ts';

const redirectionOperator = /\d*(?:<<<|<<-?|<>|<&|>&|>>|>\||<|>)|&>>?/y;
const hereDelimiter = /[ \t]*(?:'[\w.-]+'|"[\w.-]+"|\\[\w.-]+|[\w.-]+)(?=[\s;&|<>()]|$)/y;

interface HereDocument {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly stripsTabs: boolean;
}

/** Reads what stands between the words of a command: redirections, here-documents and comments. */
export abstract class RedirectionReader extends ShellReader {
  /** Whether the command being read has a `&>`, after which some shells begin another command. */
  protected hasJointRedirection = false;
  private hereDocuments: HereDocument[] = [];
  private substitutionDepth = 0;

  /** Reads text in which only expansions count. */
  protected abstract readExpansions(text: string): void;

  protected get isInSubstitution(): boolean {
    return this.substitutionDepth > 0;
  }

  /** Runs `read` for commands that have here-documents of their own. */
  protected withinSubstitution(read: () => void): void {
    const outer = this.hereDocuments;
    this.hereDocuments = [];
    this.substitutionDepth += 1;
    read();
    this.substitutionDepth -= 1;
    this.endHereDocuments();
    this.hereDocuments = outer;
  }

  /** Notes a doubt where a here-document was announced and has not come. */
  protected endHereDocuments(): void {
    if (this.hereDocuments.length > 0) {
      this.doubts.add(doubt.hereDocument);
    }
  }

  /** A line end inside a word would end the line for a here-document that is still to come. */
  protected readWordOnOneLine(): CommandWord & { readonly hasBrace: boolean } {
    const start = this.position;
    const word = this.readWord();
    if (this.hereDocuments.length > 0 && this.source.slice(start, this.position).includes('\n')) {
      this.doubts.add(doubt.hereDocument);
    }
    return word;
  }

  protected takeRedirection(found: CommandPart[]): boolean {
    const operator = this.isProcessSubstitution() ? undefined : this.take(redirectionOperator);
    if (operator === undefined) {
      return false;
    }
    const kind = operator.replace(/^\d+/, '');
    if (/^\d\d/.test(operator)) {
      // Only bash takes more than one digit for a descriptor; elsewhere they are a word.
      this.doubts.add(doubt.syntax);
    }
    if (kind === '<<' || kind === '<<-') {
      this.takeHereDelimiter(kind === '<<-');
      return true;
    }
    this.skipBlanks();
    if (!this.isAtWord() || this.current === '#' || this.current === '!') {
      this.doubts.add(doubt.syntax);
      return true;
    }
    const target = this.readWordOnOneLine();
    this.hasJointRedirection ||= kind.startsWith('&');
    const isCopy = kind.endsWith('&') && target.isLiteral && /^(?:\d+-?|-)$/.test(target.text);
    if (kind.endsWith('&') && !isCopy && /^[\d-]/.test(target.text)) {
      // bash ends the redirection after `>&-` and takes the rest for a word of its own.
      this.doubts.add(doubt.syntax);
    }
    if (kind !== '<<<' && !isCopy) {
      const isRead = kind === '<' || kind === '<&';
      found.push({ kind: 'redirection', access: isRead ? 'read' : 'write', target });
    }
    return true;
  }

  private takeHereDelimiter(stripsTabs: boolean): void {
    const raw = this.take(hereDelimiter)?.trimStart();
    if (raw === undefined) {
      this.doubts.add(doubt.hereDocument);
      return;
    }
    const delimiter = raw.replace(/^\\|['"]/g, '');
    this.hereDocuments.push({ delimiter, isQuoted: delimiter !== raw, stripsTabs });
  }

  protected isAtWord(): boolean {
    if (this.current === undefined) {
      return false;
    }
    return this.isProcessSubstitution() || !' \t\n;&|<>()'.includes(this.current);
  }

  /** Skips blanks, line ends and comments. */
  protected skipSpace(): void {
    while (true) {
      this.skipBlanks();
      if (this.current === '\n') {
        this.takeLineEnd();
      } else if (this.current === '#') {
        this.skipComment();
      } else {
        return;
      }
    }
  }

  protected skipComment(): void {
    if (this.substitutionDepth > 0) {
      // Old bash looks for quotes and brackets even in a comment here.
      this.doubts.add(doubt.syntax);
    }
    const end = this.source.indexOf('\n', this.position);
    this.position = end < 0 ? this.source.length : end;
  }

  private takeLineEnd(): void {
    this.position += 1;
    const waiting = this.hereDocuments;
    this.hereDocuments = [];
    for (const hereDocument of waiting) {
      this.readHereDocument(hereDocument);
    }
  }

  private readHereDocument({ delimiter, isQuoted, stripsTabs }: HereDocument): void {
    const start = this.position;
    while (!this.isAtEnd) {
      const lineStart = this.position;
      const lineEnd = this.source.indexOf('\n', lineStart);
      const stop = lineEnd < 0 ? this.source.length : lineEnd;
      const line = this.source.slice(lineStart, stop);
      this.position = Math.min(stop + 1, this.source.length);
      if ((stripsTabs ? line.replace(/^\t+/, '') : line) === delimiter) {
        // The line end after the delimiter still separates commands.
        this.position = stop;
        this.readHereText(this.source.slice(start, lineStart), isQuoted);
        return;
      }
    }
    this.doubts.add(doubt.hereDocument);
    this.readHereText(this.source.slice(start), isQuoted);
  }

  private readHereText(text: string, isQuoted: boolean): void {
    const joinsLines = !isQuoted && /\\(?:\n|$)/.test(text);
    const confusesOldBash = this.substitutionDepth > 0 && /['"`\\()]/.test(text);
    if (joinsLines || confusesOldBash) {
      this.doubts.add(doubt.hereDocument);
    }
    if (!isQuoted) {
      this.readExpansions(text);
    }
  }
}

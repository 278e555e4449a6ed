import { countLineEnds, lineStartAt, lineStopAt } from '../../base/lineBounds.ts';
import { lineEndToken, lineStartToken, tokensOf, Vocabulary } from './predictorTokens.ts';

/** A line that was learned. */
export interface LearnedLine {
  /** From the line's start to its end, both as tokens. */
  readonly tokens: readonly number[];
  readonly language: string;
  /** The line above it. */
  above: LearnedLine | undefined;
  isForgotten: boolean;
}

/** A place in a line, before the token at `at`. */
export interface Occurrence {
  readonly line: LearnedLine;
  readonly at: number;
}

interface LearnedDocument {
  text: string;
  readonly language: string;
  lines: LearnedLine[];
}

/** Where a pair of tokens stands, the latest last: side by side, as an object for each takes twice that. */
interface Followers {
  lines: LearnedLine[];
  ats: number[];
  forgotten: number;
}

/**
 * Bounds of what is kept. A token with its place takes about 100 bytes (measured): 120,000 take some
 * 12 MB, and are about 12,000 lines.
 */
const maxDocuments = 40;
const maxTokens = 120_000;
/** A larger file is generated more often than written, characters. */
const maxDocumentCharacters = 200_000;
/** Nobody types a longer line, characters. */
const maxLineCharacters = 300;
/** Room for pairs of token numbers in one number. */
const pairFactor = 2 ** 24;

/**
 * The lines of open documents, found by any two tokens that follow each other in them. Learning a text
 * again costs what has changed of it.
 */
export class LineMemory {
  readonly vocabulary: Vocabulary = new Vocabulary();
  /** In the order in which they were last learned. */
  private readonly documents = new Map<string, LearnedDocument>();
  private readonly followers = new Map<number, Followers>();
  private tokenCount = 0;

  /** How many tokens are kept, for tests. */
  get size(): number {
    return this.tokenCount;
  }

  learn(documentId: string, language: string, text: string): void {
    const known = this.documents.get(documentId);
    if (text.length > maxDocumentCharacters || (known && known.language !== language)) {
      this.forget(documentId);
    }
    if (text.length > maxDocumentCharacters) {
      return;
    }
    const document = this.documents.get(documentId) ?? { text: '', language, lines: [] };
    this.documents.delete(documentId);
    this.documents.set(documentId, document);
    if (document.lines.length === 0) {
      this.replaceLines(document, 0, 0, text.split('\n'));
    } else if (document.text !== text) {
      this.replaceChanged(document, text);
    }
    document.text = text;
    this.keepWithinBounds(documentId);
  }

  forget(documentId: string): void {
    const document = this.documents.get(documentId);
    this.documents.delete(documentId);
    for (const line of document?.lines ?? []) {
      this.drop(line);
    }
  }

  /** The line of this number, from 0, as it was last learned. */
  lineAt(documentId: string, number: number): LearnedLine | undefined {
    return this.documents.get(documentId)?.lines[number];
  }

  /** Where two tokens stand next to each other, before the token that follows; the latest first. */
  *after(first: number, second: number): Generator<Occurrence> {
    const followers = this.followers.get(pairOf(first, second));
    for (let index = (followers?.lines.length ?? 0) - 1; index >= 0; index -= 1) {
      const line = followers?.lines[index];
      if (line && !line.isForgotten) {
        yield { line, at: followers?.ats[index] ?? 0 };
      }
    }
  }

  private replaceChanged(document: LearnedDocument, text: string): void {
    const { text: old, lines } = document;
    const head = commonHead(old, text);
    const tail = commonTail(old, text, head);
    const firstLine = countLineEnds(old, 0, head);
    const removed = countLineEnds(old, head, old.length - tail) + 1;
    const start = lineStartAt(text, head);
    const added = text.slice(start, lineStopAt(text, text.length - tail)).split('\n');
    this.replaceLines(document, firstLine, Math.min(removed, lines.length - firstLine), added);
  }

  private replaceLines(
    { lines, language }: LearnedDocument,
    from: number,
    count: number,
    texts: readonly string[],
  ): void {
    let above = lines[from - 1];
    const added = texts.map((text) => {
      above = this.add(text, language, above);
      return above;
    });
    const below = lines[from + count];
    for (const line of lines.slice(from, from + count)) {
      this.drop(line);
    }
    // Many arguments at once would not fit the stack.
    const rest = lines.splice(from);
    for (const line of [...added, ...rest.slice(count)]) {
      lines.push(line);
    }
    if (below) {
      below.above = above;
    }
  }

  private add(text: string, language: string, above: LearnedLine | undefined): LearnedLine {
    const content = text.length > maxLineCharacters ? '' : text.replace(/\r$/, '');
    const tokens = [
      lineStartToken,
      ...tokensOf(content).map((token) => this.vocabulary.use(token)),
      lineEndToken,
    ];
    const line: LearnedLine = { tokens, language, above, isForgotten: false };
    this.tokenCount += tokens.length;
    for (let at = 1; at < tokens.length; at += 1) {
      this.follow(line, at);
    }
    return line;
  }

  private drop(line: LearnedLine): void {
    line.isForgotten = true;
    line.above = undefined;
    this.tokenCount -= line.tokens.length;
    for (let at = 1; at < line.tokens.length; at += 1) {
      const [first, second] = pairBefore(line, at);
      this.forgetOne(pairOf(first, second));
    }
    for (const token of line.tokens) {
      this.vocabulary.release(token);
    }
  }

  /** Forgotten places are taken out when they are as many as the others. */
  private forgetOne(pair: number): void {
    const followers = this.followers.get(pair);
    if (!followers) {
      return;
    }
    followers.forgotten += 1;
    if (followers.forgotten * 2 >= followers.lines.length) {
      const { lines, ats } = followers;
      followers.ats = ats.filter((_, index) => lines[index]?.isForgotten === false);
      followers.lines = lines.filter(({ isForgotten }) => !isForgotten);
      followers.forgotten = 0;
      if (followers.lines.length === 0) {
        this.followers.delete(pair);
      }
    }
  }

  private follow(line: LearnedLine, at: number): void {
    const pair = pairOf(...pairBefore(line, at));
    const known = this.followers.get(pair);
    if (known) {
      known.lines.push(line);
      known.ats.push(at);
    } else {
      this.followers.set(pair, { lines: [line], ats: [at], forgotten: 0 });
    }
  }

  private keepWithinBounds(current: string): void {
    for (const id of this.documents.keys()) {
      const isWithin = this.documents.size <= maxDocuments && this.tokenCount <= maxTokens;
      if (isWithin || id === current) {
        return;
      }
      this.forget(id);
    }
  }
}

/**
 * The two tokens before a place in a line. Before the first token of a line it is the line's start
 * twice: what stands above may change without the line being learned again.
 */
function pairBefore({ tokens }: LearnedLine, at: number): readonly [number, number] {
  return [tokens[at - 2] ?? lineStartToken, tokens[at - 1] ?? lineStartToken];
}

function pairOf(first: number, second: number): number {
  return first * pairFactor + second;
}

function commonHead(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  let at = 0;
  while (at < length && left.charCodeAt(at) === right.charCodeAt(at)) {
    at += 1;
  }
  return at;
}

/** Characters at both ends alike, none of them in the head. */
function commonTail(left: string, right: string, head: number): number {
  const length = Math.min(left.length, right.length) - head;
  let count = 0;
  while (
    count < length &&
    left.charCodeAt(left.length - 1 - count) === right.charCodeAt(right.length - 1 - count)
  ) {
    count += 1;
  }
  return count;
}

import { countLineEnds, lineStartAt, lineStopAt } from '../../base/lineBounds.ts';
import type { FileSyntax, Syntax } from '../syntax/syntax.ts';
import { roughTokens } from '../tokens/roughTokens.ts';
import type { CompletionPlace } from './completion.ts';
import type { CompletionSurroundings, NearbyText } from './completionSurroundings.ts';
import { describeEdits, describeProblems } from './nearbyEdits.ts';
import { SignatureIndex } from './signatureIndex.ts';
import { wordsOf } from './snippetChunks.ts';
import { type RankedSnippet, SnippetIndex } from './snippetIndex.ts';
import { prefixStart, suffixEnd } from './textWindow.ts';

/** What is told of a line's surroundings: the same for each key that is typed in the line. */
export interface LineContext {
  /** Where what is sent of the text begins and ends. */
  readonly start: number;
  /** Counted from the text's end, which stays where it is while the line grows. */
  readonly endFromEnd: number;
  readonly imports: string;
  readonly outline: string;
  readonly signatures: string;
  readonly snippets: readonly RankedSnippet[];
  readonly edits: string;
  readonly problems: string;
}

/**
 * Tokens for each part. All together stay near 2,500: more costs time before the first token and, by
 * what others report, adds little.
 */
const maxPrefixTokens = 1_000;
const maxSuffixTokens = 350;
const maxSnippetTokens = 600;
const maxSnippets = 4;
const maxImportTokens = 120;
const maxEditTokens = 200;
/** Characters of the outline: 250 tokens of code. */
const maxOutlineCharacters = 800;
const maxSignatures = 10;
/** So much around the cursor says what is being written, characters. */
const queryBefore = 1_200;
const queryAfter = 300;
/**
 * The file's own pieces are told apart anew when it has grown or shrunk by so many characters: some ten
 * lines. What is written just now stands in the prompt anyway.
 */
const slackCharacters = 400;
/** The same for its outline, which takes a parser some milliseconds. */
const outlineSlackCharacters = 2_000;
/**
 * A longer file is sent without its outline, characters: some 5,000 lines, for which that takes 30 ms in
 * which nothing else has its turn (measured).
 */
const maxOutlinedCharacters = 200_000;
/** Where imports stand: where this has changed, they are read anew. */
const topCharacters = 4_000;

interface FileHead {
  readonly documentId: string;
  readonly length: number;
  readonly top: string;
  readonly imports: string;
  readonly outline: string;
}

const noHead: Pick<FileHead, 'imports' | 'outline'> = { imports: '', outline: '' };

/** Gathers what surrounds a line. Keeps what is known of the open files, and brings it up to date. */
export class PromptContext {
  private readonly syntax: Syntax;
  private readonly surroundings: CompletionSurroundings;
  private readonly snippets: SnippetIndex;
  private readonly signatures: SignatureIndex;
  private head: FileHead | undefined;
  /** The file as it was when its pieces were last told apart. */
  private known: NearbyText | undefined;

  constructor(
    syntax: Syntax,
    surroundings: CompletionSurroundings,
    snippets: SnippetIndex = new SnippetIndex(),
  ) {
    this.syntax = syntax;
    this.surroundings = surroundings;
    this.snippets = snippets;
    this.signatures = new SignatureIndex(syntax);
  }

  /**
   * @param nearby The other documents that may be read.
   * @param mayRead Which paths may be spoken of.
   */
  async gather(
    place: CompletionPlace,
    nearby: readonly NearbyText[],
    mayRead: (path: string) => boolean,
    signal: AbortSignal,
  ): Promise<LineContext> {
    const { text, offset } = place;
    const lineStart = lineStartAt(text, offset);
    const start = prefixStart(text, lineStart, maxPrefixTokens);
    const around = text.slice(Math.max(0, lineStart - queryBefore), lineStart);
    const lineStop = lineStopAt(text, offset);
    const query = around + text.slice(lineStop, lineStop + queryAfter);
    // Its own definitions stand in the prompt, and it changes with each key.
    const others = nearby.filter(({ documentId }) => documentId !== place.documentId);
    await this.signatures.update(others, signal);
    const head = start > 0 ? await this.headOf(place, signal) : noHead;
    const end = suffixEnd(text, lineStop, maxSuffixTokens);
    return {
      start,
      endFromEnd: text.length - end,
      imports: head.imports,
      outline: head.outline,
      signatures: this.describeSignatures(query + head.imports),
      snippets: this.rank(place, nearby, query, { start, end }),
      ...this.describeRecent(place, lineStart, mayRead),
    };
  }

  /** What the file's beginning says, where it is too far away to be sent itself. */
  private async headOf(place: CompletionPlace, signal: AbortSignal): Promise<FileHead> {
    const { documentId, languageId, text } = place;
    const { head } = this;
    const top = text.slice(0, topCharacters);
    const isSame = head?.documentId === documentId;
    const isRecent = isSame && Math.abs(head.length - text.length) < outlineSlackCharacters;
    if (isRecent && head.top === top) {
      return head;
    }
    this.head = await this.syntax.read(
      { documentId, languageId, text },
      (syntax) => ({
        documentId,
        length: isRecent ? head.length : text.length,
        top,
        imports: importsOf(text, syntax),
        outline: isRecent ? head.outline : outlineOf(text, syntax),
      }),
      { priority: 'keystroke', signal },
    );
    return this.head;
  }

  private describeSignatures(query: string): string {
    const known = this.signatures.find(wordsOf(query), maxSignatures);
    const lines = known.map(
      ({ path, signature }) => `${this.surroundings.displayPath(path)}: ${signature}`,
    );
    // Sorted, so that a word more or less in between changes as little as it can.
    return [...new Set(lines)].sort().join('\n');
  }

  private rank(
    place: CompletionPlace,
    nearby: readonly NearbyText[],
    query: string,
    sent: { readonly start: number; readonly end: number },
  ): readonly RankedSnippet[] {
    this.snippets.update(nearby.map((one) => this.asKnown(one, place)));
    const start = sent.start - slackCharacters;
    const excluded = { documentId: place.documentId, start, end: sent.end + slackCharacters };
    const ranked = this.snippets.rank(query, excluded, maxSnippets);
    return withinTokens(ranked);
  }

  private asKnown(nearby: NearbyText, { documentId, text }: CompletionPlace): NearbyText {
    if (nearby.documentId !== documentId) {
      return nearby;
    }
    const { known } = this;
    const isSame = known?.documentId === documentId;
    if (!known || !isSame || Math.abs(known.text().length - text.length) >= slackCharacters) {
      this.known = { ...nearby, text: () => text };
    }
    return this.known ?? nearby;
  }

  private describeRecent(
    place: CompletionPlace,
    lineStart: number,
    mayRead: (path: string) => boolean,
  ): Pick<LineContext, 'edits' | 'problems'> {
    const { surroundings } = this;
    const { documentId, text } = place;
    const line = countLineEnds(text, 0, lineStart);
    const edits = surroundings.recentEdits().filter(({ path }) => mayRead(path));
    const described = describeEdits(edits, { documentId, line }, surroundings);
    return {
      edits: roughTokens(described) <= maxEditTokens ? described : lastLines(described),
      problems: describeProblems(surroundings.problems(documentId), line),
    };
  }
}

function importsOf(text: string, syntax: FileSyntax): string {
  const imports = syntax.imports().map(({ start, end }) => text.slice(start, end));
  return affordable(imports, maxImportTokens, (text) => text).join('\n');
}

function outlineOf(text: string, syntax: FileSyntax): string {
  return text.length > maxOutlinedCharacters ? '' : syntax.foldedOutline(maxOutlineCharacters);
}

/** In the order of files, so that another order of likeness changes nothing. */
function withinTokens(snippets: readonly RankedSnippet[]): readonly RankedSnippet[] {
  return affordable(snippets, maxSnippetTokens, ({ text }) => text).toSorted((left, right) =>
    left.path < right.path ? -1 : 1,
  );
}

/** As many as so many tokens pay for; one that is too long keeps none of the others out. */
function affordable<Part>(
  parts: readonly Part[],
  maxTokens: number,
  textOf: (part: Part) => string,
): readonly Part[] {
  let left = maxTokens;
  return parts.filter((part) => {
    const tokens = roughTokens(textOf(part));
    const isWithin = tokens <= left;
    left -= isWithin ? tokens : 0;
    return isWithin;
  });
}

/** The latest of too many changes. */
function lastLines(text: string): string {
  const from = text.indexOf('\n@ ', text.length - maxEditTokens * 3);
  return from < 0 ? '' : text.slice(from + 1);
}

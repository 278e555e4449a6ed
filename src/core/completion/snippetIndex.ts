import { copyText } from '../../base/copyText.ts';
import { chunkRanges, wordsOf } from './snippetChunks.ts';

/** A piece of a file that resembles what is being written. */
export interface RankedSnippet {
  readonly documentId: string;
  readonly path: string;
  readonly text: string;
  /** How much it resembles the query, 0 to 1. */
  readonly similarity: number;
}

export interface SnippetDocument {
  readonly documentId: string;
  readonly path: string;
  readonly version: number;
  text(): string;
}

/** What is left out: the part of the document with the cursor that the prompt holds anyway. */
export interface ExcludedRange {
  readonly documentId: string;
  readonly start: number;
  readonly end: number;
}

/** What was done since the index was made, for tests and benchmarks. */
export interface SnippetWork {
  /** Pieces that were taken apart into words. */
  readonly indexed: number;
  /** Pieces that were compared with a query. */
  readonly compared: number;
}

/** A word, and where it stands. */
interface Posting {
  readonly word: string;
  readonly chunks: Set<Chunk>;
}

interface Chunk {
  readonly hash: number;
  readonly postings: readonly Posting[];
  readonly document: IndexedDocument;
  start: number;
  end: number;
}

interface IndexedDocument {
  readonly documentId: string;
  readonly path: string;
  version: number;
  text: string;
  chunks: Chunk[];
}

/** A larger file is generated more often than written, and is left out, characters. */
const maxDocumentCharacters = 200_000;
/** What all indexed files together may hold, characters; the index takes about 7 bytes for each. */
const maxCharacters = 1_000_000;
/** A word that stands in more pieces than this share tells nothing. */
const commonShare = 0.25;
/** Pieces that share less with the query are noise. */
const minSimilarity = 0.08;

/**
 * Finds pieces of other files that resemble a text: by the words that both have, rare ones counting
 * more. A change costs what has changed; a query looks only at pieces that share a rare word with it.
 */
export class SnippetIndex {
  private readonly documents = new Map<string, IndexedDocument>();
  private readonly postings = new Map<string, Posting>();
  private chunkCount = 0;
  private indexed = 0;
  private compared = 0;

  get work(): SnippetWork {
    return { indexed: this.indexed, compared: this.compared };
  }

  /** Brings the index up to these documents, in the order of importance; others are forgotten. */
  update(documents: readonly SnippetDocument[]): void {
    const kept = new Set<string>();
    let characters = 0;
    for (const document of documents) {
      const known = this.documents.get(document.documentId);
      const text = known?.version === document.version ? known.text : document.text();
      characters += text.length;
      if (text.length <= maxDocumentCharacters && characters <= maxCharacters) {
        kept.add(document.documentId);
        this.index(document, text);
      }
    }
    for (const id of this.documents.keys()) {
      if (!kept.has(id)) {
        this.forget(id);
      }
    }
  }

  /** The pieces that resemble `query` most, the best first, none overlapping `excluded`. */
  rank(query: string, excluded: ExcludedRange, limit: number): readonly RankedSnippet[] {
    const shared = new Map<Chunk, number>();
    let queryWeight = 0;
    for (const word of wordsOf(query)) {
      const chunks = this.postings.get(word)?.chunks;
      const weight = this.weight(chunks?.size ?? 0);
      queryWeight += weight;
      if (chunks && chunks.size <= Math.max(8, this.chunkCount * commonShare)) {
        for (const chunk of chunks) {
          shared.set(chunk, (shared.get(chunk) ?? 0) + weight);
        }
      }
    }
    const candidates = [...shared]
      .filter(([chunk]) => !overlaps(chunk, excluded))
      .sort((left, right) => right[1] - left[1]);
    return this.best(candidates, queryWeight, limit);
  }

  /**
   * The most similar of candidates that come in the order of what they share. No piece is more similar
   * than what it shares of the query: where that is too little, so is all that follows.
   */
  private best(
    candidates: readonly (readonly [Chunk, number])[],
    queryWeight: number,
    limit: number,
  ): readonly RankedSnippet[] {
    const found: RankedSnippet[] = [];
    for (const [chunk, weight] of candidates) {
      const least = found.length < limit ? minSimilarity : (found.at(-1)?.similarity ?? 0);
      if (weight / queryWeight < least) {
        break;
      }
      this.compared += 1;
      const similarity = this.similarity(chunk, weight, queryWeight);
      if (similarity >= least) {
        found.push(toSnippet(chunk, similarity));
        found.sort((left, right) => right.similarity - left.similarity);
        found.length = Math.min(found.length, limit);
      }
    }
    return found;
  }

  private index(document: SnippetDocument, text: string): void {
    const { documentId, path, version } = document;
    const entry = this.documents.get(documentId) ?? {
      documentId,
      path,
      version: version - 1,
      text: '',
      chunks: [],
    };
    this.documents.set(documentId, entry);
    if (entry.version === version && entry.text === text) {
      return;
    }
    const before = byHash(entry.chunks);
    entry.chunks = chunkRanges(text).map((range) => {
      const same = before.get(range.hash)?.pop();
      return same
        ? Object.assign(same, { start: range.start, end: range.end })
        : this.add(entry, text, range);
    });
    for (const chunk of [...before.values()].flat()) {
      this.remove(chunk);
    }
    entry.version = version;
    entry.text = text;
  }

  private add(
    document: IndexedDocument,
    text: string,
    range: { readonly start: number; readonly end: number; readonly hash: number },
  ): Chunk {
    const words = [...wordsOf(text.slice(range.start, range.end))];
    const postings = words.map((word) => this.posting(word));
    const chunk: Chunk = { ...range, postings, document };
    for (const { chunks } of postings) {
      chunks.add(chunk);
    }
    this.indexed += 1;
    this.chunkCount += 1;
    return chunk;
  }

  private posting(word: string): Posting {
    const known = this.postings.get(word);
    if (known) {
      return known;
    }
    const posting: Posting = { word: copyText(word), chunks: new Set() };
    this.postings.set(posting.word, posting);
    return posting;
  }

  private remove(chunk: Chunk): void {
    for (const { word, chunks } of chunk.postings) {
      chunks.delete(chunk);
      if (chunks.size === 0) {
        this.postings.delete(word);
      }
    }
    this.chunkCount -= 1;
  }

  private forget(documentId: string): void {
    for (const chunk of this.documents.get(documentId)?.chunks ?? []) {
      this.remove(chunk);
    }
    this.documents.delete(documentId);
  }

  private weight(count: number): number {
    return Math.log(1 + (this.chunkCount + 1) / (count + 1));
  }

  /** Shared weight over that of both together. */
  private similarity(chunk: Chunk, shared: number, queryWeight: number): number {
    let own = 0;
    for (const { chunks } of chunk.postings) {
      own += this.weight(chunks.size);
    }
    return shared / (own + queryWeight - shared);
  }
}

function byHash(chunks: readonly Chunk[]): Map<number, Chunk[]> {
  const map = new Map<number, Chunk[]>();
  for (const chunk of chunks) {
    const same = map.get(chunk.hash) ?? [];
    same.push(chunk);
    map.set(chunk.hash, same);
  }
  return map;
}

function overlaps(chunk: Chunk, excluded: ExcludedRange): boolean {
  const isThere = chunk.document.documentId === excluded.documentId;
  return isThere && chunk.start < excluded.end && chunk.end > excluded.start;
}

function toSnippet({ document, start, end }: Chunk, similarity: number): RankedSnippet {
  const { documentId, path, text } = document;
  return { documentId, path, text: text.slice(start, end).trimEnd(), similarity };
}

/**
 * The tokenizer itself, in a chunk of its own: the ranks and the pattern of js-tiktoken's cl100k, counted
 * by our own code. Its `encode` takes time that grows faster than a long unbroken run (20,000 times the
 * letter a: 20 s), and its tables take 100 MB and block for 0.25 s while they are made.
 */
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import { BytePairs } from './bytePairs.ts';
import { TokenRanks } from './tokenRanks.ts';

/** Longer pieces are cut: costs nothing on source code, and 1.6 % too much on repetitive base64. */
const maxPieceCharacters = 128;

/** Different pieces that are remembered; 1 MB of TypeScript has 12,700. */
const maxPieces = 60_000;

/** V8 copies shorter pieces itself. */
const minViewCharacters = 13;

export interface PieceCounter {
  count(text: string): number;
}

/** Reads the ranks in slices, between which the editor gets its turn. */
export async function createPieceCounter(): Promise<PieceCounter> {
  const pairs = new BytePairs(await TokenRanks.read(cl100k.bpe_ranks), maxPieceCharacters);
  // The same cut that the tokenizer's own encoder begins with, so that the sum over pieces is exact.
  const pattern = new RegExp(cl100k.pat_str, 'ug');
  const known = new Map<string, number>();

  function countPiece(piece: string): number {
    const cached = known.get(piece);
    if (cached !== undefined) {
      return cached;
    }
    const count = pairs.count(piece);
    if (known.size >= maxPieces) {
      known.clear();
    }
    known.set(copyOf(piece), count);
    return count;
  }

  function countLong(piece: string): number {
    let count = 0;
    for (let start = 0; start < piece.length; start += maxPieceCharacters) {
      // A part may be more than one piece by itself, such as blanks after the last line break.
      for (const [part] of piece.slice(start, start + maxPieceCharacters).matchAll(pattern)) {
        count += countPiece(part);
      }
    }
    return count;
  }

  return {
    count: (text) => {
      let count = 0;
      for (const [piece] of text.matchAll(pattern)) {
        count += piece.length > maxPieceCharacters ? countLong(piece) : countPiece(piece);
      }
      return count;
    },
  };
}

/** A piece is a view on the text that it was cut from, which would stay in memory with it. */
function copyOf(piece: string): string {
  return piece.length < minViewCharacters ? piece : JSON.parse(JSON.stringify(piece));
}

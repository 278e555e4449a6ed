/**
 * The tokenizer itself, in a chunk of its own. Its `encode` takes time that grows faster than a long
 * unbroken run (20,000 times the letter a: 20 s), so it only ever sees short pieces.
 */
import { Tiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';

/** Longer pieces are cut: costs nothing on source code, and 1.6 % too much on repetitive base64. */
const maxPieceCharacters = 128;

/** Different pieces that are remembered; 1 MB of TypeScript has 12,700. */
const maxPieces = 60_000;

/** V8 copies shorter pieces itself. */
const minViewCharacters = 13;

export interface PieceCounter {
  count(text: string): number;
}

/** Blocks for about 0.2 s while it unpacks the ranks. */
export function createPieceCounter(): PieceCounter {
  const encoder = new Tiktoken(cl100k);
  // The same cut that the encoder itself begins with, so that the sum over pieces is exact.
  const pattern = new RegExp(cl100k.pat_str, 'ug');
  const known = new Map<string, number>();

  function countPiece(piece: string): number {
    const cached = known.get(piece);
    if (cached !== undefined) {
      return cached;
    }
    // Names of special tokens are text like any other here.
    const count = encoder.encode(piece, [], []).length;
    if (known.size >= maxPieces) {
      known.clear();
    }
    known.set(copyOf(piece), count);
    return count;
  }

  function countLong(piece: string): number {
    let count = 0;
    for (let start = 0; start < piece.length; start += maxPieceCharacters) {
      count += countPiece(piece.slice(start, start + maxPieceCharacters));
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

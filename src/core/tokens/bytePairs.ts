import { noRank, type TokenRanks } from './tokenRanks.ts';

/** A letter outside of the basic plane takes 4 bytes for two characters, all others up to 3 for one. */
const bytesPerCharacter = 3;

/**
 * Byte pair encoding of short pieces, to count their tokens: of all neighbours the pair that is lowest
 * in rank becomes one, until no pair is a token. Takes time by the square of the piece's length.
 */
export class BytePairs {
  private readonly ranks: TokenRanks;
  private readonly encoder = new TextEncoder();
  private readonly bytes: Uint8Array;
  /** Where each part begins; after the last, where that ends. */
  private readonly starts: Uint16Array;
  /** The rank of each part together with the next. */
  private readonly pairs: Uint32Array;

  /** @param maxCharacters Longer pieces are not taken. */
  constructor(ranks: TokenRanks, maxCharacters: number) {
    this.ranks = ranks;
    this.bytes = new Uint8Array(maxCharacters * bytesPerCharacter);
    this.starts = new Uint16Array(this.bytes.length + 1);
    this.pairs = new Uint32Array(this.bytes.length);
  }

  count(piece: string): number {
    const { written } = this.encoder.encodeInto(piece, this.bytes);
    if (this.ranks.rankOf(this.bytes, 0, written) !== noRank) {
      return 1;
    }
    for (let index = 0; index <= written; index += 1) {
      this.starts[index] = index;
    }
    for (let index = 0; index < written - 1; index += 1) {
      this.rankPair(index);
    }
    let parts = written;
    for (let lowest = this.lowest(parts); lowest !== -1; lowest = this.lowest(parts)) {
      this.merge(lowest, parts);
      parts -= 1;
    }
    return parts;
  }

  /** The first of the pairs with the lowest rank; -1 where no pair is a token. */
  private lowest(parts: number): number {
    let place = -1;
    let rank = noRank;
    for (let index = 0; index < parts - 1; index += 1) {
      const one = this.pairs[index] ?? noRank;
      if (one < rank) {
        rank = one;
        place = index;
      }
    }
    return place;
  }

  private merge(index: number, parts: number): void {
    this.starts.copyWithin(index + 1, index + 2, parts + 1);
    this.pairs.copyWithin(index + 1, index + 2, parts - 1);
    if (index > 0) {
      this.rankPair(index - 1);
    }
    if (index < parts - 2) {
      this.rankPair(index);
    }
  }

  private rankPair(index: number): void {
    const start = this.starts[index] ?? 0;
    const end = this.starts[index + 2] ?? 0;
    this.pairs[index] = this.ranks.rankOf(this.bytes, start, end);
  }
}

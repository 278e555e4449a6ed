import { setImmediate as immediate } from 'node:timers/promises';
import { BugError } from '../../base/errors.ts';

/** What `rankOf` answers for bytes that are no token. Above all ranks, so that it loses to them. */
export const noRank = 0x7fffffff;

/** cl100k has 100,256. */
const maxTokens = 131_072;

/** A power of two, and more than twice the tokens, so that most are found where they are looked for first. */
const slots = 262_144;

/** Read without a pause: a quarter of all, some 5 ms (measured). */
const tokensPerSlice = 25_000;

/**
 * The tokens of a tokenizer by their bytes, in three flat arrays of 2.4 MB together. As strings in a
 * Map they take 100 MB and block for 0.25 s while they are made.
 */
export class TokenRanks {
  private readonly bytes: Uint8Array;
  /** Where the bytes of each token begin in `bytes`; the next one's beginning is its end. */
  private readonly starts = new Uint32Array(maxTokens + 1);
  /** By hash: 1 + the rank of the token that has it, 0 for none. */
  private readonly ranks = new Uint32Array(slots);
  private size = 0;

  private constructor(maxBytes: number) {
    this.bytes = new Uint8Array(maxBytes);
  }

  /**
   * @param packed Lines of a mark, a number and tokens in base64, all between blanks, as js-tiktoken
   * ships them. Ranks rise along the text, and nothing but their order counts.
   */
  static async read(packed: string): Promise<TokenRanks> {
    const result = new TokenRanks(Math.ceil((packed.length * 3) / 4));
    for (const line of packed.split('\n')) {
      let start = line.indexOf(' ', line.indexOf(' ') + 1) + 1;
      while (start > 0 && start < line.length) {
        const blank = line.indexOf(' ', start);
        const end = blank === -1 ? line.length : blank;
        result.add(line, start, end);
        start = end + 1;
        if (result.size % tokensPerSlice === 0) {
          await immediate();
        }
      }
    }
    return result;
  }

  /** The place of these bytes in the order in which pairs are merged, or `noRank`. */
  rankOf(bytes: Uint8Array, start: number, end: number): number {
    let slot = slotOf(bytes, start, end);
    for (let entry = at(this.ranks, slot); entry !== 0; entry = at(this.ranks, slot)) {
      if (this.isToken(entry - 1, bytes, start, end)) {
        return entry - 1;
      }
      slot = (slot + 1) % slots;
    }
    return noRank;
  }

  private isToken(rank: number, bytes: Uint8Array, start: number, end: number): boolean {
    const first = at(this.starts, rank);
    if (at(this.starts, rank + 1) - first !== end - start) {
      return false;
    }
    for (let index = start; index < end; index += 1) {
      if (at(this.bytes, first + index - start) !== at(bytes, index)) {
        return false;
      }
    }
    return true;
  }

  private add(base64: string, from: number, to: number): void {
    if (this.size === maxTokens) {
      throw new BugError('The tokenizer has more tokens than there is room for.');
    }
    const start = at(this.starts, this.size);
    const end = decodeBase64(base64, { from, to }, this.bytes, start);
    let slot = slotOf(this.bytes, start, end);
    while (at(this.ranks, slot) !== 0) {
      slot = (slot + 1) % slots;
    }
    this.size += 1;
    this.ranks[slot] = this.size;
    this.starts[this.size] = end;
  }
}

/** FNV-1a, with its upper bits mixed into those that are used. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index += 1) {
    hash = Math.imul(hash ^ at(bytes, index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (slots - 1);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextets = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, alphabet.indexOf(String.fromCharCode(code))),
);

/** Writes what a part of `text` says into `target`, and tells where it ends. `Buffer` takes a string each. */
function decodeBase64(
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
  target: Uint8Array,
  start: number,
): number {
  let end = start;
  let bits = 0;
  let count = 0;
  for (let index = from; index < to && text[index] !== '='; index += 1) {
    bits = ((bits << 6) | at(sextets, text.charCodeAt(index))) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      target[end] = (bits >>> count) & 0xff;
      end += 1;
    }
  }
  return end;
}

/** What lies within the bounds is there; the types do not know the bounds. */
function at(values: Uint8Array | Uint32Array, index: number): number {
  return values[index] ?? 0;
}

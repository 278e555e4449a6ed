/**
 * Cuts a content where its bytes say so, not at fixed places: a change moves the borders next to it
 * and no others, so two versions have all other chunks in common. One chunk at least; together they
 * are the content.
 */
export function chunksOf(content: Uint8Array): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let start = 0;
  do {
    const end = borderAfter(content, start);
    chunks.push(content.subarray(start, end));
    start = end;
  } while (start < content.length);
  return chunks;
}

/**
 * A change costs about one chunk, and first versions compress worse the smaller chunks are: this
 * repository's source, kept for the first time, takes 37 % of its size whole, 38 % in chunks of 8 kB,
 * 41 % of 4 and 49 % of 2 (zstd). SQLite's pages hold 4 kB.
 */
const averageChunkBits = 12;
/** The first bytes of a chunk are no place to look for its end: many tiny chunks would come of it. */
const minChunkBytes = 2 ** (averageChunkBits - 2);
const maxChunkBytes = 2 ** (averageChunkBits + 2);

/** One border in 2^12 places: where that many of the hash's highest bits, which 32 bytes decide, are 0. */
const borderShift = 32 - averageChunkBits;

function borderAfter(content: Uint8Array, start: number): number {
  const last = Math.min(start + maxChunkBytes, content.length);
  let end = Math.min(start + minChunkBytes, content.length);
  // A gear hash: each byte's number is shifted out of it by the 32 that follow.
  for (let hash = 0; end < last; ) {
    hash = ((hash << 1) + (gears[content[end] ?? 0] ?? 0)) | 0;
    end += 1;
    if (hash >>> borderShift === 0) {
      break;
    }
  }
  return end;
}

/**
 * A random number for each byte, always the same ones: others would cut all that is kept anew.
 * Marsaglia's xorshift with the shifts 13, 17 and 5.
 */
const gears = Int32Array.from(
  { length: 256 },
  ((state) => () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  })(0x9e3779b9),
);

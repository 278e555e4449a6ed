/** What one batch may hold. */
export interface ChunkLimits {
  readonly maxRequests: number;
  readonly maxBytes: number;
}

export const defaultChunkLimits: ChunkLimits = {
  // The API's own limit.
  maxRequests: 100_000,
  // The API takes 256 MB: the rest is a margin for files that grow between the estimate and the
  // sending, and keeps the body, which is one string, away from what memory a window may take.
  maxBytes: 200_000_000,
};

/**
 * Deals things out to batches in their order, each as full as the limits allow: the number of the
 * batch of each, from 0. One thing that is too large alone still gets a batch, to be refused there.
 */
export function assignChunks(sizesBytes: readonly number[], limits: ChunkLimits): number[] {
  let chunk = 0;
  let count = 0;
  let bytes = 0;
  return sizesBytes.map((size) => {
    const isFull = count > 0 && (count >= limits.maxRequests || bytes + size > limits.maxBytes);
    if (isFull) {
      chunk += 1;
      count = 0;
      bytes = 0;
    }
    count += 1;
    bytes += size;
    return chunk;
  });
}

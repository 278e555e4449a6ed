import assert from 'node:assert/strict';
import { assignChunks, defaultChunkLimits } from '../../../../../src/core/model/batches/chunks.ts';

describe('Dealing requests out to batches', () => {
  it('keeps to both limits, in order', () => {
    const limits = { maxRequests: 3, maxBytes: 10 };
    assert.deepEqual(assignChunks([1, 1, 1, 1], limits), [0, 0, 0, 1]);
    assert.deepEqual(assignChunks([6, 4, 1], limits), [0, 0, 1]);
    assert.deepEqual(assignChunks([4, 50, 4], limits), [0, 1, 2], 'one that is too large alone');
    assert.deepEqual(assignChunks([], limits), []);
  });

  it('stays within what the API takes', () => {
    const chunks = assignChunks(Array<number>(250_000).fill(500), defaultChunkLimits);
    assert.equal(chunks.at(-1), 2);
    assert.ok(defaultChunkLimits.maxBytes < 256_000_000);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BugError } from '../../../src/base/errors.ts';
import { RingBuffer } from '../../../src/base/ringBuffer.ts';

describe('A ring buffer', () => {
  it('holds the last items in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 10 }), (items, capacity) => {
        const buffer = new RingBuffer<number>(capacity);
        for (const item of items) {
          buffer.push(item);
        }
        assert.deepEqual(buffer.toArray(), items.slice(-capacity));
        assert.equal(buffer.size, Math.min(items.length, capacity));
      }),
    );
  });

  it('needs a place at least', () => {
    assert.throws(() => new RingBuffer(0), BugError);
  });
});

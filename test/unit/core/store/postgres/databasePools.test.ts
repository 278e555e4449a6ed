import assert from 'node:assert/strict';
import fc from 'fast-check';
import { poolSizes } from '../../../../../src/core/store/postgres/databasePools.ts';

describe('The sizes of the pools', () => {
  it('are one each at least, and together what is allowed', () => {
    assert.deepEqual(poolSizes(4), { read: 2, write: 1, analytics: 1 });
    assert.deepEqual(poolSizes(10), { read: 5, write: 3, analytics: 2 });
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 200 }), (most) => {
        const { read, write, analytics } = poolSizes(most);
        assert.equal(read + write + analytics, Math.max(3, most));
        assert.ok(Math.min(read, write, analytics) >= 1);
      }),
    );
  });
});

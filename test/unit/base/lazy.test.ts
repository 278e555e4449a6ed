import assert from 'node:assert/strict';
import { lazy } from '../../../src/base/lazy.ts';

describe('lazy', () => {
  it('makes nothing before the first use, and one value for all uses', async () => {
    let made = 0;
    const get = lazy(async () => {
      made += 1;
      return { made };
    });
    assert.equal(made, 0);
    const [first, second] = await Promise.all([get(), get()]);
    assert.equal(first, second);
    assert.equal(await get(), first);
    assert.equal(made, 1);
  });

  it('shares a failed attempt among those who wait, and tries again for the next', async () => {
    let attempts = 0;
    const get = lazy(async () => {
      attempts += 1;
      if (attempts === 1) {
        throw new Error('not yet');
      }
      return attempts;
    });
    const results = await Promise.allSettled([get(), get()]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['rejected', 'rejected'],
    );
    assert.equal(attempts, 1);
    assert.equal(await get(), 2);
    assert.equal(await get(), 2);
  });

  it('keeps a value that is false or missing as well', async () => {
    let made = 0;
    const get = lazy(async () => {
      made += 1;
      return undefined;
    });
    await get();
    await get();
    assert.equal(made, 1);
  });
});

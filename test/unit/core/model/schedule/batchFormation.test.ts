import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formBatches } from '../../../../../src/core/model/schedule/batchFormation.ts';

const item = (group: string, tokens: number) => ({ group, tokens });

describe('Batches', () => {
  it('hold what is alike together', () => {
    const items = ['a', 'b', 'a', 'b', 'a', 'b'].map((group) => item(group, 10));
    const batches = formBatches(items, { maxItems: 3, maxTokens: 1_000 });
    assert.deepEqual(
      batches.map((batch) => batch.map(({ group }) => group)),
      [
        ['a', 'a', 'a'],
        ['b', 'b', 'b'],
      ],
    );
  });

  it('are about equally long', () => {
    const items = [400, 100, 100, 100, 100].map((tokens, index) => item(`${index}`, tokens));
    const sizes = formBatches(items, { maxItems: 10, maxTokens: 500 }).map((batch) =>
      batch.reduce((sum, { tokens }) => sum + tokens, 0),
    );
    assert.deepEqual(sizes, [400, 400]);
  });

  it('hold an item alone that is larger than a batch may be', () => {
    const items = [item('a', 5_000), item('a', 10), item('a', 10)];
    const batches = formBatches(items, { maxItems: 10, maxTokens: 100 });
    assert.deepEqual(batches.map((batch) => batch.length).sort(), [1, 2]);
  });

  it('lose nothing, double nothing and keep their limits', () => {
    const items = fc.array(
      fc.record({
        group: fc.constantFrom('a', 'b', 'c', 'd'),
        tokens: fc.integer({ min: 1, max: 300 }),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 20 }), (all, maxItems) => {
        const batches = formBatches(all, { maxItems, maxTokens: 400 });
        assert.equal(new Set(batches.flat()).size, all.length);
        assert.equal(batches.flat().length, all.length);
        for (const batch of batches) {
          const tokens = batch.reduce((sum, one) => sum + one.tokens, 0);
          assert.ok(batch.length > 0 && batch.length <= maxItems && tokens <= 400);
        }
      }),
    );
  });
});

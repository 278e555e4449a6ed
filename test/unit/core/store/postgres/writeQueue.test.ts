import assert from 'node:assert/strict';
import type { WriteOperation } from '../../../../../src/core/store/batchPlan.ts';
import { WriteQueue } from '../../../../../src/core/store/postgres/writeQueue.ts';

const table = { name: 'rows', key: ['id'], onConflict: 'replace' } as const;
const unit = (text: string): { readonly operations: readonly WriteOperation[] } => ({
  operations: [{ kind: 'put', table, row: { id: 1, text } }],
});

describe('WriteQueue', () => {
  it('gives what waits in order, up to both limits but always one', () => {
    const queue = new WriteQueue({ units: 10, characters: 100 });
    const units = ['a'.repeat(50), 'b', 'c', 'd'.repeat(30)].map(unit);
    for (const one of units) {
      queue.push(one);
    }
    assert.deepEqual(queue.take({ units: 3, characters: 10 }), [units[0]]);
    assert.deepEqual(queue.take({ units: 3, characters: 10 }), [units[1], units[2]]);
    queue.putBack(units.slice(1, 3));
    assert.deepEqual(queue.take({ units: 1, characters: 10 }), [units[1]]);
    assert.equal(queue.size, 2);
    assert.equal(queue.fill, 0.31);
  });

  it('has room below its limits, and tells who waits for it', async () => {
    const queue = new WriteQueue({ units: 2, characters: 100 });
    await queue.room();
    queue.push(unit('a'));
    queue.push(unit('b'));
    let isTold = false;
    const told = queue.room().then(() => {
      isTold = true;
    });
    queue.tellProducers();
    await Promise.resolve();
    assert.equal(isTold, false);
    queue.take({ units: 1, characters: 100 });
    queue.tellProducers();
    await told;
  });
});

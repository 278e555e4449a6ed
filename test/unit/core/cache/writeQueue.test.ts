import assert from 'node:assert/strict';
import { WriteQueue } from '../../../../src/core/cache/writeQueue.ts';
import { settle } from '../../../support/fakeClock.ts';

describe('The queue of writes', () => {
  let written: string[];
  let finish: (() => void)[];

  function aQueue(maxBytes = 100, maxAtOnce = 1): WriteQueue<string> {
    return new WriteQueue<string>({
      write: (key, value) => {
        written.push(`${key}=${value}`);
        return new Promise((resolve) => finish.push(resolve));
      },
      sizeOf: (value) => value.length,
      maxBytes,
      maxAtOnce,
    });
  }

  beforeEach(() => {
    written = [];
    finish = [];
  });

  function pushAll(queue: WriteQueue<string>, ...keys: readonly string[]): void {
    for (const key of keys) {
      queue.push(key, '1');
    }
  }

  async function finishAll(queue: WriteQueue<string>): Promise<void> {
    let isDone = false;
    const flushed = queue.flush().then(() => {
      isDone = true;
    });
    while (!isDone) {
      for (const done of finish.splice(0)) {
        done();
      }
      await settle();
    }
    await flushed;
  }

  it('writes so many at once, and all of them before it is flushed', async () => {
    const queue = aQueue(100, 2);
    pushAll(queue, 'a', 'b', 'c');
    assert.deepEqual(written, ['a=1', 'b=1']);
    await finishAll(queue);
    assert.deepEqual(written, ['a=1', 'b=1', 'c=1']);
  });

  it('writes the last value of a key that waits', async () => {
    const queue = aQueue();
    queue.push('x', '0');
    queue.push('a', '1');
    queue.push('a', '2');
    await finishAll(queue);
    assert.deepEqual(written, ['x=0', 'a=2']);
  });

  it('drops the oldest where more waits than may', async () => {
    const queue = aQueue(2);
    pushAll(queue, 'x', 'a', 'b', 'c');
    assert.equal(queue.dropped, 1);
    await finishAll(queue);
    assert.deepEqual(written, ['x=1', 'b=1', 'c=1']);
  });

  it('takes back what is forgotten before it was written', async () => {
    const queue = aQueue();
    pushAll(queue, 'x', 'a', 'b');
    queue.drop((key) => key === 'a');
    await finishAll(queue);
    assert.deepEqual(written, ['x=1', 'b=1']);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AsyncChannel } from '../../../src/base/asyncChannel.ts';
import { settle } from '../../support/fakeClock.ts';

async function readAll<T>(channel: AsyncChannel<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of channel) {
    values.push(value);
  }
  return values;
}

describe('AsyncChannel', () => {
  it('hands over every value once and in order, however pushes and pauses fall', async () => {
    const batches = fc.array(fc.array(fc.integer(), { maxLength: 5 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), async (pushed, startsReadingFirst) => {
        const channel = new AsyncChannel<number>();
        const early = startsReadingFirst ? readAll(channel) : undefined;
        for (const batch of pushed) {
          for (const value of batch) {
            channel.push(value);
          }
          await settle();
        }
        channel.close();
        assert.deepEqual(await (early ?? readAll(channel)), pushed.flat());
      }),
      { numRuns: 50 },
    );
  });

  it('wakes a reader that waits when it is closed', async () => {
    const channel = new AsyncChannel<number>();
    const reading = readAll(channel);
    await settle();
    channel.close();
    assert.deepEqual(await reading, []);
  });

  it('hands over what was pushed before it throws the reason of its end', async () => {
    const channel = new AsyncChannel<number>();
    channel.push(1);
    channel.push(2);
    channel.close(new Error('broken'));
    const read: number[] = [];
    await assert.rejects(async () => {
      for await (const value of channel) {
        read.push(value);
      }
    }, /broken/);
    assert.deepEqual(read, [1, 2]);
  });

  it('drops what is pushed after the end, and keeps the first reason', async () => {
    const channel = new AsyncChannel<number>();
    channel.close();
    channel.push(1);
    channel.close(new Error('too late'));
    assert.deepEqual(await readAll(channel), []);
  });

  it('takes pushes made while a value is being worked on', async () => {
    const channel = new AsyncChannel<number>();
    channel.push(3);
    const read: number[] = [];
    for await (const value of channel) {
      read.push(value);
      if (value > 0) {
        channel.push(value - 1);
      } else {
        channel.close();
      }
    }
    assert.deepEqual(read, [3, 2, 1, 0]);
  });

  it('lets its reader leave early', async () => {
    const channel = new AsyncChannel<number>();
    channel.push(1);
    channel.push(2);
    for await (const value of channel) {
      assert.equal(value, 1);
      break;
    }
    channel.push(3);
    channel.close();
  });
});

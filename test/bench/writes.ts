/** 10,000 message writes, committed in groups against one by one. */
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { noUsage } from '../../src/core/model/message.ts';
import { openThreadStore } from '../../src/core/store/openThreadStore.ts';
import type { UserMessageRecord } from '../../src/core/store/records.ts';
import type { SqliteThreadStore } from '../../src/core/store/threadStore.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { median, percentile, printReport, rounded } from './support.ts';

const messageCount = 10_000;
const messagesPerThread = 100;
const runs = 5;
/** 400 characters, as an average message of a chat. */
const text = 'Why is the total of the cart wrong when a discount applies? '.repeat(7).slice(0, 400);

interface Measured {
  readonly totalMs: number;
  /** How long the host's thread was held at a stretch. */
  readonly longestMs: number;
  readonly transactions: number;
}

function message(n: number): UserMessageRecord {
  const ordinal = n % messagesPerThread;
  const threadId = `thread-${Math.floor(n / messagesPerThread)}`;
  return {
    role: 'user',
    id: `message-${n}`,
    threadId,
    turnId: `turn-${n}`,
    ordinal,
    createdAt: 1_900_000_000_000 + n,
    content: [{ type: 'text', text }],
    text,
    chips: [],
  };
}

/** Writes all messages into a new database and measures it. */
async function measure(
  write: (store: SqliteThreadStore, n: number) => Promise<unknown> | undefined,
): Promise<Measured> {
  const folder = createTemporaryFolder('bench-writes');
  const path = join(folder.path, 'threads.db');
  const { store } = await openThreadStore({ path, clock: systemClock });
  try {
    for (let n = 0; n < messageCount / messagesPerThread; n += 1) {
      void store.createThread({
        id: `thread-${n}`,
        workspace: 'w',
        title: `Thread ${n}`,
        isTitleByUser: false,
        systemPrompt: '',
        createdAt: 0,
        updatedAt: 0,
        usage: noUsage,
        costUsd: 0,
      });
    }
    await store.flush();
    const before = store.counters.batches;
    const held: number[] = [];
    const start = performance.now();
    for (let n = 0; n < messageCount; n += 1) {
      const callStart = performance.now();
      const pending = write(store, n);
      held.push(performance.now() - callStart);
      await pending;
    }
    await store.flush();
    const totalMs = performance.now() - start;
    const transactions = store.counters.batches - before;
    return { totalMs, longestMs: percentile(held, 100), transactions };
  } finally {
    store.dispose();
    folder.dispose();
  }
}

function writeBatched(store: SqliteThreadStore, n: number): undefined {
  // The queue settles it with the others; the flush at the end waits for all.
  void store.putMessage(message(n));
}

function writeSingly(store: SqliteThreadStore, n: number): Promise<unknown> {
  return Promise.all([store.putMessage(message(n)), store.flush()]);
}

const batched: Measured[] = [];
const single: Measured[] = [];
for (let run = 0; run < runs; run += 1) {
  batched.push(await measure(writeBatched));
  single.push(await measure(writeSingly));
}

const batchedMs = median(batched.map((one) => one.totalMs));
const singleMs = median(single.map((one) => one.totalMs));
printReport('writes', {
  messages: messageCount,
  characters: text.length,
  batchedMs: rounded(batchedMs),
  batchedTransactions: batched[0]?.transactions,
  batchedLongestHoldMs: rounded(median(batched.map((one) => one.longestMs))),
  oneByOneMs: rounded(singleMs),
  oneByOneTransactions: single[0]?.transactions,
  ratio: rounded(singleMs / batchedMs),
});

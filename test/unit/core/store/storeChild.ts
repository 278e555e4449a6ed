/**
 * A window's share of a store, in a process of its own, to be run beside others or killed.
 * Arguments: the database's path, what to do, and the thread to do it on. Tells on standard output,
 * line by line and at once, what was queued and what was settled.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../../src/base/clock.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import type { SqliteThreadStore } from '../../../../src/core/store/threadStore.ts';
import { assistantMessage, threadRecord, userMessage } from './records.ts';

const [, , path = '', task = '', threadId = ''] = process.argv;

function tell(...words: readonly (string | number)[]): void {
  writeSync(1, `${words.join(' ')}\n`);
}

/** Streams an answer until it is killed: the deltas are `0;`, `1;` and so on. */
async function stream(store: SqliteThreadStore): Promise<void> {
  await store.createThread(threadRecord(threadId));
  const running = assistantMessage(threadId, 1, { state: 'running', content: [] });
  const kept = [store.putMessage(userMessage(threadId, 0)), store.putMessage(running)];
  for (let n = 0; ; n += 1) {
    const delta = { messageId: running.id, blockIndex: 0, kind: 'text', text: `${n};` } as const;
    const settled = store.appendDelta(delta).then(() => tell('kept', n));
    kept.push(settled);
    tell('queued', n, Date.now());
    await sleep(1);
  }
}

/** Writes 500 messages in bursts, as turns come. */
async function write(store: SqliteThreadStore): Promise<void> {
  await store.createThread(threadRecord(threadId));
  for (let ordinal = 0; ordinal < 500; ordinal += 10) {
    const burst = Array.from({ length: 10 }, (_, n) =>
      store.putMessage(userMessage(threadId, ordinal + n)),
    );
    // Now at once, now with the interval, so that the two processes meet in different ways.
    await Promise.all(ordinal % 50 === 0 ? burst : [...burst, store.flush()]);
  }
}

/** Writes 100 kB messages until one fails, and then a small one. */
async function fill(store: SqliteThreadStore): Promise<void> {
  await store.createThread(threadRecord(threadId));
  for (let ordinal = 0; ; ordinal += 1) {
    // Random digits, so that compression does not delay the end.
    const text = Array.from({ length: 6_000 }, () => Math.random().toString(36)).join('');
    const put = store.putMessage(userMessage(threadId, ordinal, { text }));
    const [outcome] = await Promise.allSettled([put, store.flush()]);
    if (outcome?.status === 'rejected') {
      tell('refused', ordinal, outcome.reason.name, outcome.reason.message);
      return;
    }
    tell('kept', ordinal);
  }
}

const tasks: Readonly<Record<string, (store: SqliteThreadStore) => Promise<void>>> = {
  stream,
  write,
  fill,
};

try {
  tell('opening');
  const { store } = await openThreadStore({ path, clock: systemClock });
  await tasks[task]?.(store);
  store.dispose();
  tell('done');
} catch (error) {
  tell('failed', String(error));
}

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { commitIntervalMs } from '../../../../src/core/store/batchWriter.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import type { SqliteThreadStore } from '../../../../src/core/store/threadStore.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';
import { threadRecord, userMessage } from './records.ts';
import { committed, createTestStore } from './testStore.ts';

const childPath = fileURLToPath(new URL('./storeChild.ts', import.meta.url));
/** How late a busy machine may run a process's timers. */
const lagMs = 1_000;

interface Child {
  /** What it told so far, line by line, without a last line that is not whole. */
  readonly lines: readonly string[];
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
  /** Resolves once a line starts with `words`; rejects if the process ends before. */
  until(words: string): Promise<void>;
}

describe('a thread database and its processes', () => {
  let folder: TemporaryFolder;
  let path: string;

  beforeEach(() => {
    folder = createTemporaryFolder('processes');
    path = join(folder.path, 'threads.db');
  });

  afterEach(() => folder.dispose());

  function start(task: string, thread: string, shellPrefix = ''): Child {
    const args = [childPath, path, task, thread];
    const child = shellPrefix
      ? spawn('sh', ['-c', `${shellPrefix} exec "$0" "$@"`, process.execPath, ...args])
      : spawn(process.execPath, args);
    let output = '';
    let heard: () => void = () => undefined;
    const ended = once(child, 'close').then(() => heard());
    child.stdout?.on('data', (chunk) => {
      output += String(chunk);
      heard();
    });
    const lines = (): string[] => output.split('\n').slice(0, -1);
    const until = async (words: string): Promise<void> => {
      while (!lines().some((line) => line.startsWith(words))) {
        assert.ok(child.exitCode === null, `The child ended early:\n${output}`);
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    };
    return {
      get lines() {
        return lines();
      },
      process: child,
      ended,
      until,
    };
  }

  async function withStore<T>(use: (store: SqliteThreadStore) => Promise<T>): Promise<T> {
    const { store, setAside } = await openThreadStore({ path, clock: new FakeClock() });
    try {
      assert.equal(setAside, undefined);
      return await use(store);
    } finally {
      store.dispose();
    }
  }

  function checkIntegrity(): void {
    const database = new DatabaseSync(path);
    try {
      const [row] = database.prepare('PRAGMA integrity_check').all();
      assert.equal(row?.['integrity_check'], 'ok');
    } finally {
      database.close();
    }
  }

  for (const moment of ['opening', 'queued 0', 'kept 10', 'kept 150', 'kept 1200']) {
    it(`a process killed at "${moment}" loses at most what was not committed yet`, async function () {
      this.timeout(30_000);
      const child = start('stream', 'a');
      await child.until(moment);
      const killedAt = Date.now();
      child.process.kill('SIGKILL');
      await child.ended;
      const told = child.lines.map((line) => line.split(' '));
      const kept = told.filter(([what]) => what === 'kept').map(([, n]) => Number(n));
      const due = told
        .filter(
          ([what, , at]) => what === 'queued' && Number(at) < killedAt - commitIntervalMs - lagMs,
        )
        .map(([, n]) => Number(n));
      await withStore(async (store) => {
        const answer = (await store.readHistory('a')).at(-1);
        const block = answer?.content[0];
        const text = block?.type === 'text' ? block.text : '';
        const numbers = text.split(';').slice(0, -1).map(Number);
        assert.deepEqual(
          numbers,
          numbers.map((_, n) => n),
          'without holes or repeats',
        );
        assert.ok(numbers.length > Math.max(-1, ...kept), 'with all that was said to be kept');
        assert.ok(numbers.length > Math.max(-1, ...due), 'with all that was queued long enough');
        if (answer?.role === 'assistant') {
          assert.equal(answer.state, 'interrupted');
        }
      });
      checkIntegrity();
    });
  }

  it('two processes that make the same database at once both keep all they write', async function () {
    this.timeout(60_000);
    const children = ['a', 'b'].map((thread) => start('write', thread));
    await Promise.all(children.map((child) => child.ended));
    for (const child of children) {
      assert.deepEqual(child.lines, ['opening', 'done']);
    }
    await withStore(async (store) => {
      const { threads } = await store.listThreads({ workspace: 'w', text: '', limit: 9 });
      assert.deepEqual(
        threads.map((row) => [row.id, row.messageCount]),
        [
          ['b', 500],
          ['a', 500],
        ],
      );
      for (const thread of ['a', 'b']) {
        const history = await store.readHistory(thread);
        assert.deepEqual(
          history,
          history.map((_, ordinal) => userMessage(thread, ordinal)),
        );
        assert.equal(history.length, 500);
      }
    });
    checkIntegrity();
  });

  it('a file that may not grow refuses what does not fit and loses nothing else', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    this.timeout(30_000);
    // In units of 512 bytes: 2 MB.
    const child = start('fill', 'a', 'ulimit -f 4096;');
    await child.ended;
    const refusal = child.lines.find((line) => line.startsWith('refused')) ?? '';
    assert.match(refusal, /^refused \d+ UserError /, child.lines.join('\n'));
    const kept = child.lines.filter((line) => line.startsWith('kept')).length;
    assert.ok(kept > 2);
    await withStore(async (store) => {
      assert.equal((await store.readHistory('a')).length, kept);
      await committed(store, store.putMessage(userMessage('a', kept)));
    });
    checkIntegrity();
  });
});

describe('a thread database damaged within', () => {
  it('is told when it is read, not shown as a shorter thread', async () => {
    const test = await createTestStore();
    try {
      const { store } = test;
      const thread = store.createThread(threadRecord('a'));
      const messages = Array.from({ length: 400 }, (_, ordinal) =>
        store.putMessage(userMessage('a', ordinal, { text: `${ordinal} `.repeat(100) })),
      );
      await committed(store, thread, ...messages);
      store.dispose();
      damageMiddleOf('messages', test.path);
      const reopened = await test.reopen();
      await assert.rejects(reopened.readHistory('a'), { name: 'UserError', message: /damaged/ });
      assert.equal((await reopened.readPage('a', { limit: 5 })).messages.length, 5);
    } finally {
      test.dispose();
    }
  });

  /** Overwrites one page in the middle of a table's rows. */
  function damageMiddleOf(table: string, path: string): void {
    const database = new DatabaseSync(path);
    const pages = database
      .prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path")
      .all(table)
      .map((row) => Number(row['pageno']));
    const pageSize = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
    database.close();
    const page = pages[Math.floor(pages.length / 2)] ?? 0;
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(pageSize, 0xa5), 0, pageSize, (page - 1) * pageSize);
    closeSync(file);
  }
});

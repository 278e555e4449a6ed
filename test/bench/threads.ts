/**
 * Opening a thread of 2,000 messages, against reading it from one file of JSON as others keep it;
 * and the thread list at 100,000 threads with its covering index, with a plain one and with none.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { noUsage } from '../../src/core/model/message.ts';
import { SqliteDatabase } from '../../src/core/store/database.ts';
import { openThreadStore } from '../../src/core/store/openThreadStore.ts';
import type { MessageRecord } from '../../src/core/store/records.ts';
import type { SqliteThreadStore } from '../../src/core/store/threadStore.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { medianMs, printReport, rounded } from './support.ts';

const messageCount = 2_000;
const threadCount = 100_000;
const workspaceCount = 10;
const pageMessages = 50;
const listRows = 20;
const runs = 21;
/** For what takes microseconds. */
const manyRuns = 1_001;

const folder = createTemporaryFolder('bench-threads');
const path = join(folder.path, 'threads.db');
const jsonPath = join(folder.path, 'thread.json');

/** Turns of a question and three answers, two of which read a file of 6,000 characters. */
function message(ordinal: number): MessageRecord {
  const common = {
    id: `message-${ordinal}`,
    threadId: 'long',
    turnId: `turn-${Math.floor(ordinal / 4)}`,
    ordinal,
    createdAt: 1_900_000_000_000 + ordinal,
  };
  const text = `In step ${ordinal} the discount is applied before the tax is added. `.repeat(10);
  if (ordinal % 4 === 0) {
    return { role: 'user', ...common, content: [{ type: 'text', text }], text, chips: [] };
  }
  const hasTool = ordinal % 4 !== 3;
  const use = {
    type: 'tool_use',
    id: `use-${ordinal}`,
    name: 'read_file',
    input: { path: `src/part${ordinal}.ts`, startLine: 1, endLine: 200 },
  } as const;
  return {
    role: 'assistant',
    ...common,
    model: 'claude-bench',
    state: 'done',
    stopReason: hasTool ? 'tool_use' : 'end_turn',
    content: [{ type: 'text', text }, ...(hasTool ? [use] : [])],
    toolResults: hasTool
      ? [
          {
            toolUseId: use.id,
            status: 'done',
            title: `Read src/part${ordinal}.ts`,
            content: `export const part${ordinal} = compute(${ordinal});\n`
              .repeat(150)
              .slice(0, 6_000),
            durationMs: 3,
            changedPaths: [],
          },
        ]
      : [],
    usage: noUsage,
    costUsd: 0.01,
    durationMs: 900,
  };
}

async function fill(store: SqliteThreadStore): Promise<void> {
  const thread = {
    id: 'long',
    workspace: 'long',
    title: 'A long thread',
    isTitleByUser: false,
    systemPrompt: 'You are Slipstream.',
    createdAt: 0,
    updatedAt: 0,
    usage: noUsage,
    costUsd: 0,
  };
  const messages = Array.from({ length: messageCount }, (_, ordinal) => message(ordinal));
  void store.createThread(thread);
  for (const one of messages) {
    void store.putMessage(one);
  }
  await store.flush();
  writeFileSync(jsonPath, JSON.stringify(messages));
}

/** Straight into the table, as 100,000 promises would only measure themselves. */
function fillList(): void {
  const database = new SqliteDatabase(path);
  database.run(
    `WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n LIMIT ?)
     INSERT INTO threads (id, workspace, title, is_title_by_user, created_at, updated_at,
       message_count, cost_usd, usage, system_prompt)
     SELECT 'thread-' || n, 'workspace-' || (n % ?), 'Why is the total of cart ' || n || ' wrong?', 0,
       n, (n * 7919) % 1000003, n % 40, 0.1, '{}', replace(hex(zeroblob(300)), '00', 'ab')
     FROM n`,
    [threadCount, workspaceCount],
  );
  database.exec('ANALYZE');
  database.close();
}

function alterIndexes(sql: string): void {
  const database = new SqliteDatabase(path);
  database.exec(sql);
  database.close();
}

async function listMs(store: SqliteThreadStore, times: number): Promise<number> {
  const list = async (): Promise<void> => {
    await store.listThreads({ workspace: 'workspace-3', text: '', limit: listRows });
  };
  // The first round warms the code up.
  await medianMs(times, list);
  return medianMs(times, list);
}

try {
  const { store } = await openThreadStore({ path, clock: systemClock });
  await fill(store);
  const pageMs = await medianMs(runs, async () => {
    await store.readPage('long', { limit: pageMessages });
  });
  const earlierMs = await medianMs(runs, async () => {
    await store.readPage('long', { limit: pageMessages, beforeOrdinal: messageCount / 2 });
  });
  const historyMs = await medianMs(runs, async () => {
    await store.readHistory('long');
  });
  const jsonMs = await medianMs(runs, () => {
    JSON.parse(readFileSync(jsonPath, 'utf8'));
  });

  fillList();
  const coveringMs = await listMs(store, manyRuns);
  const searchMs = await medianMs(runs, async () => {
    await store.listThreads({ workspace: 'workspace-3', text: 'cart 9999', limit: listRows });
  });
  alterIndexes(
    'DROP INDEX thread_list; CREATE INDEX plain_list ON threads (workspace, deleted_at, updated_at DESC, id DESC)',
  );
  const plainMs = await listMs(store, manyRuns);
  alterIndexes('DROP INDEX plain_list');
  const noIndexMs = await listMs(store, runs);
  store.dispose();

  printReport('threads', {
    open: {
      messages: messageCount,
      pageMessages,
      lastPageMs: rounded(pageMs),
      middlePageMs: rounded(earlierMs),
      wholeHistoryMs: rounded(historyMs),
      wholeJsonFileMs: rounded(jsonMs),
      ratio: rounded(jsonMs / pageMs),
    },
    list: {
      threads: threadCount,
      threadsInWorkspace: threadCount / workspaceCount,
      rows: listRows,
      coveringIndexMs: rounded(coveringMs),
      plainIndexMs: rounded(plainMs),
      noIndexMs: rounded(noIndexMs),
      ratio: rounded(noIndexMs / coveringMs),
      ratioToPlainIndex: rounded(plainMs / coveringMs),
      searchMs: rounded(searchMs),
    },
  });
} finally {
  folder.dispose();
}

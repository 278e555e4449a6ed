import { join } from 'node:path';
import { UserError } from '../../../../../src/base/errors.ts';
import type { BatchClient } from '../../../../../src/core/model/batches/batchClient.ts';
import { createBatchTransport } from '../../../../../src/core/model/batches/batchTransport.ts';
import type { BulkItem, BulkJob } from '../../../../../src/core/model/batches/bulkJob.ts';
import {
  type BatchUsage,
  type BulkParts,
  hashOf,
} from '../../../../../src/core/model/batches/bulkParts.ts';
import { BulkRunner } from '../../../../../src/core/model/batches/bulkRunner.ts';
import type { BulkTask } from '../../../../../src/core/model/batches/bulkTask.ts';
import { assignChunks } from '../../../../../src/core/model/batches/chunks.ts';
import { loadCatalogue } from '../../../../../src/core/model/catalogue.ts';
import {
  createGateway,
  type Gateway,
  type GatewayOptions,
} from '../../../../../src/core/model/gateway.ts';
import { BulkStore, type NewBulkJob } from '../../../../../src/core/store/bulkStore.ts';
import { openThreadStore } from '../../../../../src/core/store/openThreadStore.ts';
import { FakeClock, settle } from '../../../../support/fakeClock.ts';
import { MessagesServer } from '../../../../support/messagesServer.ts';
import { createTemporaryFolder } from '../../../../support/temporaryFolder.ts';

export const workspace = '/home/ada/shop';

/** One window with its own connection to the store that all windows share. */
export interface BulkWindow {
  readonly store: BulkStore;
  readonly runner: BulkRunner;
  readonly ended: string[];
  readonly used: BatchUsage[];
  readonly errors: unknown[];
  /** Ends the window in good order. */
  close(): void;
}

export interface BulkKit {
  readonly server: MessagesServer;
  readonly clock: FakeClock;
  /** The files, by path. */
  readonly files: Map<string, string>;
  readonly path: string;
  openWindow(changes?: Partial<BulkParts>, gateway?: Partial<GatewayOptions>): Promise<BulkWindow>;
  /** Keeps a job over all files. */
  add(window: BulkWindow, changes?: JobChanges): BulkJob;
  /** Lets time pass until `done` tells so; fails after a day. */
  until(done: () => boolean, what: string): Promise<void>;
}

export interface JobChanges {
  readonly task?: BulkTask;
  /** False where the files are asked about one by one. */
  readonly hasBatches?: boolean;
  readonly filesPerBatch?: number;
  readonly estimateUsd?: number;
}

export async function withBulk(
  fileCount: number,
  test: (kit: BulkKit) => Promise<void>,
): Promise<void> {
  const server = await MessagesServer.start();
  const folder = createTemporaryFolder('bulk');
  const clock = new FakeClock();
  server.batches.wallTime = () => clock.wallTime();
  const open: BulkWindow[] = [];
  const files = new Map(
    Array.from({ length: fileCount }, (_, n) => [
      join(workspace, `src/file${n}.ts`),
      `export const n = ${n};\n`,
    ]),
  );
  const path = join(folder.path, 'threads.db');
  const kit: BulkKit = {
    server,
    clock,
    files,
    path,
    openWindow: async (changes, gateway) => {
      const window = await openWindow(kit, changes, gateway);
      open.push(window);
      return window;
    },
    add: (window, changes = {}) => addJob(kit, window, changes),
    until: async (done, what) => {
      // Sockets take real time, in which the clock stands still.
      for (let tries = 0; tries < 4_000; tries += 1) {
        if (done()) {
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 1));
        await clock.advance(tries % 20 === 19 ? 5_000 : 0);
      }
      throw new Error(`Waited in vain for ${what}.`);
    },
  };
  try {
    await test(kit);
  } finally {
    for (const window of open) {
      window.close();
    }
    await settle();
    await server.stop();
    folder.dispose();
  }
}

async function openWindow(
  kit: BulkKit,
  changes: Partial<BulkParts> = {},
  gatewayChanges: Partial<GatewayOptions> = {},
): Promise<BulkWindow> {
  const { server, clock, files } = kit;
  const { connection, store: threads } = await openThreadStore({ path: kit.path, clock });
  const store = new BulkStore(connection);
  const current = {
    current: () =>
      Promise.resolve({
        kind: 'anthropic',
        endpoint: server.endpoint,
        apiKey: server.apiKey,
      } as const),
  };
  const gateway: Gateway = createGateway({
    connection: current,
    offline: () => {
      throw new Error('Never offline.');
    },
    clock,
    version: '9.8.7',
    ...gatewayChanges,
  });
  const ended: string[] = [];
  const used: BatchUsage[] = [];
  const errors: unknown[] = [];
  const runner = new BulkRunner({
    store,
    client: batchClient(kit),
    gateway,
    connection: current,
    catalogue: loadCatalogue,
    clock,
    readSource: async (path) => {
      const text = files.get(path);
      if (text === undefined) {
        throw new UserError(`There is no file ${path}.`);
      }
      return { displayPath: path, text };
    },
    maxOutputTokens: () => 4_000,
    inferenceGeo: () => '',
    recordUsage: (usage) => used.push(usage),
    onChange: () => undefined,
    onEnd: (job) => ended.push(job.id),
    onError: (error) => errors.push(error),
    ...changes,
  });
  let isOpen = true;
  return {
    store,
    runner,
    ended,
    used,
    errors,
    close: () => {
      if (isOpen) {
        isOpen = false;
        runner.dispose();
        gateway.dispose();
        threads.dispose();
      }
    },
  };
}

export function batchClient({ clock }: Pick<BulkKit, 'clock'>): BatchClient {
  return createBatchTransport({ clock, version: '9.8.7' });
}

let jobCount = 0;

function addJob(kit: BulkKit, { store }: BulkWindow, changes: JobChanges): BulkJob {
  jobCount += 1;
  const id = `job${jobCount}`;
  const { task = 'explain', hasBatches = true, filesPerBatch = 1_000 } = changes;
  const paths = [...kit.files.keys()];
  const chunks = assignChunks(
    paths.map(() => 1),
    { maxRequests: filesPerBatch, maxBytes: Number.POSITIVE_INFINITY },
  );
  const job: NewBulkJob = {
    id,
    workspace,
    task,
    model: 'claude-sonnet-5-5',
    ...(hasBatches ? { endpoint: kit.server.endpoint } : {}),
    createdAtMs: kit.clock.wallTime(),
    ...(changes.estimateUsd === undefined ? {} : { estimateUsd: changes.estimateUsd }),
    items: paths.map((path, n) => ({
      id: `${id}-${n}`,
      path,
      hash: hashOf(kit.files.get(path) ?? ''),
      batchNumber: hasBatches ? (chunks[n] ?? 0) : 0,
    })),
  };
  store.add(job);
  return jobOf(store, id);
}

export function jobOf(store: BulkStore, id: string): BulkJob {
  const job = store.job(id);
  if (!job) {
    throw new Error(`There is no job ${id}.`);
  }
  return job;
}

/** How many items of a job are in each state. */
export function statesOf(items: readonly BulkItem[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of items) {
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

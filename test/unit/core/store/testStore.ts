import { join } from 'node:path';
import {
  type OpenedThreadStore,
  openThreadStore,
} from '../../../../src/core/store/openThreadStore.ts';
import type { ThreadStore } from '../../../../src/core/store/records.ts';
import type { StoreConnection } from '../../../../src/core/store/storeConnection.ts';
import type { SqliteThreadStore } from '../../../../src/core/store/threadStore.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder } from '../../../support/temporaryFolder.ts';

/** What the tests that hold for every store of threads need of one. */
export interface ContractStore {
  readonly store: ThreadStore;
  /** The store as a later window finds it. */
  reopen(): Promise<ThreadStore>;
  /** Another window on the same threads. */
  openOther(): Promise<{ readonly store: ThreadStore; close(): Promise<void> }>;
  dispose(): void | Promise<void>;
}

export interface TestStore extends ContractStore {
  readonly store: SqliteThreadStore;
  readonly connection: StoreConnection;
  readonly clock: FakeClock;
  readonly path: string;
  /** Closes the store, as the end of a window does, and opens the file again. */
  reopen(): Promise<SqliteThreadStore>;
  dispose(): void;
}

/** A store in a file of its own, whose time the test decides. */
export async function createTestStore(
  options: { readonly isIndexed?: boolean; readonly wallTimeMs?: number | undefined } = {},
): Promise<TestStore> {
  const folder = createTemporaryFolder('threads');
  const clock = new FakeClock(options.wallTimeMs);
  const path = join(folder.path, 'storage', 'threads.db');
  const open = (): Promise<OpenedThreadStore> => {
    const { isIndexed } = options;
    const probe = isIndexed === undefined ? {} : { probeFullText: () => isIndexed };
    return openThreadStore({ path, clock, ...probe });
  };
  let opened = await open();
  return {
    get store() {
      return opened.store;
    },
    get connection() {
      return opened.connection;
    },
    clock,
    path,
    reopen: async () => {
      opened.store.dispose();
      opened = await open();
      return opened.store;
    },
    openOther: async () => {
      const { store } = await open();
      return { store, close: async () => store.dispose() };
    },
    dispose: () => {
      opened.store.dispose();
      folder.dispose();
    },
  };
}

/** Commits what was queued and waits for these promises. */
export async function committed(
  store: ThreadStore,
  ...writes: readonly Promise<void>[]
): Promise<void> {
  await store.flush();
  await Promise.all(writes);
}

import { createTestStore } from './testStore.ts';
import { threadStoreModelContract } from './threadStoreModelContract.ts';

describe('SqliteThreadStore against a store in memory', () => {
  threadStoreModelContract(createTestStore, 1_000);
});

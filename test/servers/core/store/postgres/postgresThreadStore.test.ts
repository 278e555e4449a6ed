import { postgresProgram } from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import type { ContractStore } from '../../../../unit/core/store/testStore.ts';
import {
  threadListContract,
  threadSearchContract,
} from '../../../../unit/core/store/threadListContract.ts';
import { threadPagesContract } from '../../../../unit/core/store/threadPagesContract.ts';
import { threadStoreContract } from '../../../../unit/core/store/threadStoreContract.ts';
import { threadStoreModelContract } from '../../../../unit/core/store/threadStoreModelContract.ts';
import { startTeam, type TestTeam } from './teamKit.ts';

describeWith([postgresProgram], 'PostgresThreadStore', () => {
  let team: TestTeam;

  before(async () => {
    team = await startTeam();
  });

  after(() => team?.dispose());

  /** A member's store in a database without threads. */
  async function createStore(): Promise<ContractStore> {
    await team.clear();
    let server = team.member('alice');
    await server.check();
    return {
      get store() {
        return server.threads;
      },
      reopen: async () => {
        await server.close();
        server = team.member('alice');
        return server.threads;
      },
      openOther: async () => {
        const other = team.member('alice');
        await other.check();
        return { store: other.threads, close: () => other.close() };
      },
      dispose: () => server.close(),
    };
  }

  threadStoreContract(createStore);
  describe('the thread list', () => threadListContract(createStore));
  describe('search', () => threadSearchContract(createStore, true));
  describe('pages', () => threadPagesContract(createStore));
  describe('against a store in memory', () => threadStoreModelContract(createStore, 100));
});

import { systemClock } from '../../../../../src/base/clock.ts';
import type { SqlRow } from '../../../../../src/core/store/database.ts';
import type {
  DatabasePools,
  DatabasePoolsOptions,
} from '../../../../../src/core/store/postgres/databasePools.ts';
import { parsePostgresUrl } from '../../../../../src/core/store/postgres/postgresAddress.ts';
import { teamSearchPath } from '../../../../../src/core/store/postgres/postgresSchema.ts';
import { PostgresTeamServer } from '../../../../../src/core/store/postgres/postgresTeamServer.ts';
import type { PostgresValue } from '../../../../../src/core/store/postgres/postgresValues.ts';
import { setUpTeamDatabase } from '../../../../../src/core/store/postgres/setUpTeamDatabase.ts';
import {
  type PostgresServer,
  postgresUser,
  startPostgres,
} from '../../../../support/servers/postgresServer.ts';
import { poolsTo } from './pools.ts';

/** A team's database with the members alice and bob of one team, and mallory of another. */
export interface TestTeam {
  readonly postgres: PostgresServer;
  optionsOf(user: string): DatabasePoolsOptions;
  /** Closed with the team. */
  member(name: string): PostgresTeamServer;
  /** One statement as a member, or whoever runs the database, without anything of ours between. */
  query(user: string, sql: string, values?: readonly PostgresValue[]): Promise<readonly SqlRow[]>;
  administrator(sql: string, values?: readonly PostgresValue[]): Promise<readonly SqlRow[]>;
  /** Takes out all threads and calls. */
  clear(): Promise<void>;
  dispose(): Promise<void>;
}

export interface TestTeamOptions {
  /** Lines of `postgresql.conf`. */
  readonly settings?: readonly string[];
  /** How long a statement of `administrator` may take, ms. */
  readonly statementMs?: number;
}

export async function startTeam({
  settings = [],
  statementMs = 60_000,
}: TestTeamOptions = {}): Promise<TestTeam> {
  const postgres = await startPostgres({ settings });
  const pools = new Map<string, DatabasePools>();
  const servers: PostgresTeamServer[] = [];
  const urlOf = (user: string): string =>
    `${postgres.url.replace(postgresUser, user)}?sslmode=disable`;
  const optionsOf = (user: string): DatabasePoolsOptions => ({
    address: parsePostgresUrl(urlOf(user)),
    clock: systemClock,
  });
  const query: TestTeam['query'] = async (user, sql, values = []) => {
    const own =
      pools.get(user) ??
      poolsTo(urlOf(user), { searchPath: teamSearchPath, times: { write: { statementMs } } });
    pools.set(user, own);
    return (await own.query(sql, values, { operation: 'test', pool: 'write' })).rows;
  };
  const administrator: TestTeam['administrator'] = (sql, values) =>
    query(postgresUser, sql, values);
  await setUpTeamDatabase(optionsOf(postgresUser), { team: 'blue', members: ['alice', 'bob'] });
  await setUpTeamDatabase(optionsOf(postgresUser), { team: 'red', members: ['mallory'] });
  return {
    postgres,
    optionsOf,
    query,
    administrator,
    member: (name) => {
      const server = new PostgresTeamServer(optionsOf(name));
      servers.push(server);
      return server;
    },
    clear: async () => {
      await administrator(
        'TRUNCATE slipstream.threads, slipstream.usage_calls, slipstream.drafts, slipstream.current_threads, slipstream.withdrawn_threads CASCADE',
      );
    },
    dispose: async () => {
      await Promise.all(servers.map((server) => server.close()));
      await Promise.all([...pools.values()].map((one) => one.close()));
      await postgres.dispose();
    },
  };
}

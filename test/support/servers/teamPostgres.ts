import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/base/clock.ts';
import { DatabasePools } from '../../../src/core/store/postgres/databasePools.ts';
import {
  type PostgresAddress,
  parsePostgresUrl,
} from '../../../src/core/store/postgres/postgresAddress.ts';
import { PostgresTeamServer } from '../../../src/core/store/postgres/postgresTeamServer.ts';
import { setUpTeamDatabase } from '../../../src/core/store/postgres/setUpTeamDatabase.ts';
import { ServerAwayError } from '../../../src/core/team/serverErrors.ts';
import { type PostgresServer, postgresUser, startPostgres } from './postgresServer.ts';

/** A real PostgreSQL with a team's database in it. */
export class TeamPostgres {
  readonly postgres: PostgresServer;
  private readonly opened: PostgresTeamServer[] = [];

  private constructor(postgres: PostgresServer) {
    this.postgres = postgres;
  }

  /** @param members Users who are let into the team. */
  static async start(members: readonly string[]): Promise<TeamPostgres> {
    const team = new TeamPostgres(await startPostgres());
    await team.untilReady();
    const options = { address: team.addressOf(postgresUser), clock: systemClock };
    await setUpTeamDatabase(options, { team: 'team', members });
    return team;
  }

  /** A server that has just been started may still be reading its log. */
  async untilReady(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.run('SELECT 1');
        return;
      } catch (error) {
        if (!(error instanceof ServerAwayError) || attempt === 100) {
          throw error;
        }
        await sleep(50);
      }
    }
  }

  connect(user: string): PostgresTeamServer {
    const server = new PostgresTeamServer({ address: this.addressOf(user), clock: systemClock });
    this.opened.push(server);
    return server;
  }

  urlOf(user: string): string {
    return this.postgres.url.replace(`//${postgresUser}@`, `//${user}@`);
  }

  /** As whoever runs the database. */
  async run(sql: string) {
    const pools = new DatabasePools({ address: this.addressOf(postgresUser), clock: systemClock });
    try {
      return (await pools.query(sql, [], { operation: 'test', pool: 'write' })).rows;
    } finally {
      await pools.close();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.opened.map((server) => server.close()));
    await this.postgres.dispose();
  }

  private addressOf(user: string): PostgresAddress {
    return parsePostgresUrl(this.urlOf(user));
  }
}

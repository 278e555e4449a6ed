import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/base/clock.ts';
import {
  DatabasePools,
  type DatabasePoolsOptions,
} from '../../../src/core/store/postgres/databasePools.ts';
import { parsePostgresUrl } from '../../../src/core/store/postgres/postgresAddress.ts';
import { PostgresTeamServer } from '../../../src/core/store/postgres/postgresTeamServer.ts';
import { setUpTeamDatabase } from '../../../src/core/store/postgres/setUpTeamDatabase.ts';
import { ServerAwayError } from '../../../src/core/team/serverErrors.ts';
import { type PostgresServer, postgresUser, startPostgres } from './postgresServer.ts';

/** A real PostgreSQL with a team's database in it. */
export class TeamPostgres {
  readonly postgres: PostgresServer;
  private readonly opened: PostgresTeamServer[] = [];
  private readonly password: string | undefined;

  private constructor(postgres: PostgresServer, password: string | undefined) {
    this.postgres = postgres;
    this.password = password;
  }

  /**
   * @param members Users who are let into the team.
   * @param password Everybody's, who then has to show it.
   */
  static async start(members: readonly string[], password?: string): Promise<TeamPostgres> {
    const postgres = await startPostgres(password === undefined ? {} : { password });
    const team = new TeamPostgres(postgres, password);
    await team.untilReady();
    await setUpTeamDatabase(team.optionsOf(postgresUser), { team: 'team', members });
    if (password !== undefined) {
      for (const member of members) {
        await team.run(`ALTER ROLE ${member} PASSWORD '${password}'`);
      }
    }
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
    const server = new PostgresTeamServer(this.optionsOf(user));
    this.opened.push(server);
    return server;
  }

  urlOf(user: string): string {
    return this.postgres.url.replace(`//${postgresUser}@`, `//${user}@`);
  }

  /** As whoever runs the database. */
  async run(sql: string) {
    const pools = new DatabasePools(this.optionsOf(postgresUser));
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

  private optionsOf(user: string): DatabasePoolsOptions {
    const { password } = this;
    const address = parsePostgresUrl(this.urlOf(user));
    return { address, clock: systemClock, ...(password === undefined ? {} : { password }) };
  }
}

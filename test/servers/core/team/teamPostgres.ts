import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { systemClock } from '../../../../src/base/clock.ts';
import { DatabasePools } from '../../../../src/core/store/postgres/databasePools.ts';
import { parsePostgresUrl } from '../../../../src/core/store/postgres/postgresAddress.ts';
import { PostgresTeamServer } from '../../../../src/core/team/postgres/postgresTeamServer.ts';
import { ServerAwayError } from '../../../../src/core/team/serverErrors.ts';
import { type PostgresServer, startPostgres } from '../../../support/servers/postgresServer.ts';

/** A real PostgreSQL with a team's database in it, and those who may use it. */
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
    for (const member of members) {
      await team.addUser(member);
      await team.run(`SELECT slipstream.add_member('${member}')`);
    }
    return team;
  }

  /** Sets the team's database up. A server that has just been started may still be reading its log. */
  async untilReady(): Promise<void> {
    const server = this.connect('tester');
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await server.check();
      } catch (error) {
        if (!(error instanceof ServerAwayError) || attempt === 100) {
          throw error;
        }
        await sleep(50);
      }
    }
  }

  /** Somebody who may connect, and is not let in. */
  async addUser(name: string): Promise<void> {
    await this.run(`CREATE USER ${name}`);
  }

  connect(user: string): PostgresTeamServer {
    const address = parsePostgresUrl(this.urlOf(user));
    const pools = new DatabasePools({ address, clock: systemClock });
    const server = new PostgresTeamServer({ pools, user });
    this.opened.push(server);
    return server;
  }

  urlOf(user: string): string {
    return this.postgres.url.replace('//tester@', `//${user}@`);
  }

  /** As whoever runs the database. */
  async run(sql: string) {
    const address = parsePostgresUrl(this.postgres.url);
    const pools = new DatabasePools({ address, clock: systemClock });
    try {
      return (await pools.query(sql, [], { operation: 'test', pool: 'write' })).rows;
    } finally {
      await pools.close();
    }
  }

  /** As one of the users, past everything that Slipstream does. The last of several statements counts. */
  async as(user: string, sql: string) {
    const client = new Client({ connectionString: this.urlOf(user) });
    await client.connect();
    try {
      const results = await client.query(sql);
      const last = Array.isArray(results) ? results.at(-1) : results;
      return last.rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  /** A transaction of an administrator that stays open until it is told to commit. */
  holding(sql: string): { readonly begun: Promise<void>; commit(): Promise<void> } {
    const client = new Client({ connectionString: this.postgres.url });
    const begin = async (): Promise<void> => {
      await client.connect();
      await client.query('BEGIN');
      await client.query(sql);
    };
    return {
      begun: begin(),
      commit: async () => {
        await client.query('COMMIT');
        await client.end();
      },
    };
  }

  async dispose(): Promise<void> {
    for (const server of this.opened) {
      server.dispose();
    }
    await this.postgres.dispose();
  }
}

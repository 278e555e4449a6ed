import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { systemClock } from '../../../../../src/base/clock.ts';
import type { TableSpec } from '../../../../../src/core/store/batchPlan.ts';
import type { DatabasePools } from '../../../../../src/core/store/postgres/databasePools.ts';
import { PostgresBatchWriter } from '../../../../../src/core/store/postgres/postgresBatchWriter.ts';
import {
  backupProgram,
  type PostgresServer,
  postgresProgram,
  startPostgres,
} from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import { poolsTo } from './pools.ts';

const rows: TableSpec = { name: 'rows', key: ['id'], onConflict: 'replace' };
const tag = { operation: 'test' };
const writing = { ...tag, pool: 'write' } as const;

describeWith([postgresProgram, backupProgram], 'a PostgreSQL with a replica', () => {
  let primary: PostgresServer;
  let replica: PostgresServer;
  let pools: DatabasePools;

  beforeEach(async () => {
    primary = await startPostgres();
    replica = await primary.addReplica();
    pools = poolsTo(primary.url, { replicaUrl: replica.url });
    await pools.query('CREATE TABLE rows (id text PRIMARY KEY)', [], writing);
  });
  afterEach(async () => {
    await pools.close();
    await replica.dispose();
    await primary.dispose();
  });

  const readPort = async (): Promise<unknown> => {
    const { rows: found } = await pools.query('SELECT inet_server_port() AS port', [], tag);
    return found[0]?.['port'];
  };
  const untilReadFrom = async (server: PostgresServer): Promise<void> => {
    while ((await readPort()) !== server.port) {
      await sleep(10);
    }
  };
  const readIds = async (): Promise<readonly unknown[]> => {
    const { rows: found } = await pools.query('SELECT id FROM rows ORDER BY id', [], tag);
    return found.map((row) => row['id']);
  };
  const insert = (id: string): Promise<unknown> =>
    pools.query('INSERT INTO rows VALUES ($1)', [id], tag);

  it('reads from the replica, but what it wrote itself from the primary until both have it', async () => {
    await untilReadFrom(replica);
    for (let n = 0; n < 50; n += 1) {
      await insert(`${n}`);
      assert.equal((await readIds()).length, n + 1);
    }
    await untilReadFrom(replica);
    assert.equal((await readIds()).length, 50);
  });

  it('reads from the primary while the replica is behind', async () => {
    await untilReadFrom(replica);
    await adminOf(replica, 'SELECT pg_wal_replay_pause()');
    await insert('a');
    for (let n = 0; n < 50; n += 1) {
      assert.deepEqual(await readIds(), ['a']);
    }
    assert.equal(await readPort(), primary.port);
    await adminOf(replica, 'SELECT pg_wal_replay_resume()');
    await untilReadFrom(replica);
    assert.deepEqual(await readIds(), ['a']);
  });

  it('reads from the primary while the replica is away', async () => {
    await insert('a');
    await untilReadFrom(replica);
    await replica.process.kill();
    assert.equal(await readPort(), primary.port);
    assert.deepEqual(await readIds(), ['a']);
    assert.equal(pools.figures('read').errors, 0);
  });

  it('writes to the replica that took over, and loses nothing that both had confirmed', async () => {
    await adminOf(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'");
    await adminOf(primary, 'SELECT pg_reload_conf()');
    const both = `${primary.port},127.0.0.1:${replica.port}/`;
    const team = poolsTo(primary.url.replace(`${primary.port}/`, both));
    const limits = { patienceMs: 60_000, batch: { units: 10, characters: 1_000 } };
    const writer = new PostgresBatchWriter({
      pools: team,
      clock: systemClock,
      tables: [rows],
      limits,
    });
    const pending: Promise<void>[] = [];
    const writeMany = (from: number): void => {
      for (let n = from; n < from + 200; n += 1) {
        const row = { id: `${n}` };
        pending.push(writer.write({ operations: [{ kind: 'put', table: rows, row }] }));
      }
    };
    try {
      writeMany(0);
      await pending[50];
      await primary.process.kill();
      writeMany(200);
      await replica.promote();
      await adminOf(replica, "ALTER SYSTEM SET synchronous_standby_names = ''");
      await adminOf(replica, 'SELECT pg_reload_conf()');
      await Promise.all(pending);
      const { rows: found } = await team.query('SELECT count(*) AS n FROM rows', [], tag);
      assert.deepEqual(found, [{ n: 400 }]);
    } finally {
      writer.dispose();
      await team.close();
    }
  });

  it('does not write to a replica, and says that nobody takes writes', async () => {
    const lost = poolsTo(replica.url);
    try {
      await assert.rejects(lost.check(), { name: 'ServerAwayError', message: /takes no writes/ });
    } finally {
      await lost.close();
    }
  });
});

/** Not through the product's pools, which send nothing of the kind to a replica. */
async function adminOf(server: PostgresServer, sql: string): Promise<void> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../../../src/base/clock.ts';
import type { TableSpec } from '../../../../../src/core/store/batchPlan.ts';
import type { DatabasePools } from '../../../../../src/core/store/postgres/databasePools.ts';
import { PostgresBatchWriter } from '../../../../../src/core/store/postgres/postgresBatchWriter.ts';
import { isUniqueViolation } from '../../../../../src/core/store/postgres/postgresErrors.ts';
import {
  type PostgresServer,
  postgresProgram,
  startPostgres,
} from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import { SlowProxy } from '../../../../support/servers/slowProxy.ts';
import { poolsTo } from './pools.ts';

const rows: TableSpec = { name: 'rows', key: ['id'], onConflict: 'fail' };
const schema =
  'DROP TABLE IF EXISTS rows; CREATE TABLE rows (place bigserial, id text PRIMARY KEY)';
const tag = { operation: 'test', pool: 'write' } as const;
const away = { name: 'ServerAwayError' };

/** Writes rows with the names of whole numbers until it is told to stop. */
class Stream {
  readonly confirmed: string[] = [];
  readonly failed: string[] = [];
  private readonly writer: PostgresBatchWriter;
  private isStopped = false;
  private running: Promise<void> | undefined;

  constructor(pools: DatabasePools, patienceMs: number) {
    const limits = { patienceMs, batch: { units: 20, characters: 10_000 } };
    this.writer = new PostgresBatchWriter({ pools, clock: systemClock, tables: [rows], limits });
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
    this.writer.dispose();
  }

  private async run(): Promise<void> {
    const pending: Promise<void>[] = [];
    for (let n = 0; !this.isStopped; n += 1) {
      const id = `${n}`;
      const written = this.writer.write({
        operations: [{ kind: 'put', table: rows, row: { id } }],
      });
      pending.push(
        written.then(
          () => void this.confirmed.push(id),
          () => void this.failed.push(id),
        ),
      );
      await sleep(1);
    }
    await Promise.all(pending);
  }
}

async function untilTrue(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isTrue())) {
    await sleep(20);
  }
}

describeWith([postgresProgram], 'a PostgreSQL that fails', () => {
  let server: PostgresServer;
  let proxy: SlowProxy;
  let pools: DatabasePools;

  beforeEach(async () => {
    server = await startPostgres();
    proxy = await SlowProxy.start(server.port);
    pools = poolsTo(server.url.replace(`:${server.port}/`, `:${proxy.port}/`));
    await pools.query(schema, [], tag);
  });
  afterEach(async () => {
    await pools.close();
    await proxy.stop();
    await server.dispose();
  });

  const storedIds = async (from = pools): Promise<readonly string[]> => {
    const found = await from.query('SELECT id FROM rows ORDER BY id', [], tag);
    return found.rows.map((row) => String(row['id']));
  };
  /** All that was confirmed is there, once; the key sees to that. */
  const assertKept = async (stream: Stream): Promise<void> => {
    const stored = new Set(await storedIds());
    const lost = stream.confirmed.filter((id) => !stored.has(id));
    assert.deepEqual(lost, []);
  };

  it('loses nothing that was confirmed when it is killed during a batch and comes back', async () => {
    const stream = new Stream(pools, 30_000);
    stream.start();
    for (let kill = 0; kill < 3; kill += 1) {
      const before = stream.confirmed.length;
      await untilTrue(() => stream.confirmed.length > before + 100);
      await server.process.kill();
      await server.restart();
    }
    await stream.stop();
    assert.deepEqual(stream.failed, []);
    await assertKept(stream);
  });

  it('loses nothing over a restart in order', async () => {
    const stream = new Stream(pools, 30_000);
    stream.start();
    await untilTrue(() => stream.confirmed.length > 100);
    await server.stop();
    await server.restart();
    await stream.stop();
    assert.deepEqual(stream.failed, []);
    await assertKept(stream);
  });

  it('writes each row once through a network that cuts connections', async () => {
    const stream = new Stream(pools, 30_000);
    stream.start();
    proxy.behavior = { delayMs: 1 };
    for (let cut = 0; cut < 20; cut += 1) {
      await sleep(40);
      proxy.cut();
    }
    await stream.stop();
    assert.deepEqual(stream.failed, []);
    await assertKept(stream);
  });

  it('writes nothing twice where the answer to a commit is lost', async () => {
    const writer = new PostgresBatchWriter({ pools, clock: systemClock, tables: [rows] });
    const put = (id: string) => ({ kind: 'put', table: rows, row: { id } }) as const;
    // One statement by itself, and several in a transaction.
    proxy.losesAnswerTo = 'INSERT INTO';
    await writer.write({ operations: [put('a')] });
    assert.equal(proxy.losesAnswerTo, undefined);
    proxy.losesAnswerTo = 'COMMIT';
    const deletion = { kind: 'run', sql: "DELETE FROM rows WHERE id = 'x'", values: [] } as const;
    await writer.write({ operations: [put('b'), deletion, put('c')] });
    assert.equal(proxy.losesAnswerTo, undefined);
    assert.deepEqual(await storedIds(), ['a', 'b', 'c']);
    const again = writer.write({ operations: [put('a')] });
    await assert.rejects(again, (error) => isUniqueViolation(error));
    writer.dispose();
  });

  it('gives writes back when it stays away for longer than patience lasts', async () => {
    await server.process.kill();
    const limits = { patienceMs: 200 };
    const writer = new PostgresBatchWriter({ pools, clock: systemClock, tables: [rows], limits });
    const write = writer.write({ operations: [{ kind: 'put', table: rows, row: { id: 'a' } }] });
    await assert.rejects(write, away);
    await assert.rejects(pools.check(), away);
    await server.restart();
    await pools.check();
    writer.dispose();
  });

  it('does not wait for a server that the network swallows', async () => {
    const times = { read: { statementMs: 100, connectMs: 300 } };
    const hasty = poolsTo(server.url.replace(`:${server.port}/`, `:${proxy.port}/`), { times });
    try {
      await hasty.query('SELECT 1', [], { ...tag, pool: 'read' });
      proxy.stall();
      const waiting = hasty.query('SELECT 1', [], { ...tag, pool: 'read' });
      // Nobody answers the request to end it either.
      await assert.rejects(waiting, away);
      await assert.rejects(hasty.query('SELECT 1', [], { ...tag, pool: 'read' }), away);
      proxy.resume();
      await hasty.query('SELECT 1', [], { ...tag, pool: 'read' });
    } finally {
      await hasty.close();
    }
  });

  it('does its work over a slow network', async () => {
    proxy.behavior = { delayMs: 30, bytesPerSecond: 1_000_000 };
    const writer = new PostgresBatchWriter({ pools, clock: systemClock, tables: [rows] });
    const put = (id: number): Promise<void> =>
      writer.write({ operations: [{ kind: 'put', table: rows, row: { id: `${id}` } }] });
    await Promise.all(Array.from({ length: 2_000 }, (_, id) => put(id)));
    assert.equal(writer.counters.batches, 2);
    assert.equal((await storedIds()).length, 2_000);
    writer.dispose();
  });

  it('survives an idle connection that is lost', async () => {
    await pools.query('SELECT 1', [], { ...tag, pool: 'read' });
    proxy.cut();
    await untilTrue(() => pools.poolCounts('read').idle === 0);
    await pools.query('SELECT 1', [], { ...tag, pool: 'read' });
    assert.equal(pools.poolCounts('read').dropped, 1);
  });

  it('says that it has no connection left', async () => {
    const small = await startPostgres({
      settings: ['max_connections = 3', 'superuser_reserved_connections = 0'],
    });
    const first = poolsTo(small.url);
    const second = poolsTo(small.url);
    try {
      // What looked whether it had started may still hold one for a moment.
      for (const pool of ['read', 'write', 'analytics'] as const) {
        const ask = first.query.bind(first, 'SELECT 1', [], { ...tag, pool });
        await untilTrue(() =>
          ask().then(
            () => true,
            () => false,
          ),
        );
      }
      await assert.rejects(second.check(), { ...away, message: /no connection left/ });
    } finally {
      await Promise.all([first.close(), second.close()]);
      await small.dispose();
    }
  });
});

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../../../src/base/clock.ts';
import { systemView } from '../../../../../src/core/performance/systemView.ts';
import type { DatabasePools } from '../../../../../src/core/store/postgres/databasePools.ts';
import { errorCode } from '../../../../../src/core/store/postgres/postgresErrors.ts';
import { Telemetry } from '../../../../../src/core/telemetry/telemetry.ts';
import {
  type PostgresServer,
  postgresProgram,
  startPostgres,
} from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import { poolsTo } from './pools.ts';

const tag = { operation: 'test' };

describeWith([postgresProgram], 'the pools of a PostgreSQL', () => {
  let server: PostgresServer;
  let pools: DatabasePools;

  before(async () => {
    server = await startPostgres();
  });
  after(() => server.dispose());
  beforeEach(async () => {
    pools = poolsTo(server.url, { bigTables: ['notes'], maxConnections: 3 });
    await pools.query(
      `DROP TABLE IF EXISTS notes; CREATE TABLE notes (id text PRIMARY KEY, n bigint);
      CREATE OR REPLACE FUNCTION add_note(id text) RETURNS int LANGUAGE sql VOLATILE
      AS 'INSERT INTO notes VALUES (id, 1) RETURNING 1'`,
      [],
      tag,
    );
  });
  afterEach(() => pools.close());

  const askPool = async (sql: string, pool?: 'read' | 'write' | 'analytics'): Promise<unknown> => {
    const options = pool ? { ...tag, pool } : tag;
    const { rows } = await pools.query(sql, [], options);
    return rows[0]?.['name'];
  };

  it('runs each statement where its text belongs, unless the caller says where', async () => {
    const name = "current_setting('application_name') AS name";
    assert.equal(await askPool(`SELECT ${name}`), 'Slipstream read');
    assert.equal(await askPool(`SELECT ${name}, count(*) FROM notes`), 'Slipstream analytics');
    assert.equal(await askPool(`SELECT ${name}, pg_notify('a', '')`), 'Slipstream write');
    assert.equal(await askPool(`SELECT ${name}`, 'write'), 'Slipstream write');
  });

  it('learns of a function that writes from the server, and runs it all the same', async () => {
    const sql = "SELECT add_note('a') AS name";
    assert.equal(pools.classify(sql), 'read');
    assert.equal(await askPool(sql), 1);
    assert.equal(pools.classify(sql), 'write');
    assert.equal(await askPool('SELECT count(*) AS name FROM notes'), 1);
  });

  it('gives the values that SQLite would give', async () => {
    const { rows } = await pools.query(
      `SELECT 9007199254740991::bigint AS big, true AS yes, 1.5::numeric AS part,
        '{"a": 1}'::jsonb AS json, '\\x00ff'::bytea AS bytes, NULL AS nothing, $1::text AS given`,
      ['text'],
      tag,
    );
    const [row] = rows;
    assert.deepEqual(
      { ...row, bytes: [...((row?.['bytes'] ?? []) as Uint8Array)] },
      {
        big: 9007199254740991,
        yes: 1,
        part: 1.5,
        json: '{"a": 1}',
        bytes: [0, 255],
        nothing: null,
        given: 'text',
      },
    );
  });

  it('shows on the server what a statement is for', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const running = pools.query('SELECT pg_sleep(0.3)', [], {
      operation: "thread's list */",
      traceparent,
    });
    await sleep(100);
    const { rows } = await pools.query(
      "SELECT query FROM pg_stat_activity WHERE query LIKE '%pg_sleep(0.3)' AND state = 'active'",
      [],
      { ...tag, pool: 'write' },
    );
    await running;
    assert.equal(
      rows[0]?.['query'],
      `/*operation='thread%27s%20list%20%2A%2F',traceparent='${traceparent}'*/ SELECT pg_sleep(0.3)`,
    );
  });

  it('keeps a transaction or undoes it, and leaks no connection either way', async () => {
    const options = { ...tag, pool: 'write' } as const;
    const insert = 'INSERT INTO notes VALUES ($1, 1)';
    await pools.transaction(options, (transaction) => transaction.query(insert, ['kept']));
    for (let n = 0; n < 5; n += 1) {
      const failing = pools.transaction(options, async (transaction) => {
        await transaction.query(insert, ['undone']);
        throw new Error('no');
      });
      await assert.rejects(failing, { message: 'no' });
    }
    // An error that was caught in it does not make what follows look kept.
    const swallowed = pools.transaction(options, async (transaction) => {
      await transaction.query(insert, ['kept']).catch(() => undefined);
    });
    await assert.rejects(swallowed, /undone/);
    const { rows } = await pools.query('SELECT id FROM notes', [], tag);
    assert.deepEqual(rows, [{ id: 'kept' }]);
    assert.equal(pools.poolCounts('write').inUse, 0);
    assert.equal(pools.poolCounts('write').created, 1);
  });

  it('ends a statement on the server when its signal aborts', async () => {
    const controller = new AbortController();
    const options = { ...tag, pool: 'read', signal: controller.signal } as const;
    const running = pools.query('SELECT pg_sleep(60)', [], options);
    await sleep(100);
    controller.abort();
    await assert.rejects(running, { name: 'CancelledError' });
    const countRunning = async (): Promise<unknown> => {
      const { rows } = await pools.query(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'",
        [],
        { ...tag, pool: 'write' },
      );
      return rows[0]?.['n'];
    };
    // It says so a moment before it is at rest.
    while ((await countRunning()) !== 0) {
      await sleep(10);
    }
    assert.equal(pools.figures('read').errors, 0);
    // The connection is as good as before.
    assert.equal(await askPool('SELECT 1 AS name', 'read'), 1);
  });

  it('ends what takes longer than its pool allows', async () => {
    const hasty = poolsTo(server.url, { times: { read: { statementMs: 100 } } });
    try {
      const slow = (pool: 'read' | 'write'): Promise<unknown> =>
        hasty.query('SELECT pg_sleep(0.4)', [], { ...tag, pool });
      await assert.rejects(slow('read'), (error) => errorCode(error) === '57014');
      await slow('write');
    } finally {
      await hasty.close();
    }
  });

  it('lets callers wait for a connection, and counts how long', async () => {
    const heard: [string, boolean][] = [];
    pools.observeWith((pool, _, isError, waitMs) => heard.push([pool, waitMs > 50 && !isError]));
    const sleepy = () => pools.query('SELECT pg_sleep(0.1)', [], { ...tag, pool: 'read' });
    await Promise.all([sleepy(), sleepy(), sleepy()]);
    const { waits, totalWaitMs, created } = pools.poolCounts('read');
    assert.deepEqual({ waits, created }, { waits: 2, created: 1 });
    assert.ok(totalWaitMs >= 250, `${totalWaitMs} ms`);
    assert.deepEqual(heard.slice(1), [
      ['read', true],
      ['read', true],
    ]);
    assert.equal(pools.figures('read').reads, 3);
  });

  it('gives up a wait that its signal ends, or that takes too long', async () => {
    const hasty = poolsTo(server.url, { maxConnections: 3, times: { read: { connectMs: 200 } } });
    try {
      const holding = hasty.query('SELECT pg_sleep(0.6)', [], { ...tag, pool: 'read' });
      await sleep(50);
      const controller = new AbortController();
      const options = { ...tag, pool: 'read', signal: controller.signal } as const;
      const waiting = hasty.query('SELECT 1', [], options);
      const patient = hasty.query('SELECT 1', [], { ...tag, pool: 'read' });
      controller.abort();
      await assert.rejects(waiting, { name: 'CancelledError' });
      await assert.rejects(patient, { name: 'ServerAwayError', message: /in use/ });
      await holding;
      assert.equal(hasty.poolCounts('read').inUse, 0);
    } finally {
      await hasty.close();
    }
  });

  it('shows what it does in the panel: pools, statements, and what was slow or failed', async () => {
    const telemetry = new Telemetry({
      clock: systemClock,
      version: '1',
      isEnabled: () => true,
      capturesContent: () => false,
      onProblem: (error) => assert.fail(String(error)),
    });
    const observing = telemetry.observePools(pools);
    await pools.query("INSERT INTO notes VALUES ('a', 1), ('b', 2)", [], tag);
    await pools.query('SELECT pg_sleep(0.6)', [], { ...tag, pool: 'analytics' });
    await assert.rejects(pools.query('SELECT 1 / 0', [], { ...tag, pool: 'read' }));
    const view = systemView(telemetry);
    assert.deepEqual(
      view.pools.map(({ name, created, inUse }) => [name, created, inUse]),
      [
        ['Team database, reading', 1, 0],
        ['Team database, writing', 1, 0],
        ['Team database, analytics', 1, 0],
      ],
    );
    assert.deepEqual(
      view.databases.map(({ queries, errors, rowsPerBatch }) => [queries, errors, rowsPerBatch]),
      [
        [1, 1, undefined],
        // The other was the table's.
        [2, 0, 1],
        [1, 0, undefined],
      ],
    );
    assert.deepEqual(
      telemetry.traces().map(({ root }) => [root.name, root.attributes['error.type']]),
      [
        ['team.analytics', undefined],
        ['team.read', 'database'],
      ],
    );
    observing.dispose();
    assert.equal(systemView(telemetry).pools.length, 0);
    telemetry.dispose();
  });

  it('refuses writes through the pool for reading', async () => {
    const write = pools.query("INSERT INTO notes VALUES ('a', 1)", [], { ...tag, pool: 'read' });
    await assert.rejects(write, (error) => errorCode(error) === '25006');
  });
});

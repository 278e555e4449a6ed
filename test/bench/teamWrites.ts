/** Rows written in groups against one by one, on SQLite and on PostgreSQL, here and further away. */
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import type { TableSpec, WriteOperation } from '../../src/core/store/batchPlan.ts';
import { BatchWriter } from '../../src/core/store/batchWriter.ts';
import { SqliteDatabase } from '../../src/core/store/database.ts';
import { DatabasePools } from '../../src/core/store/postgres/databasePools.ts';
import { parsePostgresUrl } from '../../src/core/store/postgres/postgresAddress.ts';
import { PostgresBatchWriter } from '../../src/core/store/postgres/postgresBatchWriter.ts';
import { postgresProgram, startPostgres } from '../support/servers/postgresServer.ts';
import { SlowProxy } from '../support/servers/slowProxy.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { median, printReport, rounded } from './support.ts';

const rowCount = 5_000;
/** One by one over a network, each of them takes a whole round trip. */
const distantRowCount = 200;
const roundTripMs = 10;
const runs = 3;
/** 400 characters, as an average message of a chat. */
const text = 'Why is the total of the cart wrong when a discount applies? '.repeat(7).slice(0, 400);
const table: TableSpec = { name: 'rows', key: ['id'], onConflict: 'replace' };
const schema = `
  DROP TABLE IF EXISTS rows;
  CREATE TABLE rows (
    id text PRIMARY KEY, thread_id text, ordinal bigint, created_at bigint, text text)`;
const tag = { operation: 'bench', pool: 'write' } as const;

interface Measured {
  readonly groupedMs: number;
  readonly oneByOneMs: number;
}

function put(n: number): WriteOperation {
  const row = { id: `row-${n}`, thread_id: `thread-${n % 50}`, ordinal: n, created_at: n, text };
  return { kind: 'put', table, row };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** What a caller does who waits for the last only, and one who waits for each. */
async function measure(
  writer: BatchWriter | PostgresBatchWriter,
  count: number,
  clear: () => Promise<unknown> | undefined,
): Promise<Measured> {
  await clear();
  const groupedMs = await timed(async () => {
    const writes: Promise<void>[] = [];
    for (let n = 0; n < count; n += 1) {
      writes.push(writer.write({ operations: [put(n)] }));
    }
    await writer.flush();
    await Promise.all(writes);
  });
  await clear();
  const oneByOneMs = await timed(async () => {
    for (let n = 0; n < count; n += 1) {
      const write = writer.write({ operations: [put(n)] });
      await writer.flush();
      await write;
    }
  });
  return { groupedMs, oneByOneMs };
}

async function repeated(run: () => Promise<Measured>): Promise<object> {
  const measured: Measured[] = [];
  for (let n = 0; n < runs; n += 1) {
    measured.push(await run());
  }
  const groupedMs = median(measured.map((one) => one.groupedMs));
  const oneByOneMs = median(measured.map((one) => one.oneByOneMs));
  return {
    groupedMs: rounded(groupedMs),
    oneByOneMs: rounded(oneByOneMs),
    ratio: rounded(oneByOneMs / groupedMs),
  };
}

async function onSqlite(): Promise<object> {
  const folder = createTemporaryFolder('bench-team-writes');
  const database = new SqliteDatabase(join(folder.path, 'rows.db'));
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  const explain = (error: unknown): unknown => error;
  const writer = new BatchWriter({ database, clock: systemClock, tables: [table], explain });
  try {
    return await repeated(() =>
      measure(writer, rowCount, () => {
        database.exec(schema);
        return undefined;
      }),
    );
  } finally {
    writer.dispose();
    database.close();
    folder.dispose();
  }
}

async function onPostgres(url: string, count: number): Promise<object> {
  const pools = new DatabasePools({ address: parsePostgresUrl(url), clock: systemClock });
  const writer = new PostgresBatchWriter({ pools, clock: systemClock, tables: [table] });
  try {
    return await repeated(() => measure(writer, count, () => pools.query(schema, [], tag)));
  } finally {
    writer.dispose();
    await pools.close();
  }
}

async function onPostgresServer(): Promise<object> {
  if (postgresProgram.path === undefined) {
    return { postgres: 'not run, as PostgreSQL is not installed' };
  }
  // As a team's server has it: what is confirmed is on the disk.
  const server = await startPostgres({ settings: ['fsync = on', 'full_page_writes = on'] });
  const proxy = await SlowProxy.start(server.port);
  proxy.behavior = { delayMs: roundTripMs / 2 };
  try {
    const distantUrl = server.url.replace(`:${server.port}/`, `:${proxy.port}/`);
    return {
      postgres: await onPostgres(server.url, rowCount),
      distantRows: distantRowCount,
      roundTripMs,
      distantPostgres: await onPostgres(distantUrl, distantRowCount),
    };
  } finally {
    await proxy.stop();
    await server.dispose();
  }
}

const sqlite = await onSqlite();
printReport('teamWrites', {
  rows: rowCount,
  characters: text.length,
  sqlite,
  ...(await onPostgresServer()),
});

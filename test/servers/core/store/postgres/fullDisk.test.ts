import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemClock } from '../../../../../src/base/clock.ts';
import type { TableSpec } from '../../../../../src/core/store/batchPlan.ts';
import { PostgresBatchWriter } from '../../../../../src/core/store/postgres/postgresBatchWriter.ts';
import { postgresProgram, startPostgres } from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import { createSmallDisk } from '../../../../support/servers/smallDisk.ts';
import { poolsTo } from './pools.ts';

const rows: TableSpec = { name: 'rows', key: ['id'], onConflict: 'replace' };
const tag = { operation: 'test', pool: 'write' } as const;
/** A fresh server takes 39 MB, and its log as much again. */
const diskBytes = 128_000_000;
const leftBytes = 1_000_000;

describeWith([postgresProgram], 'a PostgreSQL whose disk is full', () => {
  it('is said to be, and keeps what was written once there is room again', async function test() {
    const disk = createSmallDisk(diskBytes);
    if (typeof disk === 'string') {
      console.log(`      not run, because this machine lets nobody make a small disk: ${disk}`);
      this.skip();
    }
    const server = await startPostgres({ dataDir: join(disk.path, 'data') });
    const pools = poolsTo(server.url);
    const limits = { patienceMs: 300 };
    const writer = new PostgresBatchWriter({ pools, clock: systemClock, tables: [rows], limits });
    const put = (n: number): Promise<void> =>
      writer.write({
        operations: [{ kind: 'put', table: rows, row: { id: `${n}`, text: `${n}`.repeat(1_000) } }],
      });
    try {
      await pools.query(
        `CREATE TABLE rows (id text PRIMARY KEY, text text);
        ALTER TABLE rows ALTER text SET STORAGE PLAIN`,
        [],
        tag,
      );
      disk.fill(leftBytes);
      const outcomes = await Promise.allSettled(Array.from({ length: 3_000 }, (_, n) => put(n)));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.ok(refused.length > 0, 'the disk was not full');
      for (const { reason } of refused) {
        assert.equal(reason.name, 'ServerAwayError');
        assert.match(reason.message, /disk .* is full/);
      }
      disk.empty();
      await Promise.all(Array.from({ length: 3_000 }, (_, n) => put(n)));
      const found = await pools.query('SELECT count(*) AS n FROM rows', [], tag);
      assert.deepEqual(found.rows, [{ n: 3_000 }]);
    } finally {
      writer.dispose();
      await pools.close();
      await server.dispose();
      disk.dispose();
    }
  });
});

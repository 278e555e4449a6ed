import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../../../../src/base/clock.ts';
import type { TableSpec, WriteOperation } from '../../../../../src/core/store/batchPlan.ts';
import type { SqlRow, SqlValue } from '../../../../../src/core/store/database.ts';
import type { PostgresWriteUnit } from '../../../../../src/core/store/postgres/batchCommit.ts';
import type { DatabasePools } from '../../../../../src/core/store/postgres/databasePools.ts';
import { PostgresBatchWriter } from '../../../../../src/core/store/postgres/postgresBatchWriter.ts';
import { errorCode } from '../../../../../src/core/store/postgres/postgresErrors.ts';
import {
  type PostgresServer,
  postgresProgram,
  startPostgres,
} from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import { poolsTo } from './pools.ts';

const items: TableSpec = {
  name: 'items',
  key: ['owner', 'id'],
  onConflict: 'replace',
  group: 'owner',
};
const notes: TableSpec = {
  name: 'No"tes',
  key: ['id'],
  onConflict: 'fail',
  updateExpressions: { 'at "ms"': 'greatest("at ""ms""", ?)' },
};
const tables = [items, notes];
const schema = `
  DROP TABLE IF EXISTS items, "No""tes";
  CREATE TABLE items (
    owner text, id text, size int CHECK (size >= 0), label text, PRIMARY KEY (owner, id));
  CREATE TABLE "No""tes" (id text PRIMARY KEY, "at ""ms""" bigint NOT NULL, text text)`;

const tag = { operation: 'test', pool: 'write' } as const;
const putItem = (row: Record<string, SqlValue>): WriteOperation => ({
  kind: 'put',
  table: items,
  row: { owner: 'o', ...row },
});
const putNote = (id: string, row: Record<string, SqlValue> = {}): WriteOperation => ({
  kind: 'put',
  table: notes,
  row: { id, 'at "ms"': 1, ...row },
});

/** Whether each promise was kept, once all are settled. */
async function fates(promises: readonly Promise<void>[]): Promise<readonly boolean[]> {
  const outcomes = await Promise.allSettled(promises);
  return outcomes.map((outcome) => outcome.status === 'fulfilled');
}

describeWith([postgresProgram], 'the batch writer on a PostgreSQL', () => {
  let server: PostgresServer;
  let pools: DatabasePools;
  let writer: PostgresBatchWriter;

  before(async () => {
    server = await startPostgres();
    pools = poolsTo(server.url);
  });
  after(async () => {
    await pools.close();
    await server.dispose();
  });
  beforeEach(async () => {
    await pools.query(schema, [], tag);
    writer = new PostgresBatchWriter({ pools, clock: systemClock, tables });
  });
  afterEach(() => writer.dispose());

  const write = (...operations: WriteOperation[]): Promise<void> => writer.write({ operations });
  const rows = async (sql: string): Promise<readonly SqlRow[]> =>
    (await pools.query(sql, [], tag)).rows;

  it('commits what comes together in one transaction', async () => {
    const writes = Array.from({ length: 500 }, (_, n) => write(putItem({ id: `${n}`, size: n })));
    await writer.flush();
    assert.deepEqual(new Set(await fates(writes)), new Set([true]));
    assert.equal(writer.counters.batches, 1);
    assert.equal(writer.counters.committed, 500);
    assert.deepEqual(await rows('SELECT count(*) AS n, sum(size) AS sum FROM items'), [
      { n: 500, sum: 124_750 },
    ]);
  });

  it('writes rows of different columns, of which the last write of a key wins', async () => {
    await Promise.all([
      write(putItem({ id: 'a', size: 1, label: 'one' }), putItem({ id: 'b', label: 'b' })),
      write(putItem({ id: 'a', size: 2 })),
      write(putItem({ id: 'c' })),
    ]);
    await Promise.all([
      write(putItem({ id: 'a', label: null })),
      write(putItem({ id: 'b', size: 3 })),
    ]);
    assert.deepEqual(await rows('SELECT id, size, label FROM items ORDER BY id'), [
      { id: 'a', size: 2, label: null },
      { id: 'b', size: 3, label: 'b' },
      { id: 'c', size: null, label: null },
    ]);
  });

  it('stays within what one statement may hold', async () => {
    const many = Array.from({ length: 30_000 }, (_, n) => putItem({ id: `${n}`, size: n }));
    await write(...many);
    assert.deepEqual(await rows('SELECT count(*) AS n FROM items'), [{ n: 30_000 }]);
  });

  it('lets the bad row alone fail', async () => {
    const writes = Array.from({ length: 200 }, (_, n) =>
      write(putItem({ id: `${n}`, size: n % 67 === 3 ? -1 : n })),
    );
    const kept = await fates(writes);
    assert.deepEqual(
      kept.flatMap((isKept, n) => (isKept ? [] : [n])),
      [3, 70, 137],
    );
    await assert.rejects(writes[3] ?? Promise.resolve(), (error) => errorCode(error) === '23514');
    assert.deepEqual(await rows('SELECT count(*) AS n FROM items'), [{ n: 197 }]);
    assert.equal(writer.counters.failed, 3);
  });

  it('refuses a second row where the key must be new, and a change of a row that is missing', async () => {
    const update = (key: string, at: number): WriteOperation => ({
      kind: 'update',
      table: notes,
      key,
      changes: { 'at "ms"': at, text: 'changed' },
    });
    await write(putNote('a', { 'at "ms"': 5 }));
    assert.deepEqual(
      await fates([
        write(putNote('a')),
        write(update('a', 3)),
        write(update('b', 3)),
        write(putNote('c')),
      ]),
      [false, true, false, true],
    );
    assert.deepEqual(await rows('SELECT * FROM "No""tes" ORDER BY id'), [
      { id: 'a', 'at "ms"': 5, text: 'changed' },
      { id: 'c', 'at "ms"': 1, text: null },
    ]);
  });

  it('asks a unit’s check in its transaction, and tells its caller what the check threw', async () => {
    const guarded: PostgresWriteUnit = {
      operations: [putItem({ id: 'guarded' })],
      check: async (transaction) => {
        const found = await transaction.query('SELECT 1 FROM items WHERE id = $1', ['first']);
        assert.equal(found.changed, 1);
        throw new Error('not this one');
      },
      explain: (error) => new Error('explained', { cause: error }),
    };
    await write(putItem({ id: 'first' }));
    const failing = writer.write(guarded);
    const other = write(putItem({ id: 'other' }));
    await assert.rejects(failing, { message: 'explained' });
    await other;
  });

  it('keeps what row-level security lets through, and tells who is refused', async () => {
    await pools.query(
      `DROP ROLE IF EXISTS member; CREATE ROLE member LOGIN; GRANT ALL ON items TO member;
      ALTER TABLE items ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON items USING (owner = current_user) WITH CHECK (owner = current_user)`,
      [],
      tag,
    );
    const memberPools = poolsTo(server.url.replace('tester@', 'member@'));
    const member = new PostgresBatchWriter({ pools: memberPools, clock: systemClock, tables });
    try {
      const put = (owner: string): Promise<void> =>
        member.write({ operations: [putItem({ owner, id: 'a' })] });
      assert.deepEqual(await fates([put('member'), put('other')]), [true, false]);
    } finally {
      member.dispose();
      await memberPools.close();
      await pools.query('DROP TABLE items; DROP ROLE member', [], tag);
    }
  });

  it('lets what a right is missing for fail alone, and says that it is missing', async () => {
    await pools.query(
      'DROP ROLE IF EXISTS member; CREATE ROLE member LOGIN; GRANT ALL ON items TO member',
      [],
      tag,
    );
    const memberPools = poolsTo(server.url.replace('tester@', 'member@'));
    const member = new PostgresBatchWriter({ pools: memberPools, clock: systemClock, tables });
    try {
      const writes = Array.from({ length: 20 }, (_, n) =>
        member.write({ operations: [n % 7 === 3 ? putNote(`${n}`) : putItem({ id: `${n}` })] }),
      );
      const kept = await fates(writes);
      assert.deepEqual(
        kept.flatMap((isKept, n) => (isKept ? [] : [n])),
        [3, 10, 17],
      );
      await assert.rejects(writes[3] ?? Promise.resolve(), {
        name: 'ServerRefusedError',
        message: /^member lacks a right/,
      });
      assert.deepEqual(await rows('SELECT count(*) AS n FROM items'), [{ n: 17 }]);
    } finally {
      member.dispose();
      await memberPools.close();
      await pools.query('DROP TABLE items; DROP ROLE member', [], tag);
    }
  });

  it('comes to what writing one after another would come to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyOperation, { minLength: 1, maxLength: 4 })), (units) =>
        compare(units),
      ),
      { numRuns: 60 },
    );
  });

  async function compare(units: readonly (readonly WriteOperation[])[]): Promise<void> {
    await pools.query('TRUNCATE items', [], tag);
    const model = new Map<string, SqlRow>();
    const expected = units.map((unit) => applyToModel(model, unit));
    const kept = await fates(units.map((operations) => writer.write({ operations })));
    assert.deepEqual(kept, expected);
    const found = await rows('SELECT * FROM items');
    assert.deepEqual(byKey(found), byKey([...model.values()]));
  }

  it('gets on with another that writes the same rows in the opposite order', async () => {
    const otherPools = poolsTo(server.url);
    const second = new PostgresBatchWriter({ pools: otherPools, clock: systemClock, tables });
    try {
      const ids = Array.from({ length: 300 }, (_, n) => `${n}`);
      for (let round = 0; round < 10; round += 1) {
        const putAll = (by: PostgresBatchWriter, order: readonly string[]): Promise<void> =>
          by.write({ operations: order.map((id) => putItem({ id, size: round })) });
        await Promise.all([putAll(writer, ids), putAll(second, ids.toReversed())]);
      }
      assert.deepEqual(await rows('SELECT count(*) AS n, min(size) AS size FROM items'), [
        { n: 300, size: 9 },
      ]);
    } finally {
      second.dispose();
      await otherPools.close();
    }
  });

  it('lets callers wait while more comes than it can write, and refuses what is far beyond', async () => {
    const limits = { queue: { units: 10, characters: 1_000 } };
    const small = new PostgresBatchWriter({ pools, clock: systemClock, tables, limits });
    const put = (n: number): Promise<void> =>
      small.write({ operations: [putItem({ id: `${n}` })] });
    const writes = Array.from({ length: 20 }, (_, n) => put(n));
    let hasRoom = false;
    const room = small.room().then(() => {
      hasRoom = true;
    });
    await assert.rejects(put(20), { name: 'ServerAwayError' });
    assert.equal(hasRoom, false);
    await room;
    await put(21);
    assert.deepEqual(new Set(await fates(writes)), new Set([true]));
    assert.deepEqual(await rows('SELECT count(*) AS n FROM items'), [{ n: 21 }]);
    small.dispose();
  });
});

const anyKey = { owner: fc.constantFrom('x', 'y'), id: fc.constantFrom('a', 'b', 'c', 'd') };
const anyOperation: fc.Arbitrary<WriteOperation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record(
        {
          ...anyKey,
          size: fc.option(fc.nat(9)),
          label: fc.string({ unit: fc.constantFrom('a', "'", '"', '$1', '🙂') }),
        },
        { requiredKeys: ['owner', 'id'] },
      )
      .map((row): WriteOperation => ({ kind: 'put', table: items, row })),
  },
  {
    weight: 1,
    // A key of its own: what nothing in the same batch replaces is sent, and refused.
    arbitrary: fc.uuid().map(
      (id): WriteOperation => ({
        kind: 'put',
        table: items,
        row: { owner: 'bad', id, size: -1 },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: anyKey.owner.map(
      (group): WriteOperation => ({ kind: 'clearGroup', table: items, group }),
    ),
  },
);

/** Does the unit in the plain way, or nothing of it. */
function applyToModel(model: Map<string, SqlRow>, unit: readonly WriteOperation[]): boolean {
  const after = new Map(model);
  for (const operation of unit) {
    if (operation.kind === 'put') {
      const key = `${operation.row['owner']}/${operation.row['id']}`;
      after.set(key, { size: null, label: null, ...after.get(key), ...operation.row });
    } else if (operation.kind === 'clearGroup') {
      for (const [key, row] of after) {
        if (row['owner'] === operation.group) {
          after.delete(key);
        }
      }
    }
  }
  if ([...after.values()].some((row) => Number(row['size']) < 0)) {
    return false;
  }
  model.clear();
  for (const [key, row] of after) {
    model.set(key, row);
  }
  return true;
}

function byKey(rows: readonly SqlRow[]): unknown {
  const entries = rows.map((row) => [`${row['owner']}/${row['id']}`, { ...row }] as const);
  return Object.fromEntries(entries.toSorted(([one], [other]) => one.localeCompare(other)));
}

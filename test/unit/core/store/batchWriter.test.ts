import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { BugError, UserError } from '../../../../src/base/errors.ts';
import {
  execute,
  type TableSpec,
  type WriteOperation,
} from '../../../../src/core/store/batchPlan.ts';
import {
  BatchWriter,
  commitIntervalMs,
  maxQueuedUnits,
} from '../../../../src/core/store/batchWriter.ts';
import { type Database, SqliteDatabase } from '../../../../src/core/store/database.ts';
import { explainDatabaseError } from '../../../../src/core/store/databaseErrors.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const items: TableSpec = { name: 'items', key: ['id'], onConflict: 'replace', group: 'owner' };
const notes: TableSpec = {
  name: 'notes',
  key: ['item'],
  onConflict: 'fail',
  merge: (earlier, later) => ({ ...earlier, text: `${earlier['text']}${later['text']}` }),
};
const tables = [items, notes];

const schema = `
  CREATE TABLE items (
    id TEXT PRIMARY KEY, owner TEXT, size INTEGER CHECK (size >= 0), label TEXT
  ) STRICT;
  CREATE TABLE notes (row INTEGER PRIMARY KEY, item TEXT REFERENCES items (id), text TEXT) STRICT;
`;

function openMemory(): Database {
  const database = new SqliteDatabase(':memory:');
  database.exec('PRAGMA foreign_keys = ON');
  database.exec(schema);
  return database;
}

function putItem(id: string, row: Record<string, string | number | null> = {}): WriteOperation {
  return { kind: 'put', table: items, row: { id, ...row } };
}

/** Whether each promise was kept, once all are settled. */
async function fates(promises: readonly Promise<void>[]): Promise<readonly boolean[]> {
  const outcomes = await Promise.allSettled(promises);
  return outcomes.map((outcome) => outcome.status === 'fulfilled');
}

describe('BatchWriter', () => {
  let database: Database;
  let clock: FakeClock;
  let writer: BatchWriter;

  beforeEach(() => {
    database = openMemory();
    clock = new FakeClock();
    writer = new BatchWriter({ database, clock, tables, explain: (error) => error });
  });

  afterEach(() => {
    writer.dispose();
    database.close();
  });

  const write = (...operations: WriteOperation[]): Promise<void> => writer.write({ operations });
  const ids = (): unknown[] =>
    database.all('SELECT id FROM items ORDER BY id').map((row) => row['id']);

  it('commits what came within the interval in one transaction', async () => {
    const early = write(putItem('a', { size: 1 }));
    await clock.advance(60);
    const late = write(putItem('b', { size: 2 }));
    await clock.advance(commitIntervalMs - 61);
    assert.deepEqual(ids(), []);
    await clock.advance(1);
    assert.deepEqual(ids(), ['a', 'b']);
    assert.deepEqual(await fates([early, late]), [true, true]);
    assert.deepEqual(
      { ...writer.counters, lastCommitMs: 0 },
      { queued: 0, committed: 2, failed: 0, batches: 1, lastCommitMs: 0 },
    );
  });

  it('has a timer while something waits, and only then', async () => {
    assert.equal(clock.pendingTimers, 0);
    const write1 = write(putItem('a'));
    assert.equal(clock.pendingTimers, 1);
    await writer.flush();
    assert.equal(clock.pendingTimers, 0);
    await write1;
    await writer.flush();
    assert.equal(writer.counters.batches, 1, 'nothing to flush is no transaction');
  });

  it('does not wait when much has gathered, in rows or in size', async () => {
    const many = Array.from({ length: maxQueuedUnits }, (_, n) => write(putItem(`${n}`)));
    assert.equal(writer.counters.batches, 1);
    const big = write(putItem('big', { label: 'x'.repeat(1_000_000) }));
    assert.equal(writer.counters.batches, 2);
    assert.ok((await fates([...many, big])).every(Boolean));
    assert.equal(clock.pendingTimers, 0);
  });

  it('lets the last write of a row win and keeps every promise', async () => {
    const writes = [
      write(putItem('a', { size: 1, label: 'first' })),
      write(putItem('a', { size: 2 })),
      write({ kind: 'update', table: items, key: 'a', changes: { label: 'second' } }),
      write({ kind: 'update', table: items, key: 'a', changes: { size: 3 } }),
    ];
    await writer.flush();
    assert.deepEqual(await fates(writes), [true, true, true, true]);
    assert.deepEqual(
      { ...database.get('SELECT * FROM items') },
      {
        id: 'a',
        owner: null,
        size: 3,
        label: 'second',
      },
    );
  });

  it('keeps all of a unit or nothing of it', async () => {
    const writes = [
      write(putItem('a'), putItem('b', { size: -1 }), putItem('c')),
      write(putItem('d')),
    ];
    await writer.flush();
    assert.deepEqual(await fates(writes), [false, true]);
    assert.deepEqual(ids(), ['d']);
  });

  it('tells a failed update from one that changed a row', async () => {
    const missing = write({ kind: 'update', table: items, key: 'x', changes: { size: 1 } });
    const good = write(putItem('a'));
    const outcome = assert.rejects(missing, BugError);
    await writer.flush();
    await Promise.all([outcome, good]);
  });

  it('fails a unit whose check throws, telling what its own explanation makes of it', async () => {
    const refused = writer.write({
      operations: [putItem('a')],
      check: () => {
        throw new Error('no');
      },
      explain: (error) => new UserError(`Explained: ${(error as Error).message}`),
    });
    const good = write(putItem('b'));
    const outcome = assert.rejects(refused, { name: 'UserError', message: 'Explained: no' });
    await writer.flush();
    await Promise.all([outcome, good]);
    assert.deepEqual(ids(), ['b']);
  });

  it('fails the bad units of any batch and no others', async () => {
    const bad = fc.constantFrom<WriteOperation[]>(
      [putItem('negative', { size: -1 })],
      [putItem('typed', { size: 'many' })],
      [{ kind: 'put', table: notes, row: { item: 'nobody', text: '' } }],
      [{ kind: 'update', table: items, key: 'nobody', changes: { size: 1 } }],
      [{ kind: 'put', table: { ...items, name: 'unknown' }, row: { id: 'x' } }],
      [{ kind: 'put', table: items, row: { id: 'x', nothing: 1 } }],
      [{ kind: 'run', sql: 'UPDATE items SET size = -1', values: [] }, putItem('y', { size: -1 })],
    );
    const unit = fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: bad },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { maxLength: 60 }), async (units) => {
        run += 1;
        const writes = units.map((operations, n) =>
          operations ? write(...operations) : write(putItem(`${run}-${n}`, { owner: `${run}` })),
        );
        await writer.flush();
        assert.deepEqual(
          await fates(writes),
          units.map((operations) => !operations),
        );
        const kept = database.all('SELECT id FROM items WHERE owner = ?', [`${run}`]);
        assert.equal(kept.length, units.filter((operations) => !operations).length);
        const strangers = database.all('SELECT id FROM items WHERE owner IS NULL');
        assert.deepEqual(strangers, []);
      }),
      { numRuns: 150 },
    );
  });

  it('commits at disposal, and refuses what comes later', async () => {
    const kept = write(putItem('a'));
    writer.dispose();
    await kept;
    assert.deepEqual(ids(), ['a']);
    await assert.rejects(write(putItem('b')), BugError);
    assert.equal(clock.pendingTimers, 0);
  });

  it('fails everything that is queued when the database is gone, without hanging', async () => {
    const lost = [write(putItem('a')), write(putItem('b'))];
    database.close();
    await writer.flush();
    assert.deepEqual(await fates(lost), [false, false]);
  });
});

describe('execute', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  const owner = fc.constantFrom('x', 'y');
  const size = fc.nat({ max: 9 });
  const operation = fc.oneof<fc.Arbitrary<WriteOperation>[]>(
    fc.tuple(id, size).map(([which, n]) => putItem(which, { owner: ownerOf(which), size: n })),
    id.map((which) => putItem(which, { owner: ownerOf(which), label: 'put' })),
    fc.tuple(id, size).map(([key, n]) => ({
      kind: 'update',
      table: items,
      key,
      changes: { size: n },
    })),
    owner.map((group) => ({ kind: 'clearGroup', table: items, group })),
    fc.tuple(owner, size).map(([group, n]) => ({
      kind: 'run',
      sql: 'UPDATE items SET size = size + ? WHERE owner = ?',
      values: [n, group],
    })),
  );

  /** A row never changes its group. */
  function ownerOf(which: string): string {
    return which < 'c' ? 'x' : 'y';
  }

  it('does in groups what the operations do one by one', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const grouped = openMemory();
        const single = openMemory();
        try {
          // Every row that is updated exists.
          const all = [...'abcd'].map((which) => putItem(which, { owner: ownerOf(which) }));
          const applicable = withoutLostUpdates([...all, ...operations]);
          execute(grouped, tables, applicable);
          for (const one of applicable) {
            execute(single, tables, [one]);
          }
          const rows = (database: Database) => database.all('SELECT * FROM items ORDER BY id');
          assert.deepEqual(rows(grouped), rows(single));
        } finally {
          grouped.close();
          single.close();
        }
      }),
      { numRuns: 150 },
    );
  });

  /** Without updates of rows that are not there, which fail their unit. */
  function withoutLostUpdates(operations: readonly WriteOperation[]): readonly WriteOperation[] {
    const existing = new Set<unknown>();
    return operations.filter((one) => {
      if (one.kind === 'update') {
        return existing.has(one.key);
      }
      if (one.kind === 'put') {
        existing.add(one.row['id']);
      } else if (one.kind === 'clearGroup') {
        const removed = [...'abcd'].filter((which) => ownerOf(which) === one.group);
        removed.map((which) => existing.delete(which));
      }
      return true;
    });
  }

  it('joins rows that their table says to join', () => {
    const database = openMemory();
    const note = (text: string): WriteOperation => ({
      kind: 'put',
      table: notes,
      row: { item: 'a', text },
    });
    execute(database, tables, [note('Hel'), putItem('a'), note('lo')]);
    execute(database, tables, [note(' again')]);
    assert.deepEqual(
      database.all('SELECT text FROM notes ORDER BY row').map((row) => row['text']),
      ['Hello', ' again'],
    );
    database.close();
  });
});

describe('BatchWriter beside another window', () => {
  let folder: TemporaryFolder;
  let ours: Database;
  let theirs: Database;
  let clock: FakeClock;
  let writer: BatchWriter;

  beforeEach(() => {
    folder = createTemporaryFolder('writer');
    const path = join(folder.path, 'items.db');
    ours = new SqliteDatabase(path);
    ours.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 0;');
    ours.exec(schema);
    theirs = new SqliteDatabase(path);
    clock = new FakeClock();
    const explain = (error: unknown): unknown => explainDatabaseError(error, path);
    writer = new BatchWriter({ database: ours, clock, tables, explain });
  });

  afterEach(() => {
    writer.dispose();
    ours.close();
    theirs.close();
    folder.dispose();
  });

  const write = (id: string): Promise<void> => writer.write({ operations: [putItem(id)] });

  it('waits while the other writes, keeping the order', async () => {
    theirs.exec('BEGIN IMMEDIATE');
    const first = write('a');
    await clock.advance(commitIntervalMs + 300);
    assert.equal(writer.counters.queued, 1);
    const second = write('b');
    const flushed = writer.flush();
    assert.equal(clock.pendingTimers, 1);
    theirs.exec('COMMIT');
    await clock.advance(700);
    await Promise.all([first, second, flushed]);
    assert.equal(ours.all('SELECT id FROM items').length, 2);
    assert.equal(writer.counters.batches, 1);
  });

  it('gives up after some seconds, says why, and goes on with what comes then', async () => {
    theirs.exec('BEGIN IMMEDIATE');
    const outcome = assert.rejects(write('a'), { name: 'UserError', message: /Another window/ });
    await clock.advance(20_000);
    await outcome;
    assert.equal(clock.pendingTimers, 0);
    theirs.exec('COMMIT');
    const later = write('b');
    await clock.advance(commitIntervalMs);
    await later;
  });

  it('does not hang at disposal', async () => {
    theirs.exec('BEGIN IMMEDIATE');
    const outcome = assert.rejects(write('a'), UserError);
    writer.dispose();
    await outcome;
    theirs.exec('ROLLBACK');
  });

  it('keeps what still fits when the disk is full, and goes on when it is not', async () => {
    const pages = Number(ours.get('PRAGMA page_count')?.['page_count']);
    ours.exec(`PRAGMA max_page_count = ${pages + 3}`);
    const put = (id: string, label: string): Promise<void> =>
      writer.write({ operations: [putItem(id, { label })] });
    const writes = [put('a', 'small'), put('big', 'x'.repeat(100_000)), put('b', 'small')];
    const outcome = assert.rejects(writes[1] ?? Promise.resolve(), {
      name: 'UserError',
      message: /disk is full/,
    });
    await writer.flush();
    await outcome;
    assert.deepEqual(await fates(writes), [true, false, true]);
    ours.exec('PRAGMA max_page_count = 1000000');
    const later = put('big', 'x'.repeat(100_000));
    await writer.flush();
    await later;
    assert.equal(ours.get('PRAGMA integrity_check')?.['integrity_check'], 'ok');
  });

  it('says so where the file may not be written', async () => {
    ours.exec('PRAGMA query_only = 1');
    const outcome = assert.rejects(write('a'), { name: 'UserError', message: /permissions/ });
    await writer.flush();
    await outcome;
  });
});

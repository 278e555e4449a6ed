import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CancelledError, UserError } from '../../../../src/base/errors.ts';
import { type Database, SqliteDatabase } from '../../../../src/core/store/database.ts';
import { type OpenedDatabase, openDatabase } from '../../../../src/core/store/openDatabase.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const first = 'CREATE TABLE items (id INTEGER PRIMARY KEY, label TEXT)';
const second = "ALTER TABLE items ADD COLUMN size INTEGER; UPDATE items SET label = label || '!'";

describe('openDatabase', () => {
  let folder: TemporaryFolder;
  let path: string;
  let clock: FakeClock;
  const open: Database[] = [];

  beforeEach(() => {
    folder = createTemporaryFolder('open');
    path = join(folder.path, 'storage', 'items.db');
    clock = new FakeClock(Date.UTC(2031, 4, 6, 7, 8, 9, 10));
  });

  afterEach(() => {
    for (const database of open.splice(0)) {
      database.close();
    }
    folder.dispose();
  });

  async function tryOpen(
    migrations: readonly string[] = [first],
    signal = new AbortController().signal,
  ): Promise<OpenedDatabase> {
    const prepare = (database: Database): void => {
      database.get('SELECT * FROM items');
    };
    const opened = await openDatabase({ path, clock, signal, migrations, prepare });
    open.push(opened.database);
    return opened;
  }

  /** A database with some pages of rows in it, closed. */
  async function makeFile(): Promise<void> {
    const { database } = await tryOpen();
    for (let id = 0; id < 200; id += 1) {
      database.run('INSERT INTO items VALUES (?, ?)', [id, 'label '.repeat(50)]);
    }
    database.close();
  }

  function count(database: Database): unknown {
    return database.get('SELECT count(*) AS count FROM items')?.['count'];
  }

  it('makes the folder and the file, and finds them again', async () => {
    const { database, setAside } = await tryOpen();
    assert.equal(setAside, undefined);
    database.run('INSERT INTO items VALUES (1, ?)', ['a']);
    database.close();
    database.close();
    assert.equal(count((await tryOpen()).database), 1);
  });

  it('uses a write-ahead log, which two windows can share', async () => {
    const { database } = await tryOpen();
    assert.equal(database.get('PRAGMA journal_mode')?.['journal_mode'], 'wal');
    assert.equal(database.get('PRAGMA synchronous')?.['synchronous'], 1);
    assert.equal(database.get('PRAGMA foreign_keys')?.['foreign_keys'], 1);
    assert.equal(database.get('PRAGMA busy_timeout')?.['timeout'], 250);
  });

  it('brings an older database to the newest version, once', async () => {
    const { database } = await tryOpen();
    database.run('INSERT INTO items VALUES (1, ?)', ['a']);
    database.close();
    (await tryOpen([first, second])).database.close();
    const again = (await tryOpen([first, second])).database;
    assert.equal(again.get('SELECT label FROM items')?.['label'], 'a!');
  });

  it('leaves everything as it was where a migration fails', async () => {
    await makeFile();
    const bad = `${second}; INSERT INTO nowhere VALUES (1)`;
    await assert.rejects(tryOpen([first, bad]), UserError);
    const { database, setAside } = await tryOpen();
    assert.equal(setAside, undefined);
    assert.equal(count(database), 200);
    assert.doesNotMatch(String(database.get('SELECT label FROM items')?.['label']), /!/);
  });

  it('does not touch a database of a newer version', async () => {
    const { database } = await tryOpen([first, second]);
    database.close();
    const before = readFileSync(path);
    await assert.rejects(tryOpen(), { name: 'UserError', message: /newer version/ });
    assert.deepEqual(readFileSync(path), before);
    assert.deepEqual(readdirSync(join(folder.path, 'storage')), ['items.db']);
  });

  it('does not take a stranger’s database for damaged', async () => {
    const stranger = new SqliteDatabase(join(folder.path, 'stranger.db'));
    stranger.exec('CREATE TABLE items (name TEXT); INSERT INTO items VALUES (1)');
    stranger.close();
    path = join(folder.path, 'stranger.db');
    await assert.rejects(tryOpen(), { name: 'UserError', message: /Nothing in it was changed/ });
    const { database } = await tryOpen([]);
    assert.equal(count(database), 1);
  });

  const damages: Record<string, () => void> = {
    'another file': () => writeFileSync(path, 'not a database at all\n'.repeat(400)),
    'a file cut to half a page': () => truncateSync(path, 2_000),
    'a file cut in the middle': () => truncateSync(path, 20_480),
    'a file with a scrambled schema': () => {
      const bytes = readFileSync(path);
      bytes.fill(0xa5, 100, 4_096);
      writeFileSync(path, bytes);
    },
  };
  for (const [name, damage] of Object.entries(damages)) {
    it(`moves ${name} aside, says where to, and begins anew`, async () => {
      await makeFile();
      damage();
      const damaged = readFileSync(path);
      const { database, setAside } = await tryOpen();
      assert.equal(setAside, `${path}.damaged-2031-05-06T07-08-09-010Z`);
      assert.deepEqual(readFileSync(setAside), damaged);
      assert.equal(count(database), 0);
    });
  }

  it('does not replay the log of a damaged file into the new one', async () => {
    await makeFile();
    const { database: last } = await tryOpen();
    last.run("UPDATE items SET label = 'from the log' WHERE id = 100");
    const log = readFileSync(`${path}-wal`);
    assert.ok(log.length > 0);
    last.close();
    writeFileSync(path, 'damaged'.repeat(10_000));
    writeFileSync(`${path}-wal`, log);
    const { database, setAside } = await tryOpen();
    assert.ok(setAside);
    assert.equal(count(database), 0);
    assert.equal(database.get('PRAGMA integrity_check')?.['integrity_check'], 'ok');
  });

  it('takes along the log that another window still has open', async () => {
    await makeFile();
    const { database: theirs } = await tryOpen();
    theirs.run("UPDATE items SET label = 'from the log' WHERE id = 100");
    writeFileSync(path, 'damaged'.repeat(10_000));
    const { database, setAside } = await tryOpen();
    assert.ok(existsSync(`${setAside}-wal`));
    assert.ok(existsSync(`${setAside}-shm`));
    database.run("INSERT INTO items VALUES (1, 'new')");
    assert.equal(database.get('PRAGMA integrity_check')?.['integrity_check'], 'ok');
  });

  it('does not move away what another window made new in the meantime', async () => {
    await makeFile();
    writeFileSync(path, 'damaged'.repeat(1_000));
    const wallTime = clock.wallTime.bind(clock);
    let theirs: Promise<OpenedDatabase> | undefined;
    // The clock is read between finding the damage and moving the file.
    clock.wallTime = () => {
      clock.wallTime = wallTime;
      theirs = tryOpen();
      return wallTime();
    };
    const ours = await tryOpen();
    const { database, setAside } = (await theirs) ?? assert.fail('Nobody looked at the clock.');
    assert.ok(setAside);
    assert.equal(ours.setAside, undefined);
    database.run('INSERT INTO items VALUES (1, ?)', ['a']);
    assert.equal(count(ours.database), 1);
  });

  it('waits for another window that has the file to itself', async () => {
    await makeFile();
    const holder = new SqliteDatabase(path);
    holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const opening = tryOpen();
    await settle();
    assert.equal(clock.pendingTimers, 1);
    holder.close();
    await clock.advance(100);
    assert.equal(count((await opening).database), 200);
  });

  it('stops waiting when it is cancelled', async () => {
    await makeFile();
    const holder = new SqliteDatabase(path);
    holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const controller = new AbortController();
    const opening = assert.rejects(tryOpen([first], controller.signal), CancelledError);
    await settle();
    controller.abort();
    await opening;
    assert.equal(clock.pendingTimers, 0);
    holder.close();
  });

  it('says so where the path cannot be a file', async () => {
    mkdirSync(path, { recursive: true });
    await assert.rejects(tryOpen(), { name: 'UserError', message: /can't open its history/ });
    writeFileSync(join(folder.path, 'file'), '');
    path = join(folder.path, 'file', 'items.db');
    await assert.rejects(tryOpen(), { name: 'UserError', message: /can't make the folder/ });
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../../../src/base/errors.ts';
import { SqliteCheckpointStore } from '../../../../src/core/store/checkpointStore.ts';
import { contentHash } from '../../../../src/core/store/contentHash.ts';
import { SqliteDatabase } from '../../../../src/core/store/database.ts';
import { migrate } from '../../../../src/core/store/migrations.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import { threadMigrations } from '../../../../src/core/store/threadSchema.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder } from '../../../support/temporaryFolder.ts';
import { noise } from './noise.ts';
import { threadRecord } from './records.ts';
import { createTestStore, type TestStore } from './testStore.ts';

describe('what checkpoints keep of files', () => {
  let test: TestStore;
  let store: SqliteCheckpointStore;
  let turns = 0;

  beforeEach(async () => {
    test = await createTestStore();
    store = new SqliteCheckpointStore(test.connection);
    await Promise.all([test.store.createThread(threadRecord('a')), test.store.flush()]);
    turns = 0;
  });

  afterEach(() => test.dispose());

  /** Keeps a file in a turn of its own, and tells the turn. */
  async function keep(text: string, path = '/w/a'): Promise<string> {
    turns += 1;
    const id = `t${turns}`;
    void store.begin({ id, threadId: 'a', kind: 'turn', createdAt: turns });
    await store.keep(id, [
      { path, before: { kind: 'text', text, bytes: undefined, mode: 0o644 }, left: 'left' },
    ]);
    return id;
  }

  const read = async (text: string): Promise<string> =>
    Buffer.from(await store.readContent(contentHash(text))).toString();
  const query = (sql: string): Promise<number> =>
    test.connection.read(() => Number(test.connection.database.get(sql)?.['n']));
  const run = (sql: string): Promise<number> =>
    test.connection.read(() => test.connection.database.run(sql));
  const keptBytes = (): Promise<number> =>
    query('SELECT sum(kept_bytes) AS n FROM checkpoint_chunks');

  it('takes what is different in a further version, not the whole file', async () => {
    const versions = [noise(1_000_000, 7)];
    await keep(versions[0] ?? '');
    const first = await keptBytes();
    const runs = await query('SELECT count(*) AS n FROM checkpoint_runs');
    for (let n = 1; n <= 10; n += 1) {
      const last = versions.at(-1) ?? '';
      versions.push(`${last.slice(0, n * 90_000)}a new line\n${last.slice(n * 90_000 + 5)}`);
      await keep(versions.at(-1) ?? '');
    }
    assert.ok(first >= 800_000);
    assert.ok((await keptBytes()) - first < 10 * 20_000, 'a chunk or two for each change');
    const added = (await query('SELECT count(*) AS n FROM checkpoint_runs')) - runs;
    assert.ok(added < 10 * (runs + 25), `${added} runs`);
    for (const version of versions) {
      assert.equal((await read(version)) === version, true);
    }
  });

  it('gives back what is empty, and what repeats itself', async () => {
    for (const text of ['', 'x'.repeat(200_000), noise(30_000, 1).repeat(3)]) {
      await keep(text);
      assert.equal((await read(text)) === text, true);
    }
  });

  it('gives back each version that is left and keeps no chunk that none has', async () => {
    const edit = fc.record({ at: fc.nat(60_000), removed: fc.nat(9_000), added: fc.nat(9_000) });
    const step = fc.oneof(
      { weight: 3, arbitrary: edit },
      { weight: 2, arbitrary: fc.record({ forgotten: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ maxBytes: fc.integer({ min: 40_000, max: 200_000 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        let text = noise(60_000, 3);
        const kept = new Map<string, string>();
        for (const [n, one] of steps.entries()) {
          if ('at' in one) {
            text = text.slice(0, one.at) + noise(one.added, n) + text.slice(one.at + one.removed);
            kept.set(await keep(text), text);
          } else if ('forgotten' in one) {
            const turn = [...kept.keys()][one.forgotten % (kept.size || 1)] ?? '';
            kept.delete(turn);
            await Promise.all([store.remove(turn), test.store.flush()]);
          } else {
            await store.makeRoom(one.maxBytes, 0);
          }
          await checkAll(kept);
        }
        await Promise.all([...[...kept.keys()].map((id) => store.remove(id)), test.store.flush()]);
        assert.equal(await query('SELECT count(*) AS n FROM checkpoint_chunks'), 0);
      }),
      { numRuns: 15 },
    );
  });

  async function checkAll(kept: Map<string, string>): Promise<void> {
    for (const [turn, text] of kept) {
      const [file] = (await store.readSince('a', turn)).files;
      if (file?.state === 'text') {
        assert.equal((await read(text)) === text, true, turn);
      } else {
        assert.equal(file?.state, 'dropped');
        kept.delete(turn);
      }
    }
    const orphans = await query(`
      SELECT count(*) AS n FROM checkpoint_chunks c WHERE NOT EXISTS (
        SELECT 1 FROM checkpoint_runs WHERE c.row >= first_chunk AND c.row < first_chunk + count)`);
    assert.equal(orphans, 0);
  }

  it('says that it is damaged where a chunk is another one, does not unpack or is gone', async () => {
    const text = noise(50_000, 5);
    const damages = [
      "UPDATE checkpoint_chunks SET content = x'00', encoding = 'plain' WHERE row = 3",
      "UPDATE checkpoint_chunks SET content = x'0102', encoding = 'gzip' WHERE row = 2",
      'DELETE FROM checkpoint_chunks WHERE row = 2',
    ];
    for (const damage of damages) {
      const turn = await keep(text);
      assert.equal(await run(damage), 1);
      await assert.rejects(
        read(text),
        (error) => error instanceof UserError && /damaged/.test(error.message),
      );
      await Promise.all([store.remove(turn), test.store.flush()]);
    }
  });

  it('keeps a file whole where its chunks are let go of in the middle of it', async () => {
    const text = noise(50_000, 5);
    const old = await keep(text);
    const other = await openThreadStore({ path: test.path, clock: test.clock });
    const next = `${text}more`;
    // What is found to be there goes before what refers to it is committed.
    const kept = keep(next);
    const removed = new SqliteCheckpointStore(other.connection).remove(old);
    await Promise.all([other.store.flush(), removed, kept]);
    other.store.dispose();
    assert.equal((await read(next)) === next, true);
    await assert.rejects(read(text), /gone/);
  });

  it('brings along what was kept whole before', async () => {
    const folder = createTemporaryFolder('contents');
    const path = join(folder.path, 'threads.db');
    const version = threadMigrations.findIndex((sql) => sql.includes('checkpoint_runs'));
    const database = new SqliteDatabase(path);
    migrate(database, threadMigrations.slice(0, version));
    const text = noise(50_000, 9);
    const hash = contentHash(text);
    database.exec(`
      INSERT INTO threads (id, workspace, title, is_title_by_user, created_at, updated_at, usage, system_prompt)
        VALUES ('a', 'w', 't', 0, 0, 0, '{}', '');
      INSERT INTO checkpoints (id, thread_id, kind, created_at) VALUES ('t', 'a', 'turn', 0);`);
    const keep =
      "INSERT INTO checkpoint_contents (hash, kept_bytes, encoding, content) VALUES (?, 50000, 'plain', ?)";
    database.run(keep, [hash, Buffer.from(text)]);
    const file =
      "INSERT INTO checkpoint_files (checkpoint_id, path, state, size_bytes, text_hash) VALUES ('t', '/w/a', 'text', 50000, ?)";
    database.run(file, [hash]);
    database.close();
    const opened = await openThreadStore({ path, clock: new FakeClock() });
    const old = new SqliteCheckpointStore(opened.connection);
    assert.equal(Buffer.from(await old.readContent(hash)).toString() === text, true);
    await Promise.all([old.remove('t'), opened.store.flush()]);
    await assert.rejects(old.readContent(hash), /gone/);
    opened.store.dispose();
    folder.dispose();
  });
});

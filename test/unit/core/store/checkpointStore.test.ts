import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import {
  type FileBefore,
  type KeptFile,
  SqliteCheckpointStore,
} from '../../../../src/core/store/checkpointStore.ts';
import { contentHash } from '../../../../src/core/store/contentHash.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import { noise } from './noise.ts';
import { assistantMessage, threadRecord, userMessage } from './records.ts';
import { createTestStore, type TestStore } from './testStore.ts';

const text = (content: string, bytes?: Uint8Array): FileBefore => ({
  kind: 'text',
  text: content,
  bytes,
  mode: 0o644,
});
const file = (path: string, before: FileBefore, left = 'left'): KeptFile => ({
  path,
  before,
  left,
});

describe('SqliteCheckpointStore', () => {
  let test: TestStore;
  let store: SqliteCheckpointStore;

  beforeEach(async () => {
    test = await createTestStore();
    store = new SqliteCheckpointStore(test.connection);
    for (const id of ['a', 'b']) {
      void test.store.createThread(threadRecord(id));
    }
    void test.store.putMessage(userMessage('a', 0));
    void test.store.putMessage(assistantMessage('a', 1));
    void test.store.putMessage(userMessage('a', 2));
    await test.store.flush();
  });

  afterEach(() => test.dispose());

  const begin = async (id: string, kind: 'turn' | 'restore' = 'turn', threadId = 'a') => {
    void store.begin({ id, threadId, kind, createdAt: 5 });
  };
  const count = (table: string): Promise<number> =>
    test.connection.read(() =>
      Number(test.connection.database.get(`SELECT count(*) AS n FROM ${table}`)?.['n']),
    );

  it('gives back what was kept, to the byte', async () => {
    await begin('t0');
    const latin = Uint8Array.from([0x63, 0x61, 0x66, 0xe9]);
    await store.keep('t0', [
      file('/w/a', text('one\r\ntwo\u0000')),
      file('/w/latin', text('café', latin)),
      file('/w/new', { kind: 'missing' }),
      file('/w/big', { kind: 'tooLarge', sizeBytes: 77 }),
    ]);
    const { files, hasCommands } = await store.readSince('a', 't0');
    assert.equal(hasCommands, false);
    assert.deepEqual(
      files.map(({ path, state, own }) => [path, state, own[0]]),
      [
        ['/w/a', 'text', 'left'],
        ['/w/latin', 'text', 'left'],
        ['/w/new', 'missing', 'left'],
        ['/w/big', 'tooLarge', 'left'],
      ],
    );
    assert.equal(files[3]?.sizeBytes, 77);
    const content = await store.readContent(files[0]?.textHash ?? '');
    assert.equal(Buffer.from(content).toString(), 'one\r\ntwo\u0000');
    assert.deepEqual(
      Buffer.from(await store.readContent(files[1]?.bytesHash ?? '')),
      Buffer.from(latin),
    );
    assert.equal(files[1]?.mode, 0o644);
  });

  it('is in the file once it says so, whatever becomes of the window', async () => {
    await begin('t0');
    await store.keep('t0', [file('/w/a', text('before'))]);
    // The first connection commits nothing more: it might as well be dead.
    const other = await openThreadStore({ path: test.path, clock: test.clock });
    const { files } = await new SqliteCheckpointStore(other.connection).readSince('a', 't0');
    other.store.dispose();
    assert.equal(files[0]?.textHash, contentHash('before'));
  });

  it('keeps the first state of a file, and knows what was left in it last', async () => {
    await begin('t0');
    await begin('t2');
    await store.keep('t0', [file('/w/a', text('one'))]);
    await store.keep('t0', [file('/w/a', text('not this'), 'then')]);
    await store.keep('t2', [file('/w/a', text('two'), 'later'), file('/w/b', text('b'))]);
    void store.noteCommands('t2');
    const all = await store.readSince('a', 't0');
    assert.deepEqual(
      all.files.map((one) => [one.path, one.textHash, one.own[0]]),
      [
        ['/w/a', contentHash('one'), 'later'],
        ['/w/b', contentHash('b'), 'left'],
      ],
    );
    assert.equal(all.hasCommands, true);
    const [first] = (await store.readSince('a', 't2')).files;
    assert.equal(first?.textHash, contentHash('two'));
    assert.equal(await count('checkpoint_contents'), 3, 'what nobody refers to is not kept');
    void store.noteLeft('t2', '/w/a', 'at last');
    assert.equal((await store.readSince('a', 't2')).files[0]?.own[0], 'at last');
  });

  it('knows whether somebody else changed a file in between', async () => {
    await begin('t0');
    await begin('t2');
    const [one, two] = [contentHash('one'), contentHash('two')];
    await store.keep('t0', [
      file('/w/ours', text('zero'), one),
      file('/w/theirs', text('zero'), one),
      file('/w/made', { kind: 'missing' }, one),
      // The turn did not get as far as changing it.
      file('/w/untouched', text('one'), two),
    ]);
    await store.keep('t2', [
      file('/w/ours', text('one'), two),
      file('/w/theirs', text('typed'), two),
      file('/w/made', { kind: 'missing' }, two),
      file('/w/untouched', text('one'), two),
    ]);
    const unbroken = (await store.readSince('a', 't0')).files.map((state) => state.isUnbroken);
    assert.deepEqual(unbroken, [true, false, true, true]);
    // What was kept may go; that it was the same does not.
    await store.makeRoom(0, 0);
    const after = (await store.readSince('a', 't0')).files.map((state) => state.isUnbroken);
    assert.deepEqual(after, unbroken);
  });

  it('leaves other threads alone, and knows threads older than checkpoints', async () => {
    await begin('t0');
    await begin('x', 'turn', 'b');
    await store.keep('x', [file('/w/x', text('x'))]);
    await store.keep('t0', [file('/w/a', text('a'))]);
    const paths = async (id: string) =>
      (await store.readSince('a', id)).files.map(({ path }) => path);
    assert.deepEqual(await paths('t0'), ['/w/a']);
    assert.deepEqual(await paths('a turn of before'), ['/w/a']);
  });

  it('keeps equal contents once, until the last file that refers to them goes', async () => {
    await begin('t0');
    await begin('t2');
    await store.keep('t0', [file('/w/a', text('same')), file('/w/b', text('same'))]);
    await store.keep('t2', [file('/w/c', text('same'))]);
    assert.equal(await count('checkpoint_contents'), 1);
    await Promise.all([store.forget('t0', ['/w/a', '/w/b']), test.store.flush()]);
    assert.equal(await count('checkpoint_contents'), 1);
    await Promise.all([store.remove('t2'), test.store.flush()]);
    assert.deepEqual([await count('checkpoint_files'), await count('checkpoint_contents')], [0, 0]);
  });

  it('lets the oldest contents go to make room, and says so of their files', async () => {
    await begin('t0');
    await begin('t2');
    const old = Array.from({ length: 40 }, (_, n) => file(`/w/${n}`, text(noise(4_000, n + 1))));
    await store.keep('t0', old);
    await store.keep('t2', [file('/w/last', text(noise(4_000, 99)))]);
    await store.makeRoom(40_000, 0);
    const { files } = await store.readSince('a', 't0');
    assert.equal(files.length, 41);
    assert.equal(files[0]?.state, 'dropped');
    assert.equal(files[40]?.state, 'text');
    const bytes = await test.connection.read(() =>
      test.connection.database.get('SELECT sum(kept_bytes) AS n FROM checkpoint_chunks'),
    );
    assert.ok(Number(bytes?.['n']) <= 40_000);
    await store.makeRoom(0, 0);
    assert.equal(await count('checkpoint_contents'), 0);
  });

  it('goes with its thread, once that can no longer be taken back', async () => {
    await begin('t0');
    await store.keep('t0', [file('/w/a', text('secret'))]);
    await Promise.all([test.store.deleteThread('a'), test.store.flush()]);
    await store.makeRoom(1_000_000, test.clock.wallTime());
    assert.equal(await count('checkpoint_contents'), 1, 'it may still be taken back');
    await store.makeRoom(1_000_000, test.clock.wallTime() + 1);
    assert.deepEqual([await count('checkpoints'), await count('checkpoint_contents')], [0, 0]);
  });

  it('refuses what is gone or damaged', async () => {
    await begin('t0');
    await store.keep('t0', [file('/w/a', text('before '.repeat(500)))]);
    const hash = contentHash('before '.repeat(500));
    await assert.rejects(store.readContent('nonsense'), UserError);
    await test.connection.read(() =>
      test.connection.database.run("UPDATE checkpoint_chunks SET content = x'00', encoding = ?", [
        'plain',
      ]),
    );
    await assert.rejects(store.readContent(hash), /damaged/);
  });

  it('tells from which turn on there is something to restore', async () => {
    assert.deepEqual(await store.readSummary('a'), {});
    await begin('t0');
    await begin('t2');
    assert.deepEqual(await store.readSummary('a'), {});
    await store.keep('t0', [file('/w/a', text('a'))]);
    assert.deepEqual(await store.readSummary('a'), { lastTurnId: 't0' });
    await begin('r', 'restore');
    await store.keep('r', [file('/w/a', text('b'))]);
    await Promise.all([store.noteSetAside('r', ['a-2']), test.store.flush()]);
    assert.deepEqual(await store.readSummary('a'), {
      lastTurnId: 't2',
      restore: { id: 'r', setAside: ['a-2'] },
    });
    await Promise.all([test.store.setAsideFrom('a', 2), test.store.flush()]);
    assert.equal((await store.readSummary('a')).lastTurnId, 't0');
  });
});

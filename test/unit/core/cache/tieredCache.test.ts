import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Lifetime } from '../../../../src/core/cache/answerPolicy.ts';
import { CacheKeyGenerator } from '../../../../src/core/cache/cacheKeys.ts';
import { TieredCache, type TieredCacheOptions } from '../../../../src/core/cache/tieredCache.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const lifetime = { freshMs: 1_000, staleMs: 0 };
const keys = new CacheKeyGenerator(() => ({ workspace: 'w', owner: 'u' }));
const file = '/home/ada/a.ts';

describe('The tiered cache', () => {
  let folder: TemporaryFolder;
  let clock: FakeClock;
  let problems: unknown[];
  const open: TieredCache[] = [];

  beforeEach(() => {
    folder = createTemporaryFolder('cache');
    clock = new FakeClock();
    problems = [];
  });

  afterEach(() => {
    for (const cache of open.splice(0)) {
      cache.dispose();
    }
    folder.dispose();
  });

  function path(): string {
    return join(folder.path, 'cache.db');
  }

  /** A cache as one window has it. */
  function aCache(overrides: Partial<TieredCacheOptions> = {}): TieredCache {
    const cache = new TieredCache({
      clock,
      memoryBytes: () => 1_000_000,
      diskBytes: () => 1_000_000,
      diskPath: path(),
      onProblem: (error) => problems.push(error),
      ...overrides,
    });
    open.push(cache);
    return cache;
  }

  /** As a stage does it: looks, then keeps. */
  async function put(
    cache: TieredCache,
    key: string,
    value: unknown,
    { files, ...rest }: Partial<Lifetime> & { readonly files?: readonly string[] } = {},
  ): Promise<void> {
    await cache.get(key);
    const keeping = cache.begin(key, files ? { files } : {});
    keeping.keep(value, { ...lifetime, ...rest });
    keeping.end();
  }

  const random = (length: number): string =>
    Array.from({ length }, () => String.fromCharCode(33 + Math.random() * 90)).join('');

  for (const value of [null, 0, '', false, [], { a: [null, 'é\ud83d\ude00'] }]) {
    it(`keeps ${JSON.stringify(value)} in memory, on disk and in the next window`, async () => {
      const first = aCache();
      assert.equal(await first.get('k'), undefined);
      await put(first, 'k', value);
      assert.deepEqual(await first.get('k'), { value, isStale: false, tier: 'memory' });
      const second = aCache();
      assert.deepEqual(await second.get('k'), { value, isStale: false, tier: 'disk' });
      assert.deepEqual(await second.get('k'), { value, isStale: false, tier: 'memory' });
    });
  }

  it('opens the disk on first use alone', async () => {
    const cache = aCache();
    cache.invalidateFile(file);
    assert.ok(!existsSync(path()));
    await cache.get('k');
    assert.ok(existsSync(path()));
  });

  it('forgets in both tiers when the time is over', async () => {
    const cache = aCache();
    await put(cache, 'k', 1);
    await clock.advance(999);
    assert.equal((await cache.get('k'))?.isStale, false);
    await clock.advance(2);
    assert.equal(await cache.get('k'), undefined);
    assert.equal(await aCache().get('k'), undefined);
  });

  it('gives a stale value at once and loads a new one behind it, once', async () => {
    const cache = aCache();
    await put(cache, 'k', 'old', { staleMs: 1_000 });
    await clock.advance(1_500);
    let loads = 0;
    const load = async (): Promise<string> => {
      loads += 1;
      return 'new';
    };
    const isValue = (value: unknown): value is string => typeof value === 'string';
    const ask = (): Promise<string | undefined> =>
      cache.getOrLoad('k', load, { lifetime, isValue });
    assert.deepEqual(await Promise.all([ask(), ask()]), ['old', 'old']);
    await settle();
    assert.equal(await ask(), 'new');
    assert.equal(loads, 1);
  });

  it('loads once for all who miss, keeps falsy values, and neither errors nor undefined', async () => {
    const cache = aCache();
    const options = { lifetime, isValue: (value: unknown): value is number => value === 0 };
    let loads = 0;
    const results = [new Error('no'), undefined, 0];
    const load = async (): Promise<number | undefined> => {
      const result = results[loads];
      loads += 1;
      await settle();
      if (result instanceof Error) {
        throw result;
      }
      return result;
    };
    const three = (): Promise<PromiseSettledResult<number | undefined>[]> =>
      Promise.allSettled([1, 2, 3].map(() => cache.getOrLoad('k', load, options)));
    assert.deepEqual(
      (await three()).map((one) => one.status),
      Array(3).fill('rejected'),
    );
    assert.deepEqual(
      (await three()).map((one) => one.status),
      Array(3).fill('fulfilled'),
    );
    assert.equal(loads, 2);
    await three();
    await three();
    assert.equal(loads, 3);
  });

  it('forgets by segment in all tiers, and what was on its way', async () => {
    const cache = aCache();
    const explain = keys.key({ namespace: 'answer', operation: 'explain' }, 1);
    const inThread = keys.key({ namespace: 'answer', operation: 'explain', thread: 't:1' }, 1);
    await put(cache, explain, 1);
    await put(cache, inThread, 2);
    const late = cache.begin(inThread);
    await cache.invalidate({ thread: 't:1' });
    late.keep(3, lifetime);
    late.end();
    for (const window of [cache, aCache()]) {
      assert.equal((await window.get(explain))?.value, 1);
      assert.equal(await window.get(inThread), undefined);
    }
  });

  it('forgets what is about a changed file, in all tiers, and what was on its way', async () => {
    const cache = aCache();
    await put(cache, 'about', 1, { files: [file, '/home/ada/b.ts'] });
    await put(cache, 'other', 2, { files: ['/home/ada/c.ts'] });
    const late = cache.begin('late', { files: [file] });
    cache.invalidateFile(file);
    late.keep(3, lifetime);
    late.end();
    for (const window of [cache, aCache()]) {
      assert.equal(await window.get('about'), undefined);
      assert.equal(await window.get('late'), undefined);
      assert.equal((await window.get('other'))?.value, 2);
    }
  });

  it('knows files of an answer that came from the disk, and changes from before it was opened', async () => {
    await put(aCache(), 'k', 1, { files: [file] });
    const early = aCache();
    const promoted = aCache();
    assert.equal((await promoted.get('k'))?.tier, 'disk');
    promoted.invalidateFile(file);
    assert.equal(await promoted.get('k'), undefined);
    await put(promoted, 'k', 1, { files: [file] });
    early.invalidateFile(file);
    assert.equal(await early.get('k'), undefined);
  });

  it('stays below its limits, and keeps what was used last', async () => {
    const disk = aCache({ memoryBytes: () => 20_000, diskBytes: () => 60_000 });
    await put(disk, 'used', random(2_000), { freshMs: 1e9 });
    for (let at = 0; at < 60; at += 1) {
      await clock.advance(3_600_000);
      assert.ok(await aCache({ memoryBytes: () => 1 }).get('used'), `used at ${at}`);
      await put(disk, `k${at}`, random(2_000), { freshMs: 1e9 });
    }
    const memoryOnly = aCache({ memoryBytes: () => 20_000, diskBytes: () => 0 });
    for (let at = 0; at < 60; at += 1) {
      await put(memoryOnly, `k${at}`, random(2_000));
      await memoryOnly.get('k0');
    }
    assert.ok(await memoryOnly.get('k0'));
    assert.equal(await memoryOnly.get('k1'), undefined);
    const { bytes = 0, limitBytes, entries = 0, evictions = 0 } = memoryOnly.sizes().memory;
    assert.ok(bytes > 0 && bytes <= 20_000);
    assert.equal(limitBytes, 20_000);
    assert.equal(entries + evictions, 60);
    const other = aCache();
    assert.equal(await other.get('k0'), undefined);
    assert.ok(await other.get('k59'));
    assert.ok(statSync(path()).size < 200_000, 'some pages beside the limit');
  });

  it('does not keep what is larger than a tier', async () => {
    const cache = aCache({ memoryBytes: () => 1_000, diskBytes: () => 10_000 });
    await put(cache, 'small', 1);
    await put(cache, 'huge', random(20_000));
    assert.equal(await cache.get('huge'), undefined);
    assert.equal((await cache.get('small'))?.value, 1);
  });

  it('makes new limits hold at once, and gives room back', async () => {
    let limit = 1_000_000;
    const cache = aCache({ memoryBytes: () => limit + 1, diskBytes: () => limit });
    for (let at = 0; at < 100; at += 1) {
      await put(cache, `k${at}`, random(2_000));
    }
    limit = 10_000;
    cache.applyLimits();
    assert.equal(await cache.get('k0'), undefined);
    assert.equal((await cache.get('k99'))?.tier, 'memory');
    limit = 0;
    cache.applyLimits();
    assert.equal(await aCache().get('k99'), undefined);
  });

  it('clears everything for all windows', async () => {
    const first = aCache();
    await put(first, keys.key({ namespace: 'a', operation: 'o' }, 1), random(100_000));
    const second = aCache();
    await second.clear();
    second.dispose();
    first.dispose();
    assert.ok(statSync(path()).size < 80_000);
  });

  it('is shared by two windows at the same time', async () => {
    const windows = [aCache(), aCache()] as const;
    for (let at = 0; at < 40; at += 1) {
      await put(at % 2 ? windows[0] : windows[1], `k${at}`, at);
    }
    for (let at = 0; at < 40; at += 1) {
      assert.equal((await (at % 2 ? windows[1] : windows[0]).get(`k${at}`))?.value, at);
    }
    assert.deepEqual(problems, []);
  });

  it('goes on without the disk while another process holds it', async () => {
    const cache = aCache();
    await put(cache, 'k', 1);
    const other = new DatabaseSync(path());
    other.exec('BEGIN IMMEDIATE');
    await put(cache, 'm', 2);
    assert.equal((await cache.get('m'))?.tier, 'memory');
    other.exec('ROLLBACK');
    other.close();
    await put(cache, 'n', 3);
    assert.equal((await aCache().get('n'))?.value, 3);
    assert.deepEqual(problems, []);
  });

  it('replaces a damaged file without a word and leaves no copy', async () => {
    const before = aCache();
    await put(before, 'k', random(50_000));
    before.dispose();
    writeFileSync(path(), 'not a database at all\n'.repeat(400));
    const cache = aCache();
    assert.equal(await cache.get('k'), undefined);
    await put(cache, 'k', 1);
    assert.equal((await aCache().get('k'))?.value, 1);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.includes('damaged')),
      [],
    );
  });

  it('begins anew when the file turns out to be damaged in use', async () => {
    const before = aCache();
    for (let at = 0; at < 200; at += 1) {
      await put(before, `k${at}`, random(2_000));
    }
    before.dispose();
    const bytes = readFileSync(path());
    bytes.fill(0xa5, bytes.length / 2);
    writeFileSync(path(), bytes);
    const cache = aCache();
    for (let at = 0; at < 200; at += 1) {
      await cache.get(`k${at}`);
    }
    await put(cache, 'k', 1);
    assert.equal((await cache.get('k'))?.value, 1);
    assert.ok(problems.length > 0, 'found in use, not at the opening');
    assert.equal((await aCache().get('k'))?.value, 1);
  });

  it('does not give a value whose bytes are not those that were written', async () => {
    await put(aCache(), 'k', 'abc');
    const other = new DatabaseSync(path());
    other.exec(`UPDATE answers SET value = '"abd"'`);
    other.close();
    assert.equal(await aCache().get('k'), undefined);
  });

  it('works in memory alone where the disk cannot be used', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    const cache = aCache({ diskPath: join(folder.path, 'file', 'cache.db') });
    for (let at = 0; at < 10; at += 1) {
      await put(cache, `k${at}`, at);
      assert.equal((await cache.get(`k${at}`))?.tier, 'memory');
    }
    assert.ok(problems.length > 0 && problems.length <= 3);
  });

  it('keeps nothing on disk where the limit is 0', async () => {
    await put(aCache({ diskBytes: () => 0 }), 'k', 1);
    assert.ok(!existsSync(path()));
  });

  it('lets go while the disk is being opened', async () => {
    const cache = aCache();
    const found = cache.get('k');
    cache.dispose();
    assert.equal(await found, undefined);
    assert.deepEqual(problems, []);
  });
});

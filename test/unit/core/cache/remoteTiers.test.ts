import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { CacheEntry } from '../../../../src/core/cache/cacheEntry.ts';
import { CacheKeyGenerator, toGlob } from '../../../../src/core/cache/cacheKeys.ts';
import type { RemoteTier, RemoteTierName } from '../../../../src/core/cache/remoteTier.ts';
import { TieredCache } from '../../../../src/core/cache/tieredCache.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const lifetime = { freshMs: 1_000, staleMs: 10_000 };
const keys = new CacheKeyGenerator(() => ({ workspace: 'w', owner: 'u' }));
const key = keys.key({ namespace: 'answer', operation: 'explain' }, 1);
const shareable = { isShareable: true } as const;

/** A tier in memory that counts what it is asked, and answers when it is let. */
class CountingTier implements RemoteTier {
  readonly name: RemoteTierName;
  readonly kept = new Map<string, CacheEntry>();
  readonly globs: string[] = [];
  reads = 0;
  writes = 0;
  until: Promise<void> = Promise.resolve();

  constructor(name: RemoteTierName) {
    this.name = name;
  }

  get figures() {
    const counts = { hits: 0, misses: this.reads, failures: 0, writes: this.writes };
    const bytes = { bytesRead: 0, bytesWritten: 0 };
    return { state: 'ready', reason: '', rejected: 0, ...counts, ...bytes } as const;
  }

  async get(wanted: string): Promise<CacheEntry | undefined> {
    this.reads += 1;
    await this.until;
    return this.kept.get(wanted);
  }

  set(wanted: string, entry: CacheEntry): void {
    this.writes += 1;
    this.kept.set(wanted, { ...entry, files: [] });
  }

  async invalidate(glob: string): Promise<void> {
    this.globs.push(glob);
    this.kept.clear();
  }

  async flush(): Promise<void> {
    await this.until;
  }

  dispose(): void {
    this.kept.clear();
  }
}

describe('The tiers that a team shares, behind those of the machine', () => {
  let folder: TemporaryFolder;
  let clock: FakeClock;
  let redis: CountingTier;
  let http: CountingTier;
  const open: TieredCache[] = [];

  beforeEach(() => {
    folder = createTemporaryFolder('remote');
    clock = new FakeClock();
    redis = new CountingTier('redis');
    http = new CountingTier('http');
  });

  afterEach(() => {
    for (const cache of open.splice(0)) {
      cache.dispose();
    }
    folder.dispose();
  });

  /** A window; those of one machine share its disk. */
  function aWindow(machine: string, tiers: readonly RemoteTier[] = [redis, http]): TieredCache {
    const cache = new TieredCache({
      clock,
      memoryBytes: () => 1_000_000,
      diskBytes: () => 1_000_000,
      diskPath: join(folder.path, `${machine}.db`),
      onProblem: (error) => assert.fail(String(error)),
    });
    cache.useRemote(tiers);
    open.push(cache);
    return cache;
  }

  function keep(cache: TieredCache, value: unknown, facts: object = shareable): void {
    const keeping = cache.begin(key, facts);
    keeping.keep(value, lifetime);
    keeping.end();
  }

  it('get what is kept, and give it to every other machine once, null as well', async () => {
    keep(aWindow('anna'), null);
    assert.deepEqual([redis.writes, http.writes], [1, 1]);
    const ben = aWindow('ben');
    const tiers = [await ben.get(key, shareable), await ben.get(key, shareable)];
    assert.deepEqual(tiers, [
      { value: null, isStale: false, tier: 'redis' },
      { value: null, isStale: false, tier: 'memory' },
    ]);
    assert.equal((await aWindow('ben').get(key, shareable))?.tier, 'disk', 'the disk has it, too');
    assert.deepEqual([redis.reads, http.reads], [1, 0]);
  });

  it('give what the farthest has to all nearer ones', async () => {
    keep(aWindow('anna', [http]), 'far');
    assert.equal((await aWindow('ben').get(key, shareable))?.tier, 'http');
    assert.deepEqual([redis.writes, http.writes], [1, 1]);
    assert.equal((await aWindow('carl').get(key, shareable))?.tier, 'redis');
  });

  it('see nothing of what is not shareable', async () => {
    const anna = aWindow('anna');
    keep(anna, 'private', {});
    await anna.get('nothing');
    await anna.getOrLoad('loaded', async () => 1, {
      lifetime,
      isValue: (v) => typeof v === 'number',
    });
    assert.deepEqual([redis.reads, redis.writes, http.reads, http.writes], [0, 0, 0, 0]);
    redis.kept.set(key, { text: '"planted"', freshUntil: 9e15, expiresAt: 9e15, files: [] });
    assert.equal(await aWindow('ben').get(key), undefined);
  });

  it('are asked once by all who ask at the same time', async () => {
    keep(aWindow('anna'), 'once');
    const ben = aWindow('ben');
    let answer: () => void = () => undefined;
    redis.until = new Promise((resolve) => {
      answer = resolve;
    });
    const asking = [1, 2, 3].map(() => ben.get(key, shareable));
    await settle();
    answer();
    const values = (await Promise.all(asking)).map((hit) => hit?.value);
    assert.deepEqual([values, redis.reads], [['once', 'once', 'once'], 1]);
  });

  it('get what a machine has kept before there was a team, once', async () => {
    const alone = aWindow('anna', []);
    await alone.get('opens the disk');
    keep(alone, 'kept');
    const joined = aWindow('anna');
    await joined.get(key, shareable);
    assert.deepEqual([redis.kept.size, http.kept.size], [1, 1]);
    const next = aWindow('ben');
    await next.get(key, shareable);
    await next.get(key, shareable);
    assert.deepEqual([redis.writes, http.writes], [1, 1]);
  });

  it('answer in place of what is stale here and was asked anew elsewhere', async () => {
    const [anna, ben] = [aWindow('anna'), aWindow('ben')];
    keep(anna, 'old');
    await ben.get(key, shareable);
    await clock.advance(1_500);
    assert.equal((await ben.get(key, shareable))?.isStale, true, 'nobody has a new one');
    keep(anna, 'new');
    const hit = await ben.get(key, shareable);
    assert.deepEqual([hit?.value, hit?.isStale, hit?.tier], ['new', false, 'redis']);
  });

  it('leave a file of this machine to this machine', async () => {
    const [anna, ben] = [aWindow('anna'), aWindow('ben')];
    keep(anna, 'about it', { ...shareable, files: ['/home/anna/a.ts'] });
    await ben.get(key, { ...shareable, files: ['/home/ben/a.ts'] });
    ben.invalidateFile('/home/ben/a.ts');
    redis.kept.clear();
    http.kept.clear();
    assert.equal(await ben.get(key, shareable), undefined);
    assert.equal((await anna.get(key, shareable))?.value, 'about it');
  });

  it('put nothing here of which the file changes while it is on its way', async () => {
    keep(aWindow('anna'), 'about it');
    const ben = aWindow('ben');
    let answer: () => void = () => undefined;
    redis.until = new Promise((resolve) => {
      answer = resolve;
    });
    const asking = ben.get(key, { ...shareable, files: ['/a.ts'] });
    await settle();
    ben.invalidateFile('/a.ts');
    answer();
    await asking;
    redis.kept.clear();
    http.kept.clear();
    assert.equal(await ben.get(key, shareable), undefined);
  });

  it('forget for all only where that is said', async () => {
    const anna = aWindow('anna');
    keep(anna, 'kept');
    await anna.clear();
    assert.deepEqual([redis.globs, (await anna.get(key, shareable))?.tier], [[], 'redis']);
    await anna.invalidateForTeam({ operation: 'explain' });
    assert.equal(redis.globs.length + http.globs.length, 2);
    assert.equal(await anna.get(key, shareable), undefined);
  });

  it('have another window forget what somebody had the team forget', async () => {
    const ben = aWindow('ben');
    keep(ben, 'kept', {});
    await ben.forget(toGlob({ operation: 'explain' }));
    assert.equal(await ben.get(key), undefined);
  });

  it('are no more once there is no team', async () => {
    const anna = aWindow('anna');
    anna.useRemote([]);
    keep(anna, 1);
    await anna.get('other', shareable);
    assert.deepEqual([redis.reads, redis.writes], [0, 0]);
    const { signal } = new AbortController();
    assert.equal(anna.takeTurn('other', shareable, signal), undefined, 'nothing to wait for');
  });

  it('make nobody without a team wait for one tick more', async () => {
    const ticksOf = async (facts: object): Promise<number> => {
      const alone = aWindow('alone', []);
      keep(alone, 1, facts);
      let ticks = 0;
      let isThere = false;
      const getting = alone.get(key, facts).then(() => {
        isThere = true;
      });
      while (!isThere) {
        ticks += 1;
        await Promise.resolve();
      }
      await getting;
      return ticks;
    };
    assert.equal(await ticksOf(shareable), await ticksOf({}));
    assert.ok((await ticksOf(shareable)) <= 4);
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../../src/base/clock.ts';
import { CacheKeyGenerator } from '../../../../src/core/cache/cacheKeys.ts';
import { openHttpTier } from '../../../../src/core/cache/openHttpTier.ts';
import type { RemoteTier } from '../../../../src/core/cache/remoteTier.ts';
import type { SharedValues } from '../../../../src/core/cache/sharedValues.ts';
import { createTeamKeyText } from '../../../../src/core/cache/teamKeys.ts';
import { type CacheHit, TieredCache } from '../../../../src/core/cache/tieredCache.ts';
import { nginxProgram, startNginx } from '../../../support/servers/nginxServer.ts';
import { redisProgram } from '../../../support/servers/redisServer.ts';
import { describeWith, type ServerProgram } from '../../../support/servers/serverProgram.ts';
import { createMember } from '../../../support/team/sharedKit.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';
import { RedisKit, until } from './redisKit.ts';

const explain = { namespace: 'answer', operation: 'explain' };
const names = { namespace: 'answer', operation: 'names' };
const hour = { freshMs: 3_600_000, staleMs: 3_600_000 };
const shareable = { isShareable: true } as const;

/** A tier, and how a value gets to it from one window and from it to another. */
interface TierUnderTest {
  readonly name: CacheHit['tier'];
  readonly programs: readonly ServerProgram[];
  /** Whether a window can have it forget: a plain store is told by those who run it. */
  readonly canForget: boolean;
  /** Starts what it needs. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Whether a window that reads is another one than that which wrote, on the same machine. */
  readonly readsOn: 'sameWindow' | 'sameMachine' | 'otherMachine';
  open?(values: SharedValues, clock: Clock): Promise<RemoteTier>;
}

const nothing = async (): Promise<void> => undefined;
const kit = new RedisKit();
let nginx: Awaited<ReturnType<typeof startNginx>> | undefined;

const tiers: readonly TierUnderTest[] = [
  {
    name: 'memory',
    programs: [],
    start: nothing,
    stop: nothing,
    readsOn: 'sameWindow',
    canForget: true,
  },
  {
    name: 'disk',
    programs: [],
    start: nothing,
    stop: nothing,
    readsOn: 'sameMachine',
    canForget: true,
  },
  {
    name: 'redis',
    programs: [redisProgram],
    readsOn: 'otherMachine',
    canForget: true,
    start: () => kit.start(),
    stop: () => kit.stop(),
    open: async (values, clock) => {
      const { RedisTier } = await import('../../../../src/core/cache/redisTier.ts');
      const tier = new RedisTier({
        url: kit.server.url,
        values,
        clock,
        onForgotten: () => undefined,
      });
      await until(() => tier.figures.state === 'ready');
      return tier;
    },
  },
  {
    name: 'http',
    programs: [nginxProgram],
    readsOn: 'otherMachine',
    canForget: false,
    start: async () => {
      nginx = await startNginx({ isWritable: true });
    },
    stop: async () => nginx?.dispose(),
    open: async (values, clock) =>
      openHttpTier({
        clock,
        address: nginx?.url ?? '',
        credential: undefined,
        isReadOnly: false,
        values,
      }),
  },
];

for (const tier of tiers) {
  describeWith(tier.programs, `What every tier does: ${tier.name}`, () => {
    let folder: TemporaryFolder;
    let teamKeys: string;
    let aheadMs = 0;
    const opened: { dispose(): void }[] = [];
    const remotes: RemoteTier[] = [];
    const clock: Clock = { ...systemClock, wallTime: () => systemClock.wallTime() + aheadMs };

    before(() => tier.start());
    after(() => tier.stop());
    beforeEach(() => {
      folder = createTemporaryFolder('matrix');
      teamKeys = createTeamKeyText();
      aheadMs = 0;
    });
    afterEach(() => {
      remotes.length = 0;
      for (const one of opened.splice(0)) {
        one.dispose();
      }
      folder.dispose();
    });

    async function aWindow(machine: string): Promise<TieredCache> {
      const cache = new TieredCache({
        clock,
        memoryBytes: () => 10_000_000,
        diskBytes: () => (tier.name === 'memory' ? 0 : 10_000_000),
        diskPath: join(folder.path, `${machine}.db`),
        onProblem: (error) => assert.fail(String(error)),
      });
      opened.push(cache);
      const { values } = createMember(clock, { teamKeys, machine });
      const remote = await tier.open?.(values, clock);
      if (remote) {
        opened.push(remote);
        remotes.push(remote);
        cache.useRemote([remote]);
      }
      await cache.get('opens the disk');
      return cache;
    }

    /** Who writes, and who reads of this tier. */
    async function pair(): Promise<{
      readonly writer: TieredCache;
      readonly reader: () => Promise<TieredCache>;
    }> {
      const writer = await aWindow('writer');
      let at = 0;
      const reader = async (): Promise<TieredCache> => {
        await Promise.all(remotes.map((remote) => remote.flush()));
        if (tier.readsOn === 'sameWindow') {
          return writer;
        }
        at += 1;
        return aWindow(tier.readsOn === 'sameMachine' ? 'writer' : `reader-${at}`);
      };
      return { writer, reader };
    }

    const keys = new CacheKeyGenerator(() => ({ workspace: 'w', owner: 'u' }));
    const key = keys.key(explain, 'question');

    function keep(cache: TieredCache, at: string, value: unknown, lifetime = hour): void {
      const keeping = cache.begin(at, shareable);
      keeping.keep(value, lifetime);
      keeping.end();
    }

    /** However busy this machine is: a read that is given up at the deadline is made again. */
    async function read(cache: TieredCache, at = key): Promise<CacheHit | undefined> {
      while (true) {
        const failures = cache.remoteStates().map(({ figures }) => figures.failures);
        const hit = await cache.get(at, shareable);
        const isWhole = cache
          .remoteStates()
          .every(({ figures }, place) => figures.failures === failures[place]);
        if (hit || isWhole) {
          return hit;
        }
      }
    }

    for (const value of [
      null,
      0,
      '',
      false,
      [],
      { a: ['é\ud83d\ude00', null] },
      'x'.repeat(50_000),
    ]) {
      it(`gives ${JSON.stringify(value).slice(0, 20)} as it was`, async () => {
        const { writer, reader } = await pair();
        keep(writer, key, value);
        assert.deepEqual(await read(await reader()), { value, isStale: false, tier: tier.name });
      });
    }

    it('gives nothing for another question', async () => {
      const { writer, reader } = await pair();
      keep(writer, key, 1);
      assert.equal(await read(await reader(), keys.key(explain, 'other')), undefined);
    });

    it('says when a value is stale, and gives it no more when its time is over', async () => {
      const { writer, reader } = await pair();
      keep(writer, key, 1, { freshMs: 60_000, staleMs: 60_000 });
      aheadMs = 60_000;
      assert.equal((await read(await reader()))?.isStale, true);
      if (tier.name !== 'memory') {
        // Memory counts by the clock that never jumps.
        aheadMs = 120_000;
        assert.equal(await read(await reader()), undefined);
      }
    });

    it('has the last of what is written', async () => {
      const { writer, reader } = await pair();
      for (const value of ['first', 'second', 'last']) {
        keep(writer, key, value);
        await Promise.all(remotes.map((remote) => remote.flush()));
      }
      assert.equal((await read(await reader()))?.value, 'last');
    });

    const itForgets = tier.canForget ? it : undefined;
    itForgets?.('forgets by segment, and nothing else', async () => {
      const { writer, reader } = await pair();
      const other = keys.key(names, 'question');
      keep(writer, key, 1);
      keep(writer, other, 2);
      await Promise.all(remotes.map((remote) => remote.flush()));
      await writer.invalidateForTeam({ operation: 'explain' });
      const window = await reader();
      assert.equal(await read(window), undefined);
      assert.equal((await read(window, other))?.value, 2);
    });

    it('is asked once by all who ask at the same time, and loads once what it has not', async () => {
      const { reader } = await pair();
      const window = await reader();
      let loads = 0;
      const load = async (): Promise<number> => {
        loads += 1;
        return 7;
      };
      const options = {
        ...shareable,
        lifetime: hour,
        isValue: (value: unknown) => typeof value === 'number',
      };
      const values = await Promise.all([1, 2, 3].map(() => window.getOrLoad(key, load, options)));
      assert.deepEqual([values, loads], [[7, 7, 7], 1]);
      assert.equal(await (await reader()).getOrLoad(key, load, options), 7);
      assert.equal(loads, 1);
    });
  });
}

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../../src/base/clock.ts';
import { openHttpTier } from '../../../../src/core/cache/openHttpTier.ts';
import { RedisTier } from '../../../../src/core/cache/redisTier.ts';
import type { RemoteTier } from '../../../../src/core/cache/remoteTier.ts';
import { createTeamKeyText } from '../../../../src/core/cache/teamKeys.ts';
import { type CacheHit, TieredCache } from '../../../../src/core/cache/tieredCache.ts';
import { nginxProgram, startNginx } from '../../../support/servers/nginxServer.ts';
import { redisProgram, startRedis } from '../../../support/servers/redisServer.ts';
import { describeWith, type ServerProgram } from '../../../support/servers/serverProgram.ts';
import { startVarnish, varnishProgram } from '../../../support/servers/varnishServer.ts';
import { createMember, type Member } from '../../../support/team/sharedKit.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

/** A store that runs, and how a member reaches it. */
interface Store {
  open(member: Member): RemoteTier;
  dispose(): Promise<void>;
}

const redis = async (): Promise<Store> => {
  const { url, dispose } = await startRedis();
  const onForgotten = (): void => undefined;
  return {
    dispose,
    open: ({ values }) => new RedisTier({ clock: systemClock, url, values, onForgotten }),
  };
};

const http = (address: string, { values }: Member): RemoteTier =>
  openHttpTier({ clock: systemClock, address, credential: undefined, isReadOnly: false, values });

const nginx = async (): Promise<Store> => {
  const { url, dispose } = await startNginx();
  return { dispose, open: (member) => http(url, member) };
};

const varnish = async (): Promise<Store> => {
  const store = await startNginx();
  const { url, dispose } = await startVarnish({ originPort: store.port });
  return {
    open: (member) => http(url, member),
    dispose: async () => {
      await dispose();
      await store.dispose();
    },
  };
};

/** Stores in the order in which they are asked. */
const combinations: readonly {
  readonly title: string;
  readonly programs: readonly ServerProgram[];
  readonly stores: readonly (() => Promise<Store>)[];
}[] = [
  { title: 'Redis', programs: [redisProgram], stores: [redis] },
  { title: 'nginx', programs: [nginxProgram], stores: [nginx] },
  { title: 'Varnish', programs: [nginxProgram, varnishProgram], stores: [varnish] },
  {
    title: 'Redis, then Varnish',
    programs: [redisProgram, nginxProgram, varnishProgram],
    stores: [redis, varnish],
  },
];
const lifetime = { freshMs: 60_000, staleMs: 60_000 };

for (const { title, programs, stores } of combinations) {
  describeWith(programs, `All tiers on ${title}`, () => {
    let folder: TemporaryFolder;
    let running: Store[];
    let windows: { readonly cache: TieredCache; readonly tiers: readonly RemoteTier[] }[];
    let teamKeys: string;
    const keyOf = (shape: unknown, { keys }: Member): string =>
      keys.key({ namespace: 'answer', operation: 'explain' }, shape);

    before(async () => {
      running = await Promise.all(stores.map((start) => start()));
    });

    after(() => Promise.all(running.map((store) => store.dispose())));

    beforeEach(() => {
      folder = createTemporaryFolder('tiers');
      windows = [];
      teamKeys = createTeamKeyText();
    });

    afterEach(() => {
      for (const { cache, tiers } of windows) {
        cache.dispose();
        for (const tier of tiers) {
          tier.dispose();
        }
      }
      folder.dispose();
    });

    /** A window on a machine of its own, connected. */
    async function aWindow(machine: string, keyText = teamKeys) {
      const member = createMember(systemClock, { teamKeys: keyText, machine });
      const tiers = running.map((store) => store.open(member));
      const cache = new TieredCache({
        clock: systemClock,
        memoryBytes: () => 1_000_000,
        diskBytes: () => 1_000_000,
        diskPath: join(folder.path, `${machine}.db`),
        onProblem: (error) => assert.fail(String(error)),
      });
      cache.useRemote(tiers);
      windows.push({ cache, tiers });
      while (tiers.some(({ figures }) => figures.state !== 'ready')) {
        await cache.get(keyOf('nothing', member), { isShareable: true });
        await sleep(5);
      }
      // A read that this machine is too busy for is none.
      const find = async (shape: unknown): Promise<CacheHit | undefined> => {
        const failures = (): number =>
          tiers.reduce((sum, { figures }) => sum + figures.failures, 0);
        const before = failures();
        const hit = await cache.get(keyOf(shape, member), { isShareable: true });
        return hit || failures() === before ? hit : find(shape);
      };
      const keep = async (shape: unknown, value: unknown): Promise<void> => {
        const keeping = cache.begin(keyOf(shape, member), { isShareable: true });
        keeping.keep(value, lifetime);
        keeping.end();
        await Promise.all(tiers.map((tier) => tier.flush()));
      };
      return { cache, tiers, find, keep };
    }

    for (const value of [null, 0, '', false, [], { text: 'é\ud83d\ude00'.repeat(5_000) }]) {
      it(`gives ${JSON.stringify(value).slice(0, 9)} to another machine, and keeps it there`, async () => {
        const [ada, ben] = [await aWindow('ada'), await aWindow('ben')];
        assert.equal(await ben.find(value), undefined);
        await ada.keep(value, value);
        const hit = await ben.find(value);
        assert.deepEqual(hit?.value, value);
        assert.equal(hit?.tier, ben.tiers[0]?.name);
        assert.equal((await ben.find(value))?.tier, 'memory');
      });
    }

    it('fills the nearer tiers from the farthest', async () => {
      const [ada, ben] = [await aWindow('ada'), await aWindow('ben')];
      ada.cache.useRemote(ada.tiers.slice(-1));
      await ada.keep('far', 1);
      assert.equal((await ben.find('far'))?.tier, ben.tiers.at(-1)?.name);
      await Promise.all(ben.tiers.map((tier) => tier.flush()));
      const cleo = await aWindow('cleo');
      cleo.cache.useRemote(cleo.tiers.slice(0, 1));
      assert.equal((await cleo.find('far'))?.tier, cleo.tiers[0]?.name);
    });

    it('forgets for the whole team, and finds what is kept anew', async () => {
      const ada = await aWindow('ada');
      await ada.keep('x', 'old');
      await ada.cache.invalidateForTeam({});
      const ben = await aWindow('ben');
      assert.equal(await ben.find('x'), undefined);
      await ada.keep('x', 'new');
      assert.equal((await ben.find('x'))?.value, 'new');
    });

    it('shows nothing to whoever has another key', async () => {
      await (await aWindow('ada')).keep('x', 'ours');
      const stranger = await aWindow('eve', createTeamKeyText());
      assert.equal(await stranger.find('x'), undefined);
      assert.ok(stranger.tiers.every(({ figures }) => figures.bytesRead === 0));
    });
  });
}

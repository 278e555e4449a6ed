/** The stores that a team can share, each a real server where it is installed. */
import { systemClock } from '../../src/base/clock.ts';
import { openHttpTier } from '../../src/core/cache/openHttpTier.ts';
import { RedisTier } from '../../src/core/cache/redisTier.ts';
import type { RemoteTier } from '../../src/core/cache/remoteTier.ts';
import type { SharedValues } from '../../src/core/cache/sharedValues.ts';
import { nginxProgram, startNginx } from '../support/servers/nginxServer.ts';
import { redisProgram, startRedis } from '../support/servers/redisServer.ts';
import type { ServerProgram } from '../support/servers/serverProgram.ts';
import { startVarnish, varnishProgram } from '../support/servers/varnishServer.ts';

/** A store that runs. */
export interface TeamStore {
  /** What editors connect to. */
  readonly port: number;
  openTier(values: SharedValues): RemoteTier;
  dispose(): Promise<void>;
}

export interface TeamStoreKind {
  readonly name: string;
  readonly programs: readonly ServerProgram[];
  start(): Promise<TeamStore>;
}

const kinds: readonly TeamStoreKind[] = [
  {
    name: 'redis',
    programs: [redisProgram],
    start: async () => {
      const { url, port, dispose } = await startRedis();
      const onForgotten = (): void => undefined;
      return {
        port,
        dispose,
        openTier: (values) => new RedisTier({ clock: systemClock, url, values, onForgotten }),
      };
    },
  },
  {
    name: 'nginx',
    programs: [nginxProgram],
    start: async () => {
      const { url, port, dispose } = await startNginx();
      return { port, dispose, openTier: (values) => httpTier(url, values) };
    },
  },
  {
    name: 'varnish',
    programs: [nginxProgram, varnishProgram],
    start: async () => {
      const store = await startNginx();
      const { url, port, dispose } = await startVarnish({ originPort: store.port });
      return {
        port,
        openTier: (values) => httpTier(url, values),
        dispose: async () => {
          await dispose();
          await store.dispose();
        },
      };
    },
  },
];

export const installedStores = kinds.filter(isInstalled);
export const missingStores = kinds.filter((kind) => !isInstalled(kind));

function isInstalled({ programs }: TeamStoreKind): boolean {
  return programs.every(({ path }) => path !== undefined);
}

function httpTier(address: string, values: SharedValues): RemoteTier {
  return openHttpTier({
    clock: systemClock,
    address,
    credential: undefined,
    isReadOnly: false,
    values,
  });
}

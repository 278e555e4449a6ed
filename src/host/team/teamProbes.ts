import { systemClock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import { checkHttpCache } from '../../core/cache/checkHttpCache.ts';
import { toHttpCacheAccess } from '../../core/cache/httpCacheAddress.ts';
import { createTeamKeyText, parseTeamKeys } from '../../core/cache/teamKeys.ts';
import { createHttpFetch } from '../../core/model/httpFetch.ts';
import { readEnvironment } from '../environment.ts';
import { hostFetch, systemAuthorities } from '../proxySettings.ts';
import type { VsCodeSettings } from '../settings.ts';
import type { TeamKeys, TeamProbes } from './connectFlow.ts';
import type { SetUpFlowParts } from './setUpFlow.ts';

/** How the team's key is made and told from other text. */
export const teamKeys: TeamKeys = {
  generate: createTeamKeyText,
  problem: (text) => {
    try {
      parseTeamKeys(text);
      return undefined;
    } catch (error) {
      return toError(error).message;
    }
  },
};

/** Makes a team's database, or brings it to this version, and lets members in. */
export function createSetUp(settings: VsCodeSettings): SetUpFlowParts['setUp'] {
  return async (address, password, members) => {
    const [{ setUpTeamDatabase }, { databaseOptions }] = await Promise.all([
      import('../../core/store/postgres/setUpTeamDatabase.ts'),
      import('./openTeamServer.ts'),
    ]);
    await setUpTeamDatabase(databaseOptions(settings, address, password), members);
  };
}

/**
 * What tries the addresses of a team's servers out before they are kept. The clients of the servers
 * load with the first that is tried.
 */
export function createProbes(settings: VsCodeSettings): TeamProbes {
  return {
    database: async (address, password) => {
      const { openTeamServer } = await import('./openTeamServer.ts');
      const server = openTeamServer(settings, address, password);
      try {
        await server.check();
      } finally {
        server.dispose();
      }
    },
    redis: async (url, password) => {
      const { checkRedis } = await import('../../core/cache/checkRedis.ts');
      const moreAuthorities = systemAuthorities(settings);
      await checkRedis({ url, password, moreAuthorities }, systemClock);
    },
    cache: async (address, token) => {
      const http = createHttpFetch(systemClock, () => systemAuthorities(settings));
      try {
        const fetch = hostFetch(settings, readEnvironment()) ?? http.fetch;
        await checkHttpCache(toHttpCacheAccess(address, token), fetch, systemClock);
      } finally {
        await http.dispose();
      }
    },
  };
}

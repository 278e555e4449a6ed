import { systemClock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import { checkHttpCache } from '../../core/cache/checkHttpCache.ts';
import { checkRedis } from '../../core/cache/checkRedis.ts';
import { toHttpCacheAccess } from '../../core/cache/httpCacheAddress.ts';
import { createTeamKeyText, parseTeamKeys } from '../../core/cache/teamKeys.ts';
import { createHttpFetch } from '../../core/model/httpFetch.ts';
import { readEnvironment } from '../environment.ts';
import { hostFetch, systemAuthorities } from '../proxySettings.ts';
import type { VsCodeSettings } from '../settings.ts';
import type { TeamKeys, TeamProbes } from './connectFlow.ts';
import { openTeamServer } from './openTeamServer.ts';

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

/** What tries the addresses of a team's servers out before they are kept. */
export function createProbes(settings: VsCodeSettings): TeamProbes {
  return {
    database: async (address, password) => {
      const server = openTeamServer(settings, address, password);
      try {
        await server.check();
      } finally {
        server.dispose();
      }
    },
    redis: (url, password) => {
      const moreAuthorities = systemAuthorities(settings);
      return checkRedis({ url, password, moreAuthorities }, systemClock);
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

import { systemClock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import { checkHttpCache } from '../../core/cache/checkHttpCache.ts';
import { checkRedis } from '../../core/cache/checkRedis.ts';
import { toHttpCacheAccess } from '../../core/cache/httpCacheAddress.ts';
import { createTeamKeyText, parseTeamKeys } from '../../core/cache/teamKeys.ts';
import { createHttpFetch } from '../../core/model/httpFetch.ts';
import { setUpTeamDatabase } from '../../core/store/postgres/setUpTeamDatabase.ts';
import { readEnvironment } from '../environment.ts';
import { hostFetch, systemAuthorities } from '../proxySettings.ts';
import type { VsCodeSettings } from '../settings.ts';
import type { TeamKeys, TeamProbes } from './connectFlow.ts';
import { databaseOptions, openTeamServer } from './openTeamServer.ts';
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
  return (address, password, members) =>
    setUpTeamDatabase(databaseOptions(settings, address, password), members);
}

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

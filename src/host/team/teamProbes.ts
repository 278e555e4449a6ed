import type { VsCodeSettings } from '../settings.ts';
import type { TeamProbes } from './connectFlow.ts';
import { openTeamServer } from './openTeamServer.ts';

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
  };
}

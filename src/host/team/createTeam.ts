import { openTeamServer } from './openTeamServer.ts';
import { TeamFeature, type TeamFeatureParts } from './teamFeature.ts';
import type { TeamSecrets } from './teamSecrets.ts';

/**
 * What a team's database adds to this window. Loaded only where one is set: with it comes the client
 * of PostgreSQL.
 */
export async function createTeamFeature(
  parts: Omit<TeamFeatureParts, 'server'> & { readonly secrets: TeamSecrets },
): Promise<TeamFeature> {
  const { settings, address, secrets } = parts;
  const server = openTeamServer(settings, address, await secrets.password(address));
  return new TeamFeature({ ...parts, server });
}

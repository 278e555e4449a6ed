import type { Telemetry } from '../../core/telemetry/telemetry.ts';
import { openTeamServer } from './openTeamServer.ts';
import { TeamFeature, type TeamFeatureParts } from './teamFeature.ts';
import type { TeamSecrets } from './teamSecrets.ts';

export interface CreateTeamParts {
  readonly secrets: TeamSecrets;
  readonly telemetry: Pick<Telemetry, 'observePools'>;
}

/**
 * What a team's database adds to this window. Loaded only where one is set: with it comes the client
 * of PostgreSQL.
 */
export async function createTeamFeature(
  parts: Omit<TeamFeatureParts, 'server' | 'measuring'> & CreateTeamParts,
): Promise<TeamFeature> {
  const { settings, address, secrets, telemetry } = parts;
  const server = openTeamServer(settings, address, await secrets.password(address));
  return new TeamFeature({ ...parts, server, measuring: telemetry.observePools(server.pools) });
}

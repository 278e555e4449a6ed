import { systemClock } from '../../base/clock.ts';
import type { DatabasePoolsOptions } from '../../core/store/postgres/databasePools.ts';
import { parsePostgresUrl } from '../../core/store/postgres/postgresAddress.ts';
import { PostgresTeamServer } from '../../core/store/postgres/postgresTeamServer.ts';
import { systemAuthorities } from '../proxySettings.ts';
import type { VsCodeSettings } from '../settings.ts';

/** A team's database, by the address in the settings or by one that is tried out. */
export function openTeamServer(
  settings: VsCodeSettings,
  url: string,
  password: string | undefined,
): PostgresTeamServer {
  const replica = settings.get('team.databaseReplica');
  return new PostgresTeamServer({
    ...databaseOptions(settings, url, password),
    ...(replica === '' ? {} : { replica: parsePostgresUrl(replica) }),
  });
}

/** How to reach it. Throws a `UserError` where the address can't be used. */
export function databaseOptions(
  settings: VsCodeSettings,
  url: string,
  password: string | undefined,
): DatabasePoolsOptions {
  return {
    clock: systemClock,
    address: parsePostgresUrl(url),
    maxConnections: settings.get('team.maxConnections'),
    moreAuthorities: () => systemAuthorities(settings),
    ...(password ? { password } : {}),
  };
}

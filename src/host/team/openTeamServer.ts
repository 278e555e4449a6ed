import { systemClock } from '../../base/clock.ts';
import { DatabasePools } from '../../core/store/postgres/databasePools.ts';
import { parsePostgresUrl } from '../../core/store/postgres/postgresAddress.ts';
import { PostgresTeamServer } from '../../core/team/postgres/postgresTeamServer.ts';
import { systemAuthorities } from '../proxySettings.ts';
import type { VsCodeSettings } from '../settings.ts';

/** A team's database, by the address in the settings or by one that is tried out. */
export function openTeamServer(
  settings: VsCodeSettings,
  url: string,
  password: string | undefined,
): PostgresTeamServer {
  const address = parsePostgresUrl(url);
  const replica = settings.get('team.databaseReplica');
  const pools = new DatabasePools({
    clock: systemClock,
    address,
    maxConnections: settings.get('team.maxConnections'),
    moreAuthorities: () => systemAuthorities(settings),
    ...(password === undefined || password === '' ? {} : { password }),
    ...(replica === '' ? {} : { replica: parsePostgresUrl(replica) }),
  });
  return new PostgresTeamServer({ pools, user: address.user });
}

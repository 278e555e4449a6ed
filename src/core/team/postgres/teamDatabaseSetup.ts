import type { DatabasePools, PostgresTransaction } from '../../store/postgres/databasePools.ts';
import { errorCode } from '../../store/postgres/postgresErrors.ts';
import { ServerRefusedError } from '../serverErrors.ts';
import { teamDatabaseMigrations } from './teamDatabaseSchema.ts';

/** Any number that nothing else in the database locks; this is "slipstrm" in its first eight bytes. */
const migrationLock = 8_317_421;
/** From the catalogue itself: `to_regclass` may answer with what it knew before the lock was had. */
const isThereSql = `
  SELECT EXISTS (
    SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'slipstream' AND c.relname = 'version') AS is_there`;
const newest = teamDatabaseMigrations.length;

/**
 * Brings the team's database to the newest version and checks that this user is a member. Several
 * may do so at once: one does the work. Rejects with `ServerRefusedError` where somebody has to act.
 */
export async function prepareTeamDatabase(pools: DatabasePools, user: string): Promise<void> {
  const version = await readVersion(pools);
  if (version > newest) {
    throw new ServerRefusedError(
      'The team’s database was set up by a newer Slipstream. Update Slipstream to use it; nothing was changed.',
    );
  }
  if (version < newest) {
    await migrate(pools, user);
  }
  const { rows } = await pools.query('SELECT slipstream.my_team() AS team', [], {
    operation: 'team.membership',
    pool: 'write',
  });
  if (typeof rows[0]?.['team'] !== 'string') {
    throw new ServerRefusedError(
      `${user} is not in the team yet. Whoever set its database up lets you in with: SELECT slipstream.add_member('${user}');`,
    );
  }
}

async function readVersion(pools: DatabasePools): Promise<number> {
  const options = { operation: 'team.version', pool: 'write' } as const;
  const found = await pools.query(isThereSql, [], options);
  return found.rows[0]?.['is_there'] === 1
    ? numberIn(await pools.query('SELECT number FROM slipstream.version', [], options))
    : 0;
}

async function migrate(pools: DatabasePools, user: string): Promise<void> {
  try {
    await pools.transaction({ operation: 'team.migrate', pool: 'write' }, runMigrations);
  } catch (error) {
    if (errorCode(error) === '42501') {
      throw new ServerRefusedError(
        `The team’s database is not set up for this version yet, and ${user} may not do that. Let its owner run “Slipstream: Connect to a team” first.`,
        { cause: error },
      );
    }
    throw error;
  }
}

async function runMigrations({ query }: PostgresTransaction): Promise<void> {
  await query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
  const { rows } = await query(isThereSql);
  const isThere = rows[0]?.['is_there'] === 1;
  const version = isThere ? numberIn(await query('SELECT number FROM slipstream.version')) : 0;
  for (const migration of teamDatabaseMigrations.slice(version)) {
    await query(migration);
  }
  await query(
    `INSERT INTO slipstream.version (one, number) VALUES (1, $1)
     ON CONFLICT (one) DO UPDATE SET number = greatest(version.number, excluded.number)`,
    [newest],
  );
}

function numberIn({ rows }: Awaited<ReturnType<DatabasePools['query']>>): number {
  return Number(rows[0]?.['number'] ?? 0);
}

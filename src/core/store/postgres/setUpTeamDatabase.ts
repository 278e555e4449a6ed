import { UserError } from '../../../base/errors.ts';
import { DatabasePools, type DatabasePoolsOptions } from './databasePools.ts';
import { errorCode } from './postgresErrors.ts';
import { postgresMigrations } from './postgresSchema.ts';
import { type TeamSetUp, teamDatabaseScript } from './teamDatabaseScript.ts';
import { explainRefusal } from './teamErrors.ts';
import { stepsOf } from './teamMigrations.ts';

/** A migration may rewrite a table of gigabytes. */
const setUpMs = 30 * 60_000;
const insufficientPrivilege = '42501';

/** The script for this version, to be looked at and run by whoever runs the database. */
export function teamDatabaseSql(setUp: TeamSetUp): string {
  return `-- Sets up PostgreSQL for Slipstream, or brings it up to date; nothing that is kept is lost.
-- Run it in the team's database, as a role that may create roles and a schema there:
--   psql --set ON_ERROR_STOP=1 --file this.sql postgres://admin@host/database
BEGIN;
${teamDatabaseScript(setUp, stepsOf(postgresMigrations))}
COMMIT;
`;
}

/** Runs the script. Rejects with a `UserError` that says which right is missing. */
export async function setUpTeamDatabase(
  options: DatabasePoolsOptions,
  setUp: TeamSetUp,
  /** For tests: another list than the product's. */
  steps = stepsOf(postgresMigrations),
): Promise<void> {
  const times = { write: { statementMs: setUpMs } };
  const pools = new DatabasePools({ ...options, maxConnections: 3, times });
  try {
    await pools.transaction({ operation: 'team.setUp', pool: 'write' }, (transaction) =>
      transaction.query(teamDatabaseScript(setUp, steps)),
    );
  } catch (error) {
    throw errorCode(error) === insufficientPrivilege
      ? new UserError(
          `${options.address.user} may not set up the team's database. Sign in as a role that may create roles, and a schema in "${options.address.database}".`,
          { cause: error },
        )
      : explainRefusal(error);
  } finally {
    await pools.close();
  }
}

import { UserError } from '../../../base/errors.ts';
import { DatabasePools, type DatabasePoolsOptions } from './databasePools.ts';
import { isRightMissing } from './postgresErrors.ts';
import { postgresMigrations } from './postgresSchema.ts';
import { type TeamSetUp, teamDatabaseScript } from './teamDatabaseScript.ts';
import { explainRefusal } from './teamErrors.ts';
import { stepsOf } from './teamMigrations.ts';

/** A migration may rewrite a table of gigabytes. */
const setUpMs = 30 * 60_000;

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
    throw isRightMissing(error)
      ? new UserError(
          `${options.address.user} may not set up the team's database. Sign in as a role that may create roles, and a schema in "${options.address.database}".`,
          { cause: error },
        )
      : explainRefusal(error);
  } finally {
    await pools.close();
  }
}

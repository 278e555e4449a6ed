import { UserError } from '../../../base/errors.ts';
import {
  DatabasePools,
  type DatabasePoolsOptions,
  type PostgresTransaction,
} from './databasePools.ts';
import { errorCode } from './postgresErrors.ts';
import { postgresMigrations } from './postgresSchema.ts';
import { type MigrationStep, migrateTeamDatabase, stepsOf } from './teamMigrations.ts';

export interface TeamSetUp {
  /** Made where there is none of this name. */
  readonly team: string;
  /** Roles to be its members, besides those that are; made, without a password, where they lack. */
  readonly members: readonly string[];
  /** For tests: another list than the product's. */
  readonly steps?: readonly MigrationStep[];
}

/** A migration may rewrite a table of gigabytes. */
const setUpMs = 30 * 60_000;

/**
 * Makes a team's database, or brings it to this version, and takes in members; may be done again at
 * any time. Whoever does it needs the right to create roles and schemas in the database; members need
 * no right but to connect. Rejects with a `UserError` that says which right is missing.
 */
export async function setUpTeamDatabase(
  options: DatabasePoolsOptions,
  setUp: TeamSetUp,
): Promise<void> {
  const times = { write: { statementMs: setUpMs } };
  const pools = new DatabasePools({ ...options, maxConnections: 3, times });
  try {
    await pools.transaction({ operation: 'team.setUp', pool: 'write' }, (transaction) =>
      runSetUp(transaction, setUp),
    );
  } catch (error) {
    throw errorCode(error) === '42501'
      ? new UserError(
          `${options.address.user} may not set up the team's database. Sign in as a role that may create roles, and a schema in "${options.address.database}".`,
          { cause: error },
        )
      : error;
  } finally {
    await pools.close();
  }
}

async function runSetUp(transaction: PostgresTransaction, setUp: TeamSetUp): Promise<void> {
  const { team, members, steps = stepsOf(postgresMigrations) } = setUp;
  await checkEncoding(transaction);
  await transaction.query(rolesSql);
  for (const member of members) {
    await addRole(transaction, member);
  }
  await transaction.query('SET LOCAL ROLE slipstream_owner');
  await migrateTeamDatabase(transaction, steps);
  await transaction.query(restampSql);
  await transaction.query('INSERT INTO teams (name) VALUES ($1) ON CONFLICT DO NOTHING', [team]);
  await transaction.query(
    `INSERT INTO team_members (team_id, member)
     SELECT t.id, m FROM teams t, unnest($2::text[]) m WHERE t.name = $1 ON CONFLICT DO NOTHING`,
    [team, members],
  );
}

async function checkEncoding(transaction: PostgresTransaction): Promise<void> {
  const { rows } = await transaction.query('SHOW server_encoding');
  if (rows[0]?.['server_encoding'] !== 'UTF8') {
    throw new UserError('The team’s database must be one with the encoding UTF8.');
  }
}

/** Nobody signs in as the owner of the tables, so that the rules hold for everybody who does. */
const rolesSql = `
  SELECT pg_advisory_xact_lock(hashtext('slipstream roles'));
  DO $roles$
  BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'slipstream_owner') THEN
      CREATE ROLE slipstream_owner NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'slipstream_member') THEN
      CREATE ROLE slipstream_member NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'slipstream_owner', 'MEMBER') THEN
      EXECUTE format('GRANT slipstream_owner TO %I', current_user);
    END IF;
  END $roles$;
  CREATE SCHEMA IF NOT EXISTS slipstream AUTHORIZATION slipstream_owner;
  GRANT USAGE ON SCHEMA slipstream TO slipstream_member`;

/**
 * In a database that was copied to another server, rows may be of transactions that are yet to come
 * there: nobody would be told of changes before those had been.
 */
const restampSql = `
  UPDATE threads SET updated_at = updated_at WHERE change > pg_current_xact_id();
  UPDATE messages SET set_aside_at = set_aside_at WHERE change > pg_current_xact_id();
  UPDATE withdrawn_threads SET change = pg_current_xact_id() WHERE change > pg_current_xact_id();
  UPDATE team_members SET joined = pg_current_xact_id() WHERE joined > pg_current_xact_id()`;

/** A name goes in as text and becomes an identifier on the server. */
async function addRole(transaction: PostgresTransaction, member: string): Promise<void> {
  const { rows } = await transaction.query(
    `SELECT format('CREATE ROLE %I LOGIN', $1::text) AS creation,
       format('GRANT slipstream_member TO %I', $1::text) AS inclusion,
       EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1) AS is_there`,
    [member],
  );
  const [row] = rows;
  if (row?.['is_there'] !== 1) {
    await transaction.query(String(row?.['creation']));
  }
  await transaction.query(String(row?.['inclusion']));
}

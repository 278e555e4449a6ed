import { ServerRefusedError } from '../../team/serverErrors.ts';
import { type MigrationName, migrationNames } from '../migrationNames.ts';
import type { PostgresTransaction } from './databasePools.ts';

/** A step of the schema: its name, and its SQL or null where it is of each machine alone. */
export type MigrationStep = readonly [name: string, sql: string | null];

/** The steps in their order, as an engine has them. */
export function stepsOf(
  sqlOf: Readonly<Record<MigrationName, string | null>>,
): readonly MigrationStep[] {
  return migrationNames.map((name) => [name, sqlOf[name]]);
}

/** Rejects where the database is not what this version of Slipstream knows; says what to do. */
export async function checkTeamSchema(
  transaction: PostgresTransaction,
  steps: readonly MigrationStep[],
): Promise<void> {
  const { rows } = await transaction
    .query(
      `SELECT to_regclass('slipstream.schema_steps') IS NOT NULL
       AND has_schema_privilege('slipstream', 'USAGE') AS is_ours`,
    )
    .catch(() => ({ rows: [] }));
  if (rows[0]?.['is_ours'] !== 1) {
    throw new ServerRefusedError(
      'The team’s database is not set up for Slipstream, or you are not a member of a team in it. Ask whoever runs it.',
    );
  }
  const version = await readVersion(transaction);
  refuseNewer(version, steps.length);
  if (version < steps.length) {
    throw new ServerRefusedError(
      'The team’s database is of an older version of Slipstream. Ask whoever runs it to set it up again, which keeps all that is in it.',
    );
  }
}

async function readVersion(transaction: PostgresTransaction): Promise<number> {
  const { rows } = await transaction.query(
    'SELECT coalesce(max(version), 0) AS version FROM slipstream.schema_steps',
  );
  return Number(rows[0]?.['version']);
}

function refuseNewer(version: number, newest: number): void {
  if (version > newest) {
    throw new ServerRefusedError(
      'The team’s database is used by a newer version of Slipstream. Update Slipstream to use it; nothing was changed.',
    );
  }
}

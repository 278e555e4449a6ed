import type { MigrationStep } from './teamMigrations.ts';

export interface TeamSetUp {
  /** Made where there is none of this name. */
  readonly team: string;
  /** Roles to be its members, besides those that are; made, without a password, where they lack. */
  readonly members: readonly string[];
}

/** Any number that nobody else in the database takes. */
const setUpLock = 0x51_1b_57_4e;

/**
 * The SQL that makes a team's database, or brings it to this version, and takes in members. To be run
 * in one transaction, by a role that may create roles, and a schema in the database; as often as
 * anybody likes. Of two who run it at once one waits, and then finds it done. Who writes meanwhile
 * waits for the tables or is refused by them.
 */
export function teamDatabaseScript(
  { team, members }: TeamSetUp,
  steps: readonly MigrationStep[],
): string {
  const names = members.map(literal).join(', ');
  return `${rolesSql}

DO $members$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[${names}]::text[] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', name);
    END IF;
    EXECUTE format('GRANT slipstream_member TO %I', name);
  END LOOP;
END $members$;

SET LOCAL ROLE slipstream_owner;
SET LOCAL search_path = slipstream;
${versionSql(steps.length)}
${steps.map((step, index) => stepSql(step, index + 1)).join('\n')}
${restampSql}

INSERT INTO teams (name) VALUES (${literal(team)}) ON CONFLICT DO NOTHING;
INSERT INTO team_members (team_id, member)
  SELECT t.id, m FROM teams t, unnest(ARRAY[${names}]::text[]) m WHERE t.name = ${literal(team)}
  ON CONFLICT DO NOTHING;
RESET ROLE;
`;
}

/** Nobody signs in as the owner of the tables, so that the rules hold for everybody who does. */
const rolesSql = `SELECT pg_advisory_xact_lock(${setUpLock});
DO $roles$
BEGIN
  -- Before, there is no greatest of several transactions.
  IF current_setting('server_version_num')::integer < 150000 THEN
    RAISE SQLSTATE 'SL012' USING MESSAGE = 'The team’s database takes PostgreSQL 15 or newer.';
  END IF;
  IF current_setting('server_encoding') <> 'UTF8' THEN
    RAISE SQLSTATE 'SL010' USING MESSAGE = 'The team’s database must be one with the encoding UTF8.';
  END IF;
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
GRANT USAGE ON SCHEMA slipstream TO slipstream_member;`;

function versionSql(newest: number): string {
  return `CREATE TABLE IF NOT EXISTS schema_steps (
  version integer PRIMARY KEY,
  name text NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON schema_steps TO slipstream_member;
DO $newer$
BEGIN
  IF (SELECT max(version) FROM schema_steps) > ${newest} THEN
    RAISE SQLSTATE 'SL011' USING MESSAGE =
      'The team’s database is used by a newer version of Slipstream. Update Slipstream to use it; nothing was changed.';
  END IF;
END $newer$;`;
}

function stepSql([name, sql]: MigrationStep, version: number): string {
  const work = sql === null ? '' : `EXECUTE $sql$${sql}$sql$;`;
  return `
DO $step$
BEGIN
  IF EXISTS (SELECT 1 FROM schema_steps WHERE version = ${version}) THEN
    RETURN;
  END IF;
  ${work}
  INSERT INTO schema_steps (version, name) VALUES (${version}, ${literal(name)});
END $step$;`;
}

/**
 * In a database that was copied to another server, rows may be of transactions that are yet to come
 * there: nobody would be told of changes before those had been.
 */
const restampSql = `
UPDATE threads SET updated_at = updated_at WHERE change > pg_current_xact_id();
UPDATE messages SET set_aside_at = set_aside_at WHERE change > pg_current_xact_id();
UPDATE withdrawn_threads SET change = pg_current_xact_id() WHERE change > pg_current_xact_id();
UPDATE team_members SET joined = pg_current_xact_id() WHERE joined > pg_current_xact_id();`;

function literal(text: string): string {
  const escaped = text.replaceAll('\0', '').replaceAll("'", "''").replaceAll('\\', '\\\\');
  return text.includes('\\') ? `E'${escaped}'` : `'${escaped}'`;
}

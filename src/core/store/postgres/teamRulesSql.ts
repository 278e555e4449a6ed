/** Who belongs to which team, and what the tables' defaults and rules ask of it. */
export const teamsSql = `
  CREATE TABLE teams (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
  );
  CREATE TABLE team_members (
    team_id bigint NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    -- The role that a member signs in as: that alone nobody can claim to be.
    member text COLLATE "C" NOT NULL,
    joined xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member, team_id)
  );

  CREATE FUNCTION slipstream.my_teams() RETURNS bigint[]
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, slipstream, pg_temp AS
    'SELECT coalesce(array_agg(team_id), ARRAY[]::bigint[]) FROM team_members WHERE member = session_user';

  CREATE FUNCTION slipstream.default_team() RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, slipstream, pg_temp AS
    'SELECT min(team_id) FROM team_members WHERE member = session_user';

  -- The words of a text as the index on this machine has them: without accents, and signs between
  -- them. The parser alone would keep paths and addresses whole. More of a text is not looked at, for
  -- a tsvector holds one megabyte.
  CREATE FUNCTION slipstream.words(of text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $words$
    SELECT pg_catalog.to_tsvector('pg_catalog.simple'::pg_catalog.regconfig,
      pg_catalog.regexp_replace(
        pg_catalog.regexp_replace(
          pg_catalog.lower(pg_catalog.normalize(pg_catalog.left(of, 200000), 'NFD')),
          '[\\u0300-\\u036f]+', '', 'g'),
        '[\\u0001-\\u002f\\u003a-\\u0060\\u007b-\\u00bf\\u2000-\\u206f\\u3000-\\u303f]+', ' ', 'g'))
  $words$;
`;

const isVisible = `
  (owner = session_user
    OR (shared_at IS NOT NULL AND team_id = ANY ((SELECT slipstream.my_teams())::bigint[])))`;
const ofVisibleThread = 'EXISTS (SELECT 1 FROM threads t WHERE t.id = thread_id)';
const ofOwnThread =
  'EXISTS (SELECT 1 FROM threads t WHERE t.id = thread_id AND t.owner = session_user)';
const ofVisibleMessage = 'EXISTS (SELECT 1 FROM messages m WHERE m.id = message_id)';
const ofOwnMessage =
  'EXISTS (SELECT 1 FROM messages m WHERE m.id = message_id AND m.author = session_user)';

/**
 * What a member sees and may change. Rules compare with `session_user`, the role that the member
 * signed in as: neither a setting nor SET ROLE changes it, and it is the same within functions that
 * run as the owner of the tables. That one signs in nowhere, so tables need not be forced on it; those
 * that none of its functions touches are.
 *
 * Columns that nobody is granted come from their defaults: an owner or an author cannot be forged.
 */
export const rulesSql = `
  ${[
    'teams',
    'team_members',
    'threads',
    'messages',
    'tool_uses',
    'tool_results',
    'deltas',
    'drafts',
    'current_threads',
    'withdrawn_threads',
  ]
    .map((table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`)
    .join('\n  ')}
  ALTER TABLE drafts FORCE ROW LEVEL SECURITY;
  ALTER TABLE current_threads FORCE ROW LEVEL SECURITY;

  CREATE POLICY own_teams ON teams FOR SELECT USING (id = ANY ((SELECT slipstream.my_teams())::bigint[]));
  CREATE POLICY own_teams ON team_members FOR SELECT
    USING (team_id = ANY ((SELECT slipstream.my_teams())::bigint[]));
  CREATE POLICY own_teams ON withdrawn_threads FOR SELECT
    USING (team_id = ANY ((SELECT slipstream.my_teams())::bigint[]));

  CREATE POLICY visible ON threads FOR SELECT USING (${isVisible});
  CREATE POLICY own ON threads FOR INSERT WITH CHECK (owner = session_user
    AND (team_id IS NULL OR team_id = ANY ((SELECT slipstream.my_teams())::bigint[])));
  -- What others may change of a shared one, a trigger says.
  CREATE POLICY visible_changes ON threads FOR UPDATE USING (${isVisible}) WITH CHECK (${isVisible});

  CREATE POLICY visible ON messages FOR SELECT USING (${ofVisibleThread});
  CREATE POLICY added ON messages FOR INSERT
    WITH CHECK (author = session_user AND ${ofVisibleThread});
  CREATE POLICY changed ON messages FOR UPDATE
    USING ((author = session_user AND ${ofVisibleThread}) OR ${ofOwnThread});

  ${['tool_uses', 'tool_results', 'deltas'].map(partRules).join('')}

  CREATE POLICY own ON drafts USING (owner = session_user) WITH CHECK (owner = session_user);
  CREATE POLICY own ON current_threads USING (owner = session_user) WITH CHECK (owner = session_user);
`;

function partRules(table: string): string {
  return `
  CREATE POLICY visible ON ${table} FOR SELECT USING (${ofVisibleMessage});
  CREATE POLICY added ON ${table} FOR INSERT WITH CHECK (${ofOwnMessage});
  CREATE POLICY changed ON ${table} FOR UPDATE USING (${ofOwnMessage});
  CREATE POLICY removed ON ${table} FOR DELETE USING (${ofOwnMessage});`;
}

const messageColumns =
  'thread_id, turn_id, role, state, ordinal, created_at, details, text, blocks_encoding, blocks';
const threadColumns = 'title, is_title_by_user, updated_at, cost_usd, usage, system_prompt';

/** What members may do at all. Nobody removes threads or messages: they are hidden, or set aside. */
export const grantsSql = `
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA slipstream FROM PUBLIC;
  GRANT SELECT ON ALL TABLES IN SCHEMA slipstream TO slipstream_member;
  GRANT INSERT (id, workspace, created_at, ${threadColumns}) ON threads TO slipstream_member;
  GRANT UPDATE (${threadColumns}, deleted_at, shared_at) ON threads TO slipstream_member;
  GRANT INSERT (id, ${messageColumns}, set_aside_at) ON messages TO slipstream_member;
  GRANT UPDATE (${messageColumns}, set_aside_at) ON messages TO slipstream_member;
  GRANT INSERT (message_id, position, tool_use_id, name, input),
    UPDATE (tool_use_id, name, input), DELETE ON tool_uses TO slipstream_member;
  GRANT INSERT (message_id, tool_use_id, details, preview, content_encoding, content),
    UPDATE (details, preview, content_encoding, content), DELETE ON tool_results TO slipstream_member;
  GRANT INSERT (id, message_id, block_index, kind, text), DELETE ON deltas TO slipstream_member;
  GRANT INSERT (thread_id, workspace, draft), UPDATE (workspace, draft) ON drafts
    TO slipstream_member;
  GRANT INSERT (workspace, thread_id), UPDATE (thread_id) ON current_threads TO slipstream_member;
  GRANT EXECUTE ON FUNCTION slipstream.my_teams(), slipstream.default_team(), slipstream.words(text),
    slipstream.membership(), slipstream.found_messages(text, text), slipstream.found_titles(text, text),
    slipstream.set_aside_from(text, bigint, double precision) TO slipstream_member;
`;

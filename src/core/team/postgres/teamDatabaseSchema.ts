/**
 * The team's database, version by version: never edit an entry that was released, add one. Each runs
 * in a transaction of its own, under a lock that all members share.
 *
 * Who sees what is decided by PostgreSQL itself, by row-level security, on `session_user`, whom nobody
 * can make themselves: a member sees threads of their team that they began or that are shared. Those
 * who are no members see nothing. `my_team` stands in a subquery, so that it is asked once for each
 * statement and not for each row.
 *
 * What is written into a thread goes through one function, which holds the thread's row for less than
 * a millisecond: so changes of its messages are numbered in the order in which they are committed,
 * and no reader passes one by that commits later. Threads are numbered by the transaction that wrote
 * them, and read up to the oldest one that is still under way.
 */
export const teamDatabaseMigrations: readonly string[] = [
  `
  CREATE SCHEMA slipstream;
  CREATE TABLE slipstream.version (
    one integer PRIMARY KEY CHECK (one = 1),
    number integer NOT NULL
  );

  CREATE TABLE slipstream.members (
    member name PRIMARY KEY,
    team text NOT NULL
  );
  CREATE FUNCTION slipstream.my_team() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT team FROM slipstream.members WHERE member = session_user
  $$;
  CREATE FUNCTION slipstream.add_member(p_member name, p_team text DEFAULT 'team') RETURNS void
  LANGUAGE sql SET search_path = pg_catalog AS $$
    INSERT INTO slipstream.members (member, team) VALUES (p_member, p_team)
    ON CONFLICT (member) DO UPDATE SET team = excluded.team
  $$;
  INSERT INTO slipstream.members (member, team) VALUES (session_user, 'team');

  CREATE TABLE slipstream.threads (
    id text PRIMARY KEY,
    team text NOT NULL DEFAULT slipstream.my_team(),
    owner name NOT NULL DEFAULT session_user,
    project text NOT NULL,
    title text NOT NULL,
    is_title_by_user boolean NOT NULL,
    -- JSON, because text holds no NUL; so are usage and the bodies of messages.
    system_prompt text NOT NULL,
    usage text NOT NULL,
    cost_usd double precision,
    created_at double precision NOT NULL,
    updated_at double precision NOT NULL,
    shared_at double precision,
    deleted_at double precision,
    message_count integer NOT NULL DEFAULT 0,
    message_change bigint NOT NULL DEFAULT 0,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
  );
  CREATE INDEX thread_changes ON slipstream.threads (team, project, changed, id);
  CREATE INDEX thread_list ON slipstream.threads (team, project, updated_at DESC, id DESC)
    INCLUDE (title, message_count, owner, shared_at) WHERE deleted_at IS NULL;

  CREATE TABLE slipstream.messages (
    id text PRIMARY KEY,
    thread_id text NOT NULL REFERENCES slipstream.threads ON DELETE CASCADE,
    author name NOT NULL DEFAULT session_user,
    turn_id text NOT NULL,
    role text NOT NULL,
    ordinal integer NOT NULL,
    is_aside boolean NOT NULL,
    change bigint NOT NULL,
    body text NOT NULL
  );
  CREATE UNIQUE INDEX message_place ON slipstream.messages (thread_id, ordinal) WHERE NOT is_aside;
  CREATE INDEX message_changes ON slipstream.messages (thread_id, change, id);

  CREATE TABLE slipstream.calls (
    id text PRIMARY KEY,
    team text NOT NULL DEFAULT slipstream.my_team(),
    member name NOT NULL DEFAULT session_user,
    project text NOT NULL,
    thread_id text,
    surface text NOT NULL,
    model text NOT NULL,
    endpoint text NOT NULL,
    day date NOT NULL,
    started_at double precision NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cache_read_tokens bigint NOT NULL,
    cache_write_tokens bigint NOT NULL,
    cost_usd double precision,
    duration_ms double precision NOT NULL,
    outcome text NOT NULL
  );
  CREATE INDEX call_days ON slipstream.calls (team, day) INCLUDE (member, cost_usd);

  CREATE FUNCTION slipstream.keep_thread() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog AS $$
  BEGIN
    IF (NEW.id, NEW.team, NEW.owner) IS DISTINCT FROM (OLD.id, OLD.team, OLD.owner) THEN
      RAISE EXCEPTION 'A thread stays its owner''s.';
    END IF;
    IF OLD.owner <> session_user AND (
      NEW.shared_at IS DISTINCT FROM OLD.shared_at
      OR (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)) THEN
      RAISE EXCEPTION 'Only its owner decides who sees a thread.';
    END IF;
    NEW.changed := pg_current_xact_id();
    RETURN NEW;
  END $$;
  CREATE TRIGGER keep_thread BEFORE UPDATE ON slipstream.threads
    FOR EACH ROW EXECUTE FUNCTION slipstream.keep_thread();

  CREATE FUNCTION slipstream.push_messages(
    p_thread text, p_at double precision, p_ids text[], p_turns text[], p_roles text[],
    p_ordinals integer[], p_asides integer[], p_bodies text[]) RETURNS boolean
  LANGUAGE plpgsql SET search_path = pg_catalog AS $$
  DECLARE
    v_change bigint;
    v_left integer;
    v_put integer;
  BEGIN
    SELECT message_change + 1 INTO v_change FROM slipstream.threads WHERE id = p_thread FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'There is no thread %.', p_thread;
    END IF;
    UPDATE slipstream.messages m SET is_aside = true, change = v_change
      FROM unnest(p_ids, p_asides) AS n (id, is_aside)
      WHERE m.id = n.id AND m.thread_id = p_thread AND n.is_aside = 1 AND NOT m.is_aside;
    GET DIAGNOSTICS v_left = ROW_COUNT;
    INSERT INTO slipstream.messages AS m
      (id, thread_id, turn_id, role, ordinal, is_aside, change, body)
      SELECT n.id, p_thread, n.turn_id, n.role, n.ordinal, n.is_aside = 1, v_change, n.body
      FROM unnest(p_ids, p_turns, p_roles, p_ordinals, p_asides, p_bodies)
        AS n (id, turn_id, role, ordinal, is_aside, body)
      ON CONFLICT (id) DO UPDATE
        SET is_aside = excluded.is_aside, body = excluded.body, change = excluded.change
        WHERE m.thread_id = excluded.thread_id
          AND (m.is_aside, m.body) IS DISTINCT FROM (excluded.is_aside, excluded.body);
    GET DIAGNOSTICS v_put = ROW_COUNT;
    IF v_left + v_put > 0 THEN
      UPDATE slipstream.threads SET
        message_change = v_change,
        updated_at = greatest(updated_at, p_at),
        message_count = (
          SELECT count(DISTINCT (c.turn_id, c.role)) FROM slipstream.messages c
          WHERE c.thread_id = p_thread AND NOT c.is_aside)
      WHERE id = p_thread;
    END IF;
    RETURN true;
  EXCEPTION WHEN unique_violation THEN
    RETURN false;
  END $$;

  CREATE FUNCTION slipstream.spending(p_month text)
  RETURNS TABLE (member name, calls bigint, usd double precision)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT c.member, count(*), coalesce(sum(c.cost_usd), 0) FROM slipstream.calls c
    WHERE c.team = slipstream.my_team() AND c.day >= (p_month || '-01')::date
      AND c.day < (p_month || '-01')::date + interval '1 month'
    GROUP BY c.member ORDER BY 3 DESC, 1
  $$;

  -- Forced where the owner of the tables is a member like the others.
  ALTER TABLE slipstream.threads ENABLE ROW LEVEL SECURITY;
  ALTER TABLE slipstream.threads FORCE ROW LEVEL SECURITY;
  CREATE POLICY seen ON slipstream.threads FOR SELECT USING (
    team = (SELECT slipstream.my_team()) AND (owner = session_user OR shared_at IS NOT NULL));
  CREATE POLICY begun ON slipstream.threads FOR INSERT WITH CHECK (
    team = (SELECT slipstream.my_team()) AND owner = session_user);
  CREATE POLICY continued ON slipstream.threads FOR UPDATE USING (
    team = (SELECT slipstream.my_team()) AND (owner = session_user OR shared_at IS NOT NULL));

  ALTER TABLE slipstream.messages ENABLE ROW LEVEL SECURITY;
  ALTER TABLE slipstream.messages FORCE ROW LEVEL SECURITY;
  CREATE POLICY of_seen_threads ON slipstream.messages USING (
    EXISTS (SELECT 1 FROM slipstream.threads t WHERE t.id = thread_id));

  -- Its owner adds up what each spent, for all of the team: see spending.
  ALTER TABLE slipstream.calls ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON slipstream.calls USING (member = session_user)
    WITH CHECK (member = session_user AND team = (SELECT slipstream.my_team()));

  GRANT USAGE ON SCHEMA slipstream TO PUBLIC;
  GRANT SELECT ON slipstream.version TO PUBLIC;
  GRANT SELECT, INSERT, UPDATE ON slipstream.threads, slipstream.messages, slipstream.calls TO PUBLIC;
  `,
];

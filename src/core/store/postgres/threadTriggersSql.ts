/**
 * What follows from a change. Functions with the owner's rights touch only what a member may not, and
 * each says in its own words whose rows.
 *
 * SL… are ours: their messages are sentences for the user.
 */
export const threadTriggersSql = `
  CREATE FUNCTION slipstream.message_arriving() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, slipstream, pg_temp AS $body$
  BEGIN
    -- Asked with the member's own eyes; the rules would say no without a reason.
    IF NOT EXISTS (SELECT 1 FROM threads WHERE id = NEW.thread_id) THEN
      RAISE foreign_key_violation USING MESSAGE = 'There is no such thread.';
    END IF;
    IF EXISTS (SELECT 1 FROM messages WHERE id = NEW.id AND author <> session_user) THEN
      RAISE SQLSTATE 'SL002' USING MESSAGE = 'A message can only be changed by who wrote it.';
    END IF;
    RETURN NEW;
  END $body$;
  CREATE TRIGGER message_arriving BEFORE INSERT ON messages
    FOR EACH ROW EXECUTE FUNCTION slipstream.message_arriving();

  CREATE FUNCTION slipstream.message_changing() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, slipstream, pg_temp AS $body$
  BEGIN
    IF OLD.thread_id <> NEW.thread_id OR OLD.turn_id <> NEW.turn_id OR OLD.role <> NEW.role THEN
      RAISE EXCEPTION 'A message cannot change its thread, turn or role.';
    END IF;
    IF OLD.author <> session_user AND (OLD.state, OLD.ordinal, OLD.created_at, OLD.details, OLD.text,
        OLD.blocks_encoding, OLD.blocks) IS DISTINCT FROM (NEW.state, NEW.ordinal, NEW.created_at,
        NEW.details, NEW.text, NEW.blocks_encoding, NEW.blocks) THEN
      RAISE SQLSTATE 'SL002' USING MESSAGE = 'A message can only be changed by who wrote it.';
    END IF;
    NEW.change := pg_current_xact_id();
    RETURN NEW;
  END $body$;
  CREATE TRIGGER message_changing BEFORE UPDATE ON messages
    FOR EACH ROW EXECUTE FUNCTION slipstream.message_changing();

  -- For what belongs to a message: asked with the member's own eyes, too.
  CREATE FUNCTION slipstream.part_arriving() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, slipstream, pg_temp AS $body$
  DECLARE writer text;
  BEGIN
    SELECT author INTO writer FROM messages WHERE id = NEW.message_id;
    IF NOT FOUND THEN
      RAISE foreign_key_violation USING MESSAGE = 'There is no such message.';
    ELSIF writer <> session_user THEN
      RAISE SQLSTATE 'SL002' USING MESSAGE = 'A message can only be changed by who wrote it.';
    END IF;
    RETURN NEW;
  END $body$;
  CREATE TRIGGER use_arriving BEFORE INSERT ON tool_uses
    FOR EACH ROW EXECUTE FUNCTION slipstream.part_arriving();
  CREATE TRIGGER result_arriving BEFORE INSERT ON tool_results
    FOR EACH ROW EXECUTE FUNCTION slipstream.part_arriving();
  CREATE TRIGGER delta_arriving BEFORE INSERT ON deltas
    FOR EACH ROW EXECUTE FUNCTION slipstream.part_arriving();

  CREATE FUNCTION slipstream.thread_changing() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, slipstream, pg_temp AS $body$
  BEGIN
    IF OLD.owner <> session_user THEN
      IF (OLD.deleted_at, OLD.shared_at, OLD.team_id) IS DISTINCT FROM
          (NEW.deleted_at, NEW.shared_at, NEW.team_id) THEN
        RAISE SQLSTATE 'SL001' USING MESSAGE =
          format('This thread is %s’s: only they can share or delete it.', OLD.owner);
      END IF;
      -- Whoever goes on with it may name it, but not tell its owner's model what to do.
      NEW.system_prompt := OLD.system_prompt;
    END IF;
    IF NEW.shared_at IS NOT NULL AND NEW.team_id IS NULL THEN
      -- It was begun before its owner was in a team.
      NEW.team_id := slipstream.default_team();
      IF NEW.team_id IS NULL THEN
        RAISE SQLSTATE 'SL004' USING MESSAGE =
          format('%s is in no team of this database. Ask whoever runs it.', session_user);
      END IF;
    END IF;
    NEW.change := pg_current_xact_id();
    RETURN NEW;
  END $body$;
  CREATE TRIGGER thread_changing BEFORE UPDATE ON threads
    FOR EACH ROW EXECUTE FUNCTION slipstream.thread_changing();

  CREATE FUNCTION slipstream.thread_shared() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, slipstream, pg_temp AS $body$
  BEGIN
    IF NEW.shared_at IS NULL THEN
      INSERT INTO withdrawn_threads (thread_id, team_id, workspace, owner)
        VALUES (NEW.id, NEW.team_id, NEW.workspace, NEW.owner) ON CONFLICT DO NOTHING;
    ELSE
      DELETE FROM withdrawn_threads WHERE thread_id = NEW.id;
    END IF;
    RETURN NULL;
  END $body$;
  CREATE TRIGGER thread_shared AFTER UPDATE OF shared_at ON threads
    FOR EACH ROW WHEN ((OLD.shared_at IS NULL) <> (NEW.shared_at IS NULL))
    EXECUTE FUNCTION slipstream.thread_shared();

  -- A thread counts its articles: however many answers a turn took, they are one. Threads are locked
  -- in one order, so that two members who write to the same ones wait instead of failing.
  CREATE FUNCTION slipstream.messages_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, slipstream, pg_temp AS $body$
  BEGIN
    PERFORM 1 FROM threads WHERE id IN (SELECT thread_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    UPDATE threads SET
      updated_at = greatest(updated_at, fresh.latest),
      message_count = message_count + fresh.articles
    FROM (
      SELECT a.thread_id, max(a.created_at) AS latest,
        count(DISTINCT (a.turn_id, a.role)) FILTER (WHERE NOT EXISTS (
          SELECT 1 FROM messages m
          WHERE m.thread_id = a.thread_id AND m.turn_id = a.turn_id AND m.role = a.role
            AND m.set_aside_at IS NULL AND m.row NOT IN (SELECT b.row FROM added b))) AS articles
      FROM added a WHERE a.set_aside_at IS NULL GROUP BY a.thread_id) fresh
    WHERE threads.id = fresh.thread_id;
    RETURN NULL;
  END $body$;
  CREATE TRIGGER messages_added AFTER INSERT ON messages REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION slipstream.messages_added();

  CREATE FUNCTION slipstream.messages_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, slipstream, pg_temp AS $body$
  BEGIN
    PERFORM 1 FROM threads WHERE id IN (SELECT thread_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE threads SET change = pg_current_xact_id()
    WHERE id IN (SELECT thread_id FROM changed) AND change <> pg_current_xact_id();
    UPDATE threads SET message_count = message_count + moved.articles
    FROM (
      SELECT k.thread_id, sum(k.is_now::integer - k.was::integer) AS articles
      FROM (
        SELECT DISTINCT c.thread_id, c.turn_id, c.role,
          EXISTS (
            SELECT 1 FROM messages m
            WHERE m.thread_id = c.thread_id AND m.turn_id = c.turn_id AND m.role = c.role
              AND m.set_aside_at IS NULL) AS is_now,
          EXISTS (
            SELECT 1 FROM earlier e
            WHERE e.thread_id = c.thread_id AND e.turn_id = c.turn_id AND e.role = c.role
              AND e.set_aside_at IS NULL)
          OR EXISTS (
            SELECT 1 FROM messages m
            WHERE m.thread_id = c.thread_id AND m.turn_id = c.turn_id AND m.role = c.role
              AND m.set_aside_at IS NULL AND m.row NOT IN (SELECT n.row FROM changed n)) AS was
        FROM changed c JOIN earlier o ON o.row = c.row
        WHERE (o.set_aside_at IS NULL) <> (c.set_aside_at IS NULL)) k
      GROUP BY k.thread_id) moved
    WHERE threads.id = moved.thread_id AND moved.articles <> 0;
    RETURN NULL;
  END $body$;
  CREATE TRIGGER messages_changed AFTER UPDATE ON messages
    REFERENCING OLD TABLE AS earlier NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION slipstream.messages_changed();

  -- A result that comes after its message is a change of it.
  CREATE FUNCTION slipstream.results_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, slipstream, pg_temp AS $body$
  BEGIN
    UPDATE messages SET change = pg_current_xact_id()
    WHERE id IN (SELECT message_id FROM changed) AND change <> pg_current_xact_id();
    RETURN NULL;
  END $body$;
  CREATE TRIGGER results_added AFTER INSERT ON tool_results REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION slipstream.results_changed();
  CREATE TRIGGER results_changed AFTER UPDATE ON tool_results REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION slipstream.results_changed();
`;

/** What members ask through functions, because an index or a rule could not be used otherwise. */
export const threadFunctionsSql = `
  -- Of when I joined what I am in: whoever joins later starts from the beginning.
  CREATE FUNCTION slipstream.membership() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, slipstream, pg_temp AS
    $body$SELECT coalesce(max(joined)::text, '0') FROM team_members WHERE member = session_user$body$;

  -- The word index cannot be used before the rules have been asked of every message, as matching words
  -- is not among what PostgreSQL trusts not to tell of rows that it looks at. So the rule is repeated.
  CREATE FUNCTION slipstream.found_messages(project text, query text)
  RETURNS TABLE (thread_id text, "row" bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, slipstream, pg_temp AS $body$
    SELECT m.thread_id, max(m.row) FROM messages m JOIN threads t ON t.id = m.thread_id
    WHERE m.words @@ query::tsquery AND m.set_aside_at IS NULL AND t.workspace = project
      AND (t.owner = session_user
        OR (t.shared_at IS NOT NULL AND t.team_id = ANY ((SELECT slipstream.my_teams())::bigint[])))
    GROUP BY m.thread_id
  $body$;
  CREATE FUNCTION slipstream.found_titles(project text, query text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, slipstream, pg_temp AS $body$
    SELECT t.row FROM threads t
    WHERE t.title_words @@ query::tsquery AND t.workspace = project
      AND (t.owner = session_user
        OR (t.shared_at IS NOT NULL AND t.team_id = ANY ((SELECT slipstream.my_teams())::bigint[])))
  $body$;

  -- Takes all of them out, or says whose stand in the way.
  CREATE FUNCTION slipstream.set_aside_from(thread text, place bigint, moment double precision)
  RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, slipstream, pg_temp AS $body$
  DECLARE other text;
  BEGIN
    UPDATE messages SET set_aside_at = moment
      WHERE thread_id = thread AND set_aside_at IS NULL AND ordinal >= place;
    SELECT author INTO other FROM messages
      WHERE thread_id = thread AND set_aside_at IS NULL AND ordinal >= place LIMIT 1;
    IF FOUND THEN
      RAISE SQLSTATE 'SL003' USING MESSAGE = format(
        'What %s wrote can’t be taken out of this thread by others than them and whose thread it is.', other);
    END IF;
  END $body$;
`;

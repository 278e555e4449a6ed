/** What each member spent. A row is its member's own business; the team sees sums. */
export const ledgerSql = `
  CREATE TABLE usage_calls (
    owner text COLLATE "C" NOT NULL DEFAULT session_user,
    id text COLLATE "C" NOT NULL,
    request_id text NOT NULL,
    session_id text NOT NULL,
    surface text NOT NULL,
    priority text NOT NULL,
    model text NOT NULL,
    endpoint text,
    thread_id text,
    workspace text NOT NULL,
    day text COLLATE "C" NOT NULL CHECK (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    month text COLLATE "C" NOT NULL GENERATED ALWAYS AS (substr(day, 1, 7)) STORED,
    started_at double precision NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cache_read_tokens bigint NOT NULL,
    cache_write_tokens bigint NOT NULL,
    thinking_tokens bigint NOT NULL,
    estimate_usd double precision,
    cost_usd double precision,
    first_token_ms double precision,
    duration_ms double precision,
    outcome text NOT NULL CHECK (outcome IN ('running', 'done', 'cancelled', 'failed')),
    PRIMARY KEY (owner, id)
  );
  CREATE INDEX usage_call_month ON usage_calls (month, owner) INCLUDE (cost_usd);

  ALTER TABLE usage_calls ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON usage_calls USING (owner = session_user) WITH CHECK (owner = session_user);
  GRANT SELECT, INSERT (COLUMNS), UPDATE (COLUMNS) ON usage_calls TO slipstream_member;

  CREATE FUNCTION slipstream.team_spending(in_month text)
  RETURNS TABLE (member text, calls bigint, usd double precision)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, slipstream, pg_temp AS $body$
    SELECT c.owner, count(*), coalesce(sum(c.cost_usd), 0)
    FROM usage_calls c
    WHERE c.month = in_month AND c.owner IN (
      SELECT m.member FROM team_members m WHERE m.team_id = ANY (slipstream.my_teams()))
    GROUP BY c.owner ORDER BY 3 DESC, c.owner
  $body$;
  REVOKE ALL ON FUNCTION slipstream.team_spending(text) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION slipstream.team_spending(text) TO slipstream_member;
`.replaceAll(
  'COLUMNS',
  [
    'id, request_id, session_id, surface, priority, model, endpoint, thread_id, workspace, day',
    'started_at, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, thinking_tokens',
    'estimate_usd, cost_usd, first_token_ms, duration_ms, outcome',
  ].join(', '),
);

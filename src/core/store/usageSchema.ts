/**
 * What was spent on models. A row of `usage_calls` is written before a call goes out and finished when
 * it has ended, so that a crash leaves its estimate counted.
 *
 * Triggers keep the sums of each window's session, each day and each month by surface and model: what
 * is spent so far is read from some dozen rows, however many calls there were. `usage_shares` is what
 * one call adds to each of its three sums.
 */
export const usageMigration = `
  CREATE TABLE usage_sessions (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    process_id INTEGER NOT NULL,
    last_used_at REAL NOT NULL,
    ended_at REAL
  ) STRICT;

  CREATE TABLE usage_calls (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    request_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    surface TEXT NOT NULL,
    priority TEXT NOT NULL,
    model TEXT NOT NULL,
    endpoint TEXT,
    thread_id TEXT,
    workspace TEXT NOT NULL,
    -- The user's own calendar when it began, as 2030-12-31.
    day TEXT NOT NULL,
    started_at REAL NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    thinking_tokens INTEGER NOT NULL,
    -- NULL where no price is known.
    estimate_usd REAL,
    cost_usd REAL,
    first_token_ms REAL,
    duration_ms REAL,
    outcome TEXT NOT NULL CHECK (outcome IN ('running', 'done', 'cancelled', 'failed'))
  ) STRICT;
  CREATE INDEX usage_call_day ON usage_calls (day);

  CREATE TABLE usage_totals (
    -- session/<id>, day/2030-12-31 or month/2030-12.
    period TEXT NOT NULL,
    surface TEXT NOT NULL,
    model TEXT NOT NULL,
    calls INTEGER NOT NULL,
    running INTEGER NOT NULL,
    -- Ended, with tokens that were counted; and those of them that no price is known for.
    answered INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    -- Costs, and the estimates of what runs.
    usd REAL NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    thinking_tokens INTEGER NOT NULL,
    PRIMARY KEY (period, surface, model)
  ) STRICT, WITHOUT ROWID;

  CREATE VIEW usage_shares AS
    WITH calls AS (
      SELECT *,
        outcome = 'running' AS is_running,
        outcome <> 'running' AND
          input_tokens + output_tokens + cache_read_tokens + cache_write_tokens > 0 AS is_answered
      FROM usage_calls
    ),
    kinds (kind) AS (VALUES ('session'), ('day'), ('month'))
    SELECT row,
      CASE kind
        WHEN 'session' THEN 'session/' || session_id
        WHEN 'day' THEN 'day/' || day
        ELSE 'month/' || substr(day, 1, 7)
      END AS period,
      surface, model, 1 AS calls,
      is_running AS running,
      is_answered AS answered,
      is_answered AND cost_usd IS NULL AS unpriced,
      coalesce(iif(is_running, estimate_usd, cost_usd), 0.0) AS usd,
      input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, thinking_tokens
    FROM calls, kinds;

  CREATE TRIGGER usage_call_added AFTER INSERT ON usage_calls BEGIN
    INSERT INTO usage_totals SELECT period, surface, model, calls, running, answered, unpriced, usd,
        input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, thinking_tokens
      FROM usage_shares WHERE row = NEW.row
    ON CONFLICT (period, surface, model) DO UPDATE SET
      calls = calls + excluded.calls,
      running = running + excluded.running,
      answered = answered + excluded.answered,
      unpriced = unpriced + excluded.unpriced,
      usd = usd + excluded.usd,
      input_tokens = input_tokens + excluded.input_tokens,
      output_tokens = output_tokens + excluded.output_tokens,
      cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
      cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
      thinking_tokens = thinking_tokens + excluded.thinking_tokens;
    UPDATE usage_sessions SET last_used_at = max(last_used_at, NEW.started_at)
      WHERE id = NEW.session_id;
  END;

  -- What the row added is taken back before it changes, and what it is then is added.
  CREATE TRIGGER usage_call_changing BEFORE UPDATE ON usage_calls BEGIN
    UPDATE usage_totals SET
      calls = usage_totals.calls - share.calls,
      running = usage_totals.running - share.running,
      answered = usage_totals.answered - share.answered,
      unpriced = usage_totals.unpriced - share.unpriced,
      usd = usage_totals.usd - share.usd,
      input_tokens = usage_totals.input_tokens - share.input_tokens,
      output_tokens = usage_totals.output_tokens - share.output_tokens,
      cache_read_tokens = usage_totals.cache_read_tokens - share.cache_read_tokens,
      cache_write_tokens = usage_totals.cache_write_tokens - share.cache_write_tokens,
      thinking_tokens = usage_totals.thinking_tokens - share.thinking_tokens
    FROM usage_shares AS share
    WHERE share.row = OLD.row AND share.period = usage_totals.period
      AND share.surface = usage_totals.surface AND share.model = usage_totals.model;
  END;
  CREATE TRIGGER usage_call_changed AFTER UPDATE ON usage_calls BEGIN
    UPDATE usage_totals SET
      calls = usage_totals.calls + share.calls,
      running = usage_totals.running + share.running,
      answered = usage_totals.answered + share.answered,
      unpriced = usage_totals.unpriced + share.unpriced,
      usd = usage_totals.usd + share.usd,
      input_tokens = usage_totals.input_tokens + share.input_tokens,
      output_tokens = usage_totals.output_tokens + share.output_tokens,
      cache_read_tokens = usage_totals.cache_read_tokens + share.cache_read_tokens,
      cache_write_tokens = usage_totals.cache_write_tokens + share.cache_write_tokens,
      thinking_tokens = usage_totals.thinking_tokens + share.thinking_tokens
    FROM usage_shares AS share
    WHERE share.row = NEW.row AND share.period = usage_totals.period
      AND share.surface = usage_totals.surface AND share.model = usage_totals.model;
  END;
  CREATE TRIGGER usage_call_moved BEFORE UPDATE OF session_id, day, surface, model ON usage_calls
  WHEN OLD.session_id <> NEW.session_id OR OLD.day <> NEW.day
    OR OLD.surface <> NEW.surface OR OLD.model <> NEW.model BEGIN
    SELECT RAISE(ABORT, 'A call cannot change its session, day, surface or model.');
  END;

  -- Old calls go, and what they sum up to stays; a session is over for good when it goes.
  CREATE TRIGGER usage_session_deleted AFTER DELETE ON usage_sessions BEGIN
    DELETE FROM usage_totals WHERE period = 'session/' || OLD.id;
  END;
`;

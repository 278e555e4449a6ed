/**
 * Threads and what belongs to them, for a team. Columns are as on SQLite, with what only a team needs:
 * whose a row is and when it last changed. Whatever is made bytes there is bytes here.
 *
 * `change` is the transaction that wrote a row last. A reader who has seen all of them below the
 * oldest that still runs has missed none (`changeFeed.ts`).
 */
export const threadTablesSql = `
  CREATE TABLE threads (
    row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    workspace text COLLATE "C" NOT NULL,
    title text NOT NULL,
    is_title_by_user smallint NOT NULL,
    created_at double precision NOT NULL,
    updated_at double precision NOT NULL,
    deleted_at double precision,
    message_count integer NOT NULL DEFAULT 0,
    cost_usd double precision,
    usage text NOT NULL,
    system_prompt text NOT NULL,
    owner text COLLATE "C" NOT NULL DEFAULT session_user,
    team_id bigint REFERENCES teams (id) DEFAULT slipstream.default_team(),
    shared_at double precision,
    change xid8 NOT NULL DEFAULT pg_current_xact_id(),
    title_words tsvector GENERATED ALWAYS AS (slipstream.words(title)) STORED,
    CHECK (shared_at IS NULL OR team_id IS NOT NULL)
  );
  CREATE INDEX thread_list ON threads (workspace, updated_at DESC, id DESC)
    INCLUDE (title, message_count, owner, team_id, shared_at) WHERE deleted_at IS NULL;
  CREATE INDEX thread_changes ON threads (workspace, change, row);
  CREATE INDEX thread_words ON threads USING gin (title_words);

  CREATE TABLE messages (
    row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    thread_id text COLLATE "C" NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    turn_id text COLLATE "C" NOT NULL,
    role text NOT NULL CHECK (role IN ('user', 'assistant')),
    state text,
    ordinal bigint NOT NULL,
    created_at double precision NOT NULL,
    set_aside_at double precision,
    details text NOT NULL,
    text text NOT NULL,
    blocks_encoding text NOT NULL,
    blocks bytea NOT NULL,
    author text COLLATE "C" NOT NULL DEFAULT session_user,
    change xid8 NOT NULL DEFAULT pg_current_xact_id(),
    words tsvector GENERATED ALWAYS AS (slipstream.words(text)) STORED
  );
  CREATE UNIQUE INDEX message_order ON messages (thread_id, ordinal) WHERE set_aside_at IS NULL;
  CREATE INDEX message_turn ON messages (thread_id, turn_id, role, ordinal)
    WHERE set_aside_at IS NULL;
  CREATE INDEX message_changes ON messages (thread_id, change, row);
  CREATE INDEX message_words ON messages USING gin (words) WHERE set_aside_at IS NULL;

  CREATE TABLE tool_uses (
    row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id text COLLATE "C" NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    position integer NOT NULL,
    tool_use_id text NOT NULL,
    name text NOT NULL,
    input text NOT NULL,
    UNIQUE (message_id, position)
  );

  CREATE TABLE tool_results (
    row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id text COLLATE "C" NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    tool_use_id text COLLATE "C" NOT NULL,
    details text NOT NULL,
    preview text NOT NULL,
    content_encoding text,
    content bytea,
    UNIQUE (message_id, tool_use_id)
  );

  CREATE TABLE deltas (
    row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- So that one that is sent twice is there once.
    id text COLLATE "C" NOT NULL UNIQUE,
    message_id text COLLATE "C" NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    block_index integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('text', 'thinking')),
    text text NOT NULL
  );
  CREATE INDEX delta_message ON deltas (message_id);

  CREATE TABLE drafts (
    owner text COLLATE "C" NOT NULL DEFAULT session_user,
    thread_id text COLLATE "C" NOT NULL,
    workspace text NOT NULL,
    draft text NOT NULL,
    PRIMARY KEY (owner, thread_id)
  );

  CREATE TABLE current_threads (
    owner text COLLATE "C" NOT NULL DEFAULT session_user,
    workspace text COLLATE "C" NOT NULL,
    thread_id text NOT NULL,
    PRIMARY KEY (owner, workspace)
  );

  -- Threads that a team could see once and no more: its members forget what they have of them.
  CREATE TABLE withdrawn_threads (
    thread_id text COLLATE "C" PRIMARY KEY,
    team_id bigint NOT NULL REFERENCES teams (id),
    workspace text COLLATE "C" NOT NULL,
    owner text NOT NULL,
    change xid8 NOT NULL DEFAULT pg_current_xact_id()
  );
`;

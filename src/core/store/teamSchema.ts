import type { Database } from './database.ts';

/**
 * What this machine knows of a team's database. Local only: the team's own database has none of it.
 *
 * `team_outbox` names what has changed here and has yet to be sent, not how: what is sent is what is
 * there when it is sent. Triggers write it, so that it is in the same transaction as the change
 * itself and no window can forget it. Only threads in `team_threads` are noted, those begun in
 * `team_workspaces` among them, so without a team each trigger ends with a look into an empty table. AUTOINCREMENT, because a number that came
 * again would let a window that was held up strike out what came later.
 */
export const teamMigration = `
  -- At most one row: whose database calls are noted for, as user@host:port/database.
  CREATE TABLE team_server (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    address TEXT NOT NULL
  ) STRICT;

  -- Which project the team calls the folders of a window: threads begun in them are the team's.
  CREATE TABLE team_workspaces (
    workspace TEXT PRIMARY KEY,
    server TEXT NOT NULL,
    project TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE team_threads (
    thread_id TEXT PRIMARY KEY,
    server TEXT NOT NULL,
    project TEXT NOT NULL,
    -- NULL until the server has said so.
    owner TEXT,
    shared_at REAL,
    -- Whether it shall be shared, where the server has yet to be told.
    wanted_shared INTEGER,
    is_known INTEGER NOT NULL DEFAULT 0,
    message_cursor TEXT,
    -- Whether the server has, or may have, messages that are not here.
    is_behind INTEGER NOT NULL DEFAULT 0,
    -- The turn that was written to last on this machine.
    own_turn TEXT
  ) STRICT;

  CREATE TABLE team_outbox (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('head', 'title', 'deleted', 'share', 'new', 'changed', 'aside')),
    -- For the last three.
    message_id TEXT
  ) STRICT;
  CREATE INDEX team_outbox_thread ON team_outbox (thread_id, row);

  CREATE TABLE team_calls (call_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

  CREATE TABLE team_projects (
    server TEXT NOT NULL,
    project TEXT NOT NULL,
    thread_cursor TEXT,
    PRIMARY KEY (server, project)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE team_leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER team_thread_added AFTER INSERT ON threads
  WHEN EXISTS (SELECT 1 FROM team_workspaces WHERE workspace = NEW.workspace)
    OR EXISTS (SELECT 1 FROM team_threads WHERE thread_id = NEW.id) BEGIN
    INSERT INTO team_threads (thread_id, server, project)
      SELECT NEW.id, server, project FROM team_workspaces WHERE workspace = NEW.workspace
      ON CONFLICT DO NOTHING;
    INSERT INTO team_outbox (thread_id, kind) VALUES (NEW.id, 'head');
  END;
  CREATE TRIGGER team_title_changed AFTER UPDATE OF title, is_title_by_user ON threads
  WHEN (OLD.title <> NEW.title OR OLD.is_title_by_user <> NEW.is_title_by_user)
    AND EXISTS (SELECT 1 FROM team_threads WHERE thread_id = NEW.id) BEGIN
    INSERT INTO team_outbox (thread_id, kind) VALUES (NEW.id, 'title');
  END;
  CREATE TRIGGER team_head_changed AFTER UPDATE OF system_prompt, usage, cost_usd ON threads
  WHEN (OLD.system_prompt <> NEW.system_prompt OR OLD.usage <> NEW.usage
      OR OLD.cost_usd IS NOT NEW.cost_usd)
    AND EXISTS (SELECT 1 FROM team_threads WHERE thread_id = NEW.id) BEGIN
    INSERT INTO team_outbox (thread_id, kind) VALUES (NEW.id, 'head');
  END;
  CREATE TRIGGER team_thread_deleted AFTER UPDATE OF deleted_at ON threads
  WHEN (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)
    AND EXISTS (SELECT 1 FROM team_threads WHERE thread_id = NEW.id) BEGIN
    INSERT INTO team_outbox (thread_id, kind) VALUES (NEW.id, 'deleted');
  END;

  CREATE TRIGGER team_message_added AFTER INSERT ON messages
  WHEN EXISTS (SELECT 1 FROM team_threads WHERE thread_id = NEW.thread_id) BEGIN
    INSERT INTO team_outbox (thread_id, kind, message_id) VALUES (NEW.thread_id, 'new', NEW.id);
    UPDATE team_threads SET own_turn = NEW.turn_id WHERE thread_id = NEW.thread_id;
  END;
  CREATE TRIGGER team_message_changed AFTER UPDATE OF state, details, text, blocks ON messages
  WHEN EXISTS (SELECT 1 FROM team_threads WHERE thread_id = NEW.thread_id) BEGIN
    INSERT INTO team_outbox (thread_id, kind, message_id) VALUES (NEW.thread_id, 'changed', NEW.id);
  END;
  CREATE TRIGGER team_message_aside AFTER UPDATE OF set_aside_at ON messages
  WHEN (OLD.set_aside_at IS NULL) <> (NEW.set_aside_at IS NULL)
    AND EXISTS (SELECT 1 FROM team_threads WHERE thread_id = NEW.thread_id) BEGIN
    INSERT INTO team_outbox (thread_id, kind, message_id) VALUES (NEW.thread_id, 'aside', NEW.id);
  END;
  CREATE TRIGGER team_result_added AFTER INSERT ON tool_results BEGIN
    INSERT INTO team_outbox (thread_id, kind, message_id)
      SELECT m.thread_id, 'changed', m.id
      FROM messages m JOIN team_threads t ON t.thread_id = m.thread_id WHERE m.id = NEW.message_id;
  END;
  CREATE TRIGGER team_result_changed AFTER UPDATE ON tool_results BEGIN
    INSERT INTO team_outbox (thread_id, kind, message_id)
      SELECT m.thread_id, 'changed', m.id
      FROM messages m JOIN team_threads t ON t.thread_id = m.thread_id WHERE m.id = NEW.message_id;
  END;

  CREATE TRIGGER team_call_added AFTER INSERT ON usage_calls
  WHEN NEW.outcome <> 'running' AND EXISTS (SELECT 1 FROM team_server) BEGIN
    INSERT INTO team_calls (call_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER team_call_ended AFTER UPDATE ON usage_calls
  WHEN NEW.outcome <> 'running' AND EXISTS (SELECT 1 FROM team_server) BEGIN
    INSERT INTO team_calls (call_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
  END;
`;

/** No team is set: threads begun from now on are this machine's alone. */
export function leaveTeam({ database }: { readonly database: Database }): void {
  if (database.get('SELECT 1 FROM team_server')) {
    database.transaction(() => {
      database.run('DELETE FROM team_server');
      database.run('DELETE FROM team_workspaces');
    });
  }
}

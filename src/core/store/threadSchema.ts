import { alertMigration, alertsTable } from './alertSchema.ts';
import type { TableSpec } from './batchPlan.ts';
import { bulkMigration } from './bulkSchema.ts';
import {
  checkpointChunksMigration,
  checkpointMigration,
  checkpointsTable,
} from './checkpointSchema.ts';
import { compactionMigration, compactionsTable } from './compactionSchema.ts';
import { completionMigration } from './completionSchema.ts';
import { type MigrationName, migrationNames } from './migrationNames.ts';
import { modelListsTable, modelStatisticsTable, routerMigration } from './routerSchema.ts';
import { teamMigration } from './teamSchema.ts';
import { telemetryMigration } from './telemetrySchema.ts';
import { usageMigration } from './usageSchema.ts';

/**
 * Whatever the model or the user wrote is kept as JSON text, because SQL text can hold neither half
 * a surrogate pair nor, for SQLite's functions, a NUL. `row` is spelled out where the search index
 * refers to it: implicit row numbers may change.
 */
const threadsMigration = `
  CREATE TABLE threads (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    workspace TEXT NOT NULL,
    title TEXT NOT NULL,
    is_title_by_user INTEGER NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    deleted_at REAL,
    message_count INTEGER NOT NULL DEFAULT 0,
    cost_usd REAL,
    usage TEXT NOT NULL,
    system_prompt TEXT NOT NULL
  ) STRICT;
  CREATE INDEX thread_list
    ON threads (workspace, deleted_at, updated_at DESC, id DESC, title, message_count);

  CREATE TABLE messages (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    turn_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    state TEXT,
    ordinal INTEGER NOT NULL,
    created_at REAL NOT NULL,
    set_aside_at REAL,
    details TEXT NOT NULL,
    text TEXT NOT NULL,
    blocks_encoding TEXT NOT NULL,
    blocks ANY NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX message_order ON messages (thread_id, ordinal) WHERE set_aside_at IS NULL;
  -- Tells a search's hits their threads without touching the rows, which are wide.
  CREATE INDEX message_thread ON messages (row, thread_id);
  CREATE INDEX message_turn ON messages (thread_id, turn_id, role, ordinal) WHERE set_aside_at IS NULL;

  CREATE TABLE tool_uses (
    row INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tool_use_id TEXT NOT NULL,
    name TEXT NOT NULL,
    input TEXT NOT NULL,
    UNIQUE (message_id, position)
  ) STRICT;

  CREATE TABLE tool_results (
    row INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    tool_use_id TEXT NOT NULL,
    details TEXT NOT NULL,
    preview TEXT NOT NULL,
    content_encoding TEXT,
    content ANY,
    UNIQUE (message_id, tool_use_id)
  ) STRICT;

  CREATE TABLE deltas (
    row INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    block_index INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'thinking')),
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX delta_message ON deltas (message_id);

  CREATE TABLE drafts (
    thread_id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    draft TEXT NOT NULL
  ) STRICT;

  CREATE TABLE current_threads (
    workspace TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL
  ) STRICT;

  -- A thread counts its articles: however many answers a turn took, they are one.
  CREATE TRIGGER message_added AFTER INSERT ON messages WHEN NEW.set_aside_at IS NULL BEGIN
    UPDATE threads SET
      updated_at = max(updated_at, NEW.created_at),
      message_count = message_count + NOT EXISTS (
        SELECT 1 FROM messages
        WHERE thread_id = NEW.thread_id AND turn_id = NEW.turn_id AND role = NEW.role
          AND set_aside_at IS NULL AND row <> NEW.row)
    WHERE id = NEW.thread_id;
  END;
  CREATE TRIGGER message_set_aside AFTER UPDATE OF set_aside_at ON messages
  WHEN OLD.set_aside_at IS NULL AND NEW.set_aside_at IS NOT NULL BEGIN
    UPDATE threads SET
      message_count = message_count - NOT EXISTS (
        SELECT 1 FROM messages
        WHERE thread_id = NEW.thread_id AND turn_id = NEW.turn_id AND role = NEW.role
          AND set_aside_at IS NULL)
    WHERE id = NEW.thread_id;
  END;
  CREATE TRIGGER message_moved BEFORE UPDATE OF thread_id, turn_id, role ON messages
  WHEN OLD.thread_id <> NEW.thread_id OR OLD.turn_id <> NEW.turn_id OR OLD.role <> NEW.role BEGIN
    SELECT RAISE(ABORT, 'A message cannot change its thread, turn or role.');
  END;
`;

/** The database of this machine, version by version. */
const migrations: Readonly<Record<MigrationName, string>> = {
  threads: threadsMigration,
  compactions: compactionMigration,
  jobs: bulkMigration,
  usage: usageMigration,
  router: routerMigration,
  telemetry: telemetryMigration,
  checkpoints: checkpointMigration,
  completions: completionMigration,
  team: teamMigration,
  checkpointChunks: checkpointChunksMigration,
  alerts: alertMigration,
};

/** Entry n leads from version n to n + 1. */
export const threadMigrations: readonly string[] = migrationNames.map((name) => migrations[name]);

export const threadsTable: TableSpec = {
  name: 'threads',
  key: ['id'],
  onConflict: 'fail',
  // Another window, or a message on its way, may have moved it further.
  updateExpressions: { updated_at: 'max(updated_at, ?)' },
};
export const messagesTable: TableSpec = { name: 'messages', key: ['id'], onConflict: 'replace' };
export const toolUsesTable: TableSpec = {
  name: 'tool_uses',
  key: ['message_id', 'position'],
  onConflict: 'replace',
  group: 'message_id',
};
export const toolResultsTable: TableSpec = {
  name: 'tool_results',
  key: ['message_id', 'tool_use_id'],
  onConflict: 'replace',
  group: 'message_id',
};
export const deltasTable: TableSpec = {
  name: 'deltas',
  key: ['message_id', 'block_index', 'kind'],
  onConflict: 'fail',
  group: 'message_id',
  // Both texts are JSON strings: the quotes between them go.
  merge: (earlier, later) => ({
    ...earlier,
    text: `${String(earlier['text']).slice(0, -1)}${String(later['text']).slice(1)}`,
  }),
};
export const draftsTable: TableSpec = { name: 'drafts', key: ['thread_id'], onConflict: 'replace' };
export const currentThreadsTable: TableSpec = {
  name: 'current_threads',
  key: ['workspace'],
  onConflict: 'replace',
};

/** Those that others refer to first. */
export const threadTables: readonly TableSpec[] = [
  threadsTable,
  messagesTable,
  toolUsesTable,
  toolResultsTable,
  deltasTable,
  draftsTable,
  currentThreadsTable,
  compactionsTable,
  modelStatisticsTable,
  modelListsTable,
  checkpointsTable,
  alertsTable,
];

import type { TableSpec } from './batchPlan.ts';

/**
 * Files as they were before a turn, or a restore, first changed them. Contents are kept once, by
 * their SHA-256, and go with the last row that refers to them.
 */
export const checkpointMigration = `
  CREATE TABLE checkpoints (
    row INTEGER PRIMARY KEY,
    -- Of the turn, or of the restore.
    id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('turn', 'restore')),
    created_at REAL NOT NULL,
    has_commands INTEGER NOT NULL DEFAULT 0,
    -- JSON list of the messages that a restore took out of the thread.
    set_aside TEXT
  ) STRICT;
  CREATE INDEX checkpoint_thread ON checkpoints (thread_id, row);

  CREATE TABLE checkpoint_files (
    row INTEGER PRIMARY KEY,
    checkpoint_id TEXT NOT NULL REFERENCES checkpoints (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('missing', 'text', 'tooLarge', 'dropped')),
    size_bytes INTEGER NOT NULL,
    -- Of its text, or "missing"; stays when the text itself goes. NULL where it is too large.
    before_hash TEXT,
    text_hash TEXT,
    -- Where the file on disk was something else than its text as UTF-8.
    bytes_hash TEXT,
    mode INTEGER,
    -- Of the text that was left behind, or "missing"; NULL where that is not known.
    left_hash TEXT,
    UNIQUE (checkpoint_id, path)
  ) STRICT;
  CREATE INDEX checkpoint_file_text ON checkpoint_files (text_hash) WHERE text_hash IS NOT NULL;
  CREATE INDEX checkpoint_file_bytes ON checkpoint_files (bytes_hash) WHERE bytes_hash IS NOT NULL;

  CREATE TABLE checkpoint_contents (
    row INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    kept_bytes INTEGER NOT NULL,
    encoding TEXT NOT NULL,
    content BLOB NOT NULL
  ) STRICT;
  CREATE INDEX checkpoint_content_size ON checkpoint_contents (kept_bytes);

  CREATE TRIGGER checkpoint_file_deleted AFTER DELETE ON checkpoint_files BEGIN
    DELETE FROM checkpoint_contents WHERE hash IN (OLD.text_hash, OLD.bytes_hash)
      AND NOT EXISTS (SELECT 1 FROM checkpoint_files WHERE text_hash = hash)
      AND NOT EXISTS (SELECT 1 FROM checkpoint_files WHERE bytes_hash = hash);
  END;
  CREATE TRIGGER checkpoint_file_dropped AFTER UPDATE OF text_hash, bytes_hash ON checkpoint_files BEGIN
    DELETE FROM checkpoint_contents WHERE hash IN (OLD.text_hash, OLD.bytes_hash)
      AND NOT EXISTS (SELECT 1 FROM checkpoint_files WHERE text_hash = hash)
      AND NOT EXISTS (SELECT 1 FROM checkpoint_files WHERE bytes_hash = hash);
  END;

  -- Messages come back where a restore is taken back.
  CREATE TRIGGER message_brought_back AFTER UPDATE OF set_aside_at ON messages
  WHEN OLD.set_aside_at IS NOT NULL AND NEW.set_aside_at IS NULL BEGIN
    UPDATE threads SET
      message_count = message_count + NOT EXISTS (
        SELECT 1 FROM messages
        WHERE thread_id = NEW.thread_id AND turn_id = NEW.turn_id AND role = NEW.role
          AND set_aside_at IS NULL AND row <> NEW.row)
    WHERE id = NEW.thread_id;
  END;
`;

/**
 * Contents in chunks that they share, so that a further version of a file takes what is different in
 * it. What was kept whole becomes a content of one chunk.
 */
export const checkpointChunksMigration = `
  DROP TRIGGER checkpoint_file_deleted;
  DROP TRIGGER checkpoint_file_dropped;
  DROP INDEX checkpoint_content_size;
  ALTER TABLE checkpoint_contents RENAME TO checkpoint_chunks;
  CREATE INDEX checkpoint_chunk_size ON checkpoint_chunks (kept_bytes);

  CREATE TABLE checkpoint_contents (
    row INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE
  ) STRICT;

  -- Chunks that follow each other in a content as their rows do: those that a version adds get rows in
  -- a row, so however long a content is, it has about as many runs as it had changes.
  CREATE TABLE checkpoint_runs (
    content INTEGER NOT NULL REFERENCES checkpoint_contents (row) ON DELETE CASCADE,
    -- Of the first chunk within the content.
    position INTEGER NOT NULL,
    first_chunk INTEGER NOT NULL,
    -- So few that the runs with a given chunk are found among those that begin shortly before it.
    count INTEGER NOT NULL CHECK (count BETWEEN 1 AND 256),
    PRIMARY KEY (content, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX checkpoint_run_chunks ON checkpoint_runs (first_chunk, count);

  INSERT INTO checkpoint_contents (row, hash) SELECT row, hash FROM checkpoint_chunks;
  INSERT INTO checkpoint_runs SELECT row, 0, row, 1 FROM checkpoint_chunks;

  CREATE TRIGGER checkpoint_file_added AFTER INSERT ON checkpoint_files BEGIN
    SELECT RAISE(ABORT, 'A file needs a content that is kept.')
    FROM (SELECT NEW.text_hash AS hash UNION ALL SELECT NEW.bytes_hash) AS new_content
    WHERE hash IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM checkpoint_contents c WHERE c.hash = new_content.hash);
  END;
  CREATE TRIGGER checkpoint_file_deleted AFTER DELETE ON checkpoint_files BEGIN
    DELETE FROM checkpoint_contents WHERE hash IN (OLD.text_hash, OLD.bytes_hash)
      AND NOT EXISTS (SELECT 1 FROM checkpoint_files WHERE text_hash = hash)
      AND NOT EXISTS (SELECT 1 FROM checkpoint_files WHERE bytes_hash = hash);
  END;
  CREATE TRIGGER checkpoint_file_dropped AFTER UPDATE OF text_hash, bytes_hash ON checkpoint_files BEGIN
    DELETE FROM checkpoint_contents WHERE hash IN (OLD.text_hash, OLD.bytes_hash)
      AND NOT EXISTS (SELECT 1 FROM checkpoint_files WHERE text_hash = hash)
      AND NOT EXISTS (SELECT 1 FROM checkpoint_files WHERE bytes_hash = hash);
  END;
  CREATE TRIGGER checkpoint_run_deleted AFTER DELETE ON checkpoint_runs BEGIN
    DELETE FROM checkpoint_chunks
    WHERE row BETWEEN OLD.first_chunk AND OLD.first_chunk + OLD.count - 1
      AND NOT EXISTS (
        SELECT 1 FROM checkpoint_runs r
        WHERE r.first_chunk BETWEEN checkpoint_chunks.row - 255 AND checkpoint_chunks.row
          AND r.first_chunk + r.count > checkpoint_chunks.row);
  END;
`;

export const checkpointsTable: TableSpec = {
  name: 'checkpoints',
  key: ['id'],
  onConflict: 'replace',
};

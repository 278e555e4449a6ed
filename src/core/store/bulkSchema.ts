/**
 * Jobs over many files. What the model wrote is kept as JSON text, as everywhere in this database.
 * All of it is written in transactions of its own, because two windows may work on one job.
 */
export const bulkMigration = `
  CREATE TABLE bulk_jobs (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    task TEXT NOT NULL,
    model TEXT NOT NULL,
    -- Where its batches are kept; null where the files are asked about one by one.
    endpoint TEXT,
    created_at REAL NOT NULL,
    -- About what its batches will cost, US dollars; null where no price is known.
    estimate_usd REAL,
    is_cancelled INTEGER NOT NULL DEFAULT 0,
    is_announced INTEGER NOT NULL DEFAULT 0,
    -- The window that works on it, and until when it may.
    lease_owner TEXT,
    lease_until REAL NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX bulk_job_workspace ON bulk_jobs (workspace, created_at);

  CREATE TABLE bulk_batches (
    job_id TEXT NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'unsure', 'sent', 'ended')),
    item_count INTEGER NOT NULL,
    batch_id TEXT,
    sending_since REAL,
    PRIMARY KEY (job_id, number)
  ) STRICT;

  CREATE TABLE bulk_items (
    id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
    batch_number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    path TEXT NOT NULL,
    -- SHA-256 of the file's text as it was sent.
    hash TEXT NOT NULL,
    state TEXT NOT NULL
      CHECK (state IN ('waiting', 'succeeded', 'errored', 'canceled', 'expired')),
    review TEXT NOT NULL CHECK (review IN ('open', 'applied', 'discarded')),
    problem TEXT,
    answer TEXT
  ) STRICT;
  CREATE INDEX bulk_item_job ON bulk_items (job_id, position);
`;

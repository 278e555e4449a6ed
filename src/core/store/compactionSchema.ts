import type { TableSpec } from './batchPlan.ts';

/** Summaries that stand for the older part of a thread. The messages themselves stay. */
export const compactionMigration = `
  CREATE TABLE compactions (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    created_at REAL NOT NULL,
    kept_from INTEGER NOT NULL,
    plain_before INTEGER NOT NULL,
    summary TEXT NOT NULL
  ) STRICT;
  CREATE INDEX compaction_thread ON compactions (thread_id, row);
  `;

export const compactionsTable: TableSpec = {
  name: 'compactions',
  key: ['id'],
  onConflict: 'replace',
};

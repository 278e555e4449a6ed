import type { TableSpec } from './batchPlan.ts';

/** What was measured of the models, and what endpoints say of theirs. */
export const routerMigration = `
  CREATE TABLE model_statistics (
    workspace TEXT NOT NULL,
    model TEXT NOT NULL,
    success REAL NOT NULL,
    success_count INTEGER NOT NULL,
    first_token_ms REAL NOT NULL,
    first_token_count INTEGER NOT NULL,
    tokens_per_second REAL NOT NULL,
    tokens_per_second_count INTEGER NOT NULL,
    PRIMARY KEY (workspace, model)
  ) STRICT;

  CREATE TABLE model_lists (
    endpoint TEXT PRIMARY KEY,
    read_at REAL NOT NULL,
    -- JSON.
    facts TEXT NOT NULL
  ) STRICT;
`;

export const modelStatisticsTable: TableSpec = {
  name: 'model_statistics',
  key: ['workspace', 'model'],
  onConflict: 'replace',
};

export const modelListsTable: TableSpec = {
  name: 'model_lists',
  key: ['endpoint'],
  onConflict: 'replace',
};

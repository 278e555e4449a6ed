import type { TableSpec } from './batchPlan.ts';

/** What was out of the ordinary, of all windows. Figures and names, never content. */
export const alertMigration = `
  CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    severity TEXT NOT NULL,
    title TEXT NOT NULL,
    detail TEXT NOT NULL,
    since REAL NOT NULL,
    -- When its window last said that it was in force.
    seen_at REAL NOT NULL,
    ended_at REAL
  ) STRICT;
  CREATE INDEX alert_since ON alerts (since);
`;

export const alertsTable: TableSpec = { name: 'alerts', key: ['id'], onConflict: 'replace' };

/**
 * Figures by hour. A row is a histogram: all windows add to the same ones. No content, no paths: names
 * of operations, surfaces, models and tiers.
 */
export const telemetryMigration = `
  CREATE TABLE metric_hours (
    -- Hours since 1970, UTC.
    hour INTEGER NOT NULL,
    name TEXT NOT NULL,
    operation TEXT NOT NULL,
    surface TEXT NOT NULL,
    model TEXT NOT NULL,
    tier TEXT NOT NULL,
    count INTEGER NOT NULL,
    sum REAL NOT NULL,
    min REAL NOT NULL,
    max REAL NOT NULL,
    zero_count INTEGER NOT NULL,
    -- JSON: pairs of a bucket's index and its count.
    buckets TEXT NOT NULL,
    PRIMARY KEY (hour, name, operation, surface, model, tier)
  ) STRICT, WITHOUT ROWID;
`;

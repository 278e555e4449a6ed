/**
 * What both databases have become, step by step: never change an entry that was released, add one.
 * Each engine says what an entry is in its own SQL (`threadSchema.ts`, `postgres/postgresSchema.ts`), or
 * that it keeps nothing of it, and does not compile until it has said so. A version is how many of
 * them have been taken.
 */
export const migrationNames = [
  'threads',
  'compactions',
  'jobs',
  'usage',
  'router',
  'telemetry',
  'checkpoints',
  'completions',
  'team',
  'checkpointChunks',
  'alerts',
] as const;

export type MigrationName = (typeof migrationNames)[number];

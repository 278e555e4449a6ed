import type { TableSpec } from '../batchPlan.ts';
import type { MigrationName } from '../migrationNames.ts';
import {
  currentThreadsTable,
  deltasTable,
  draftsTable,
  messagesTable,
  threadsTable,
  toolResultsTable,
  toolUsesTable,
} from '../threadSchema.ts';
import { ledgerSql } from './ledgerSql.ts';
import { grantsSql, rulesSql, teamsSql } from './teamRulesSql.ts';
import { threadTablesSql } from './threadTablesSql.ts';
import { threadFunctionsSql, threadTriggersSql } from './threadTriggersSql.ts';

/** Where a member's statements look for names: nobody else can make anything there. */
export const teamSearchPath = 'slipstream, pg_temp';

/** What each step is to a team's database. Null where it is of each machine alone. */
export const postgresMigrations: Readonly<Record<MigrationName, string | null>> = {
  threads: [
    teamsSql,
    threadTablesSql,
    threadTriggersSql,
    threadFunctionsSql,
    rulesSql,
    grantsSql,
  ].join('\n'),
  // What a machine sends in place of an older part of a thread.
  compactions: null,
  jobs: null,
  usage: ledgerSql,
  router: null,
  telemetry: null,
  // Files of a machine as they were.
  checkpoints: null,
  completions: null,
  // What a machine knows of its team's database.
  team: null,
  checkpointChunks: null,
  // What a machine has found out of the ordinary.
  alerts: null,
};

/** Another client, or a message on its way, may have moved it further. */
const teamThreadsTable: TableSpec = {
  ...threadsTable,
  updateExpressions: { updated_at: 'greatest(updated_at, ?)' },
};
/** A piece of an answer by itself: nothing can be added to a row that somebody else may be reading. */
const teamDeltasTable: TableSpec = {
  name: 'deltas',
  key: ['id'],
  onConflict: 'fail',
  group: 'message_id',
};
/** Each member's own: whose, the database knows by itself. */
const teamDraftsTable: TableSpec = { ...draftsTable, key: ['owner', 'thread_id'] };
const teamCurrentThreadsTable: TableSpec = { ...currentThreadsTable, key: ['owner', 'workspace'] };

/** The tables of this machine's store that a team has, as they are there. */
export const teamTableOf: ReadonlyMap<TableSpec, TableSpec> = new Map([
  [threadsTable, teamThreadsTable],
  [messagesTable, messagesTable],
  [toolUsesTable, toolUsesTable],
  [toolResultsTable, toolResultsTable],
  [deltasTable, teamDeltasTable],
  [draftsTable, teamDraftsTable],
  [currentThreadsTable, teamCurrentThreadsTable],
]);

export const teamCallsTable: TableSpec = {
  name: 'usage_calls',
  key: ['owner', 'id'],
  onConflict: 'replace',
};

/** Those that others refer to first. */
export const teamTables: readonly TableSpec[] = [...teamTableOf.values(), teamCallsTable];

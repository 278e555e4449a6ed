import type { SqlRow } from '../../store/database.ts';
import { toSqlText } from '../../store/messageRows.ts';
import type { PostgresValue } from '../../store/postgres/postgresValues.ts';
import type { ThreadRecord } from '../../store/records.ts';
import { type UsageCall, usageCallRow } from '../../store/usageRecords.ts';
import type { TeamThread } from '../teamServer.ts';

/** Columns of a thread that `toTeamThread` reads. */
export const headColumns = `
  id, owner, project, title, is_title_by_user, system_prompt, usage, cost_usd, created_at, updated_at,
  shared_at, deleted_at, message_count`;

export function toTeamThread(row: SqlRow): TeamThread {
  const sharedAt = row['shared_at'];
  return {
    thread: toThreadRecord(row),
    owner: String(row['owner']),
    ...(sharedAt === null ? {} : { sharedAt: Number(sharedAt) }),
    isDeleted: row['deleted_at'] !== null,
    messageCount: Number(row['message_count']),
  };
}

/** Its workspace is the project that the team calls it by. */
export function toThreadRecord(row: SqlRow): ThreadRecord {
  return {
    id: String(row['id']),
    workspace: String(row['project']),
    title: String(row['title']),
    isTitleByUser: row['is_title_by_user'] === 1,
    systemPrompt: JSON.parse(String(row['system_prompt'])) as string,
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    usage: JSON.parse(String(row['usage'])) as ThreadRecord['usage'],
    costUsd: row['cost_usd'] === null ? undefined : Number(row['cost_usd']),
  };
}

/** The columns of the fields that are given. A cost may be given as undefined. */
export function threadColumns(
  fields: Partial<ThreadRecord>,
): Readonly<Record<string, PostgresValue>> {
  const { title, isTitleByUser, systemPrompt, usage } = fields;
  return {
    ...(title === undefined ? {} : { title: toSqlText(title) }),
    ...(isTitleByUser === undefined ? {} : { is_title_by_user: isTitleByUser }),
    ...(systemPrompt === undefined ? {} : { system_prompt: JSON.stringify(systemPrompt) }),
    ...(usage === undefined ? {} : { usage: JSON.stringify(usage) }),
    ...('costUsd' in fields ? { cost_usd: fields.costUsd ?? null } : {}),
  };
}

/** Of a call, what goes into the team's ledger, with PostgreSQL's type of each. */
const callColumns: readonly (readonly [string, string])[] = [
  ['id', 'text'],
  ['workspace', 'text'],
  ['thread_id', 'text'],
  ['surface', 'text'],
  ['model', 'text'],
  ['endpoint', 'text'],
  ['day', 'text'],
  ['started_at', 'float8'],
  ['input_tokens', 'float8'],
  ['output_tokens', 'float8'],
  ['cache_read_tokens', 'float8'],
  ['cache_write_tokens', 'float8'],
  ['cost_usd', 'float8'],
  ['duration_ms', 'float8'],
  ['outcome', 'text'],
];

const callNames = callColumns.map(([name]) => (name === 'workspace' ? 'project' : name));

/** One statement for any number of calls; those that are there already are what they are now. */
export const putCallsSql = `
  INSERT INTO slipstream.calls (${callNames.join(', ')})
  SELECT ${callColumns.map(([name]) => selected(name)).join(', ')}
  FROM json_to_recordset($1::json) AS n (${callColumns.map(([name, type]) => `${name} ${type}`).join(', ')})
  ON CONFLICT (id) DO UPDATE SET ${callNames
    .slice(1)
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`;

export function callValues(calls: readonly UsageCall[]): readonly PostgresValue[] {
  const rows = calls.map((call) => {
    const row = usageCallRow(call);
    return Object.fromEntries(callColumns.map(([name]) => [name, row[name] ?? null]));
  });
  return [JSON.stringify(rows)];
}

function selected(name: string): string {
  if (name === 'day') {
    return 'n.day::date';
  }
  return name.endsWith('_tokens') ? `n.${name}::bigint` : `n.${name}`;
}

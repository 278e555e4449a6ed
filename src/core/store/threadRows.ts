import { UserError } from '../../base/errors.ts';
import type { Row } from './batchPlan.ts';
import type { SqlRow } from './database.ts';
import type { SqlDialect } from './dialect.ts';
import { toSqlText } from './messageRows.ts';
import type { ThreadRecord, ThreadStore } from './records.ts';

export type ThreadChanges = Parameters<ThreadStore['updateThread']>[1];

/** Columns of a thread that its record is made of. */
export const threadRecordColumns = `
  t.id, t.workspace, t.title, t.is_title_by_user, t.system_prompt, t.created_at, t.updated_at,
  t.usage, t.cost_usd`;

/** The statements that read a thread without its messages. */
export interface ThreadStatements {
  /** Thread. */
  readonly thread: string;
  /** Thread. */
  readonly draft: string;
  /** Workspace. */
  readonly current: string;
}

export function threadStatements(dialect: SqlDialect): ThreadStatements {
  return {
    thread: dialect.statement(
      `SELECT ${threadRecordColumns} FROM threads t WHERE t.id = ? AND t.deleted_at IS NULL`,
    ),
    draft: dialect.statement('SELECT draft FROM drafts WHERE thread_id = ?'),
    current: dialect.statement(`
      SELECT c.thread_id FROM current_threads c LEFT JOIN threads t ON t.id = c.thread_id
      WHERE c.workspace = ? AND t.deleted_at IS NULL`),
  };
}

/** The columns of the fields that are given. A cost may be given as undefined. */
export function threadColumns(fields: ThreadChanges): Row {
  const { title, isTitleByUser, systemPrompt, updatedAt, usage } = fields;
  return {
    ...(title === undefined ? {} : { title: toSqlText(title) }),
    ...(isTitleByUser === undefined ? {} : { is_title_by_user: Number(isTitleByUser) }),
    ...(updatedAt === undefined ? {} : { updated_at: updatedAt }),
    ...('costUsd' in fields ? { cost_usd: fields.costUsd ?? null } : {}),
    ...(usage === undefined ? {} : { usage: JSON.stringify(usage) }),
    ...(systemPrompt === undefined ? {} : { system_prompt: JSON.stringify(systemPrompt) }),
  };
}

export function toThreadRecord(row: SqlRow): ThreadRecord {
  return {
    id: String(row['id']),
    workspace: String(row['workspace']),
    title: String(row['title']),
    isTitleByUser: row['is_title_by_user'] === 1,
    systemPrompt: JSON.parse(String(row['system_prompt'])) as string,
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    usage: JSON.parse(String(row['usage'])) as ThreadRecord['usage'],
    costUsd: row['cost_usd'] === null ? undefined : Number(row['cost_usd']),
  };
}

/** Somebody else has put a message where ours would have been. */
export function conflict(cause?: unknown): UserError {
  return new UserError(
    'This thread is being continued in another window. Open it again here to see what was added, then go on.',
    { cause },
  );
}

/** Others have taken the places of the messages. */
export function broughtBackTooLate(): UserError {
  return new UserError('The conversation has gone on since, so it can’t be brought back.');
}

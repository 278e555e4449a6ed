import { BugError } from '../../../base/errors.ts';
import { isUniqueViolation } from '../../store/postgres/postgresErrors.ts';
import type { PostgresValue } from '../../store/postgres/postgresValues.ts';
import type { ThreadRecord } from '../../store/records.ts';
import type { TeamServer } from '../teamServer.ts';
import type { TeamQuery } from './postgresTeamServer.ts';
import { headColumns, threadColumns, toThreadRecord } from './teamRows.ts';

type Threads = TeamServer['threads'];

/** Heads of threads in the team's database. */
export class PostgresTeamThreads implements Threads {
  private readonly query: TeamQuery;

  constructor(query: TeamQuery) {
    this.query = query;
  }

  async createThread(thread: ThreadRecord): Promise<void> {
    const { id, workspace, createdAt, updatedAt } = thread;
    const own = { id, project: workspace, created_at: createdAt, updated_at: updatedAt };
    const columns = { ...own, ...threadColumns(thread) };
    const names = Object.keys(columns);
    const places = names.map((_, index) => `$${index + 1}`);
    const sql = `INSERT INTO slipstream.threads (${names.join(', ')}) VALUES (${places.join(', ')})`;
    try {
      await this.query('team.create', sql, Object.values(columns));
    } catch (error) {
      throw isUniqueViolation(error)
        ? new BugError(`There is a thread ${id} already.`, { cause: error })
        : error;
    }
  }

  async updateThread(id: string, changes: Parameters<Threads['updateThread']>[1]): Promise<void> {
    const columns = threadColumns(changes);
    const names = Object.keys(columns);
    const assignments = names.map((name, index) => `${name} = $${index + 3}`);
    await this.change(
      'team.update',
      ['updated_at = greatest(updated_at, $2)', ...assignments].join(', '),
      [id, changes.updatedAt ?? 0, ...Object.values(columns)],
    );
  }

  async readThread(id: string): Promise<ThreadRecord | undefined> {
    const { rows } = await this.query(
      'team.thread',
      `SELECT ${headColumns} FROM slipstream.threads WHERE id = $1 AND deleted_at IS NULL`,
      [id],
    );
    const [row] = rows;
    return row && toThreadRecord(row);
  }

  async listThreads({
    workspace,
    limit,
    before,
  }: Parameters<Threads['listThreads']>[0]): ReturnType<Threads['listThreads']> {
    const { rows } = await this.query(
      'team.list',
      `SELECT id, title, updated_at, message_count FROM slipstream.threads
       WHERE project = $1 AND deleted_at IS NULL AND (updated_at, id) < ($2, $3)
       ORDER BY updated_at DESC, id DESC LIMIT $4`,
      [workspace, before?.updatedAt ?? Number.MAX_VALUE, before?.id ?? '', limit + 1],
    );
    const threads = rows.slice(0, limit).map((row) => ({
      id: String(row['id']),
      title: String(row['title']),
      updatedAt: Number(row['updated_at']),
      messageCount: Number(row['message_count']),
    }));
    return { threads, hasMore: rows.length > limit };
  }

  deleteThread(id: string): Promise<void> {
    const now = 'deleted_at = coalesce(deleted_at, extract(epoch FROM now()) * 1000)';
    return this.change('team.delete', now, [id]);
  }

  restoreThread(id: string): Promise<void> {
    return this.change('team.restore', 'deleted_at = NULL', [id]);
  }

  private async change(
    operation: string,
    assignments: string,
    values: readonly PostgresValue[],
  ): Promise<void> {
    const sql = `UPDATE slipstream.threads SET ${assignments} WHERE id = $1`;
    const { changed } = await this.query(operation, sql, values);
    if (changed === 0) {
      throw new BugError(`There is no thread ${String(values[0])}.`);
    }
  }
}

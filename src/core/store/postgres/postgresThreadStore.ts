import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import { BugError } from '../../../base/errors.ts';
import type { Draft } from '../../../shared/views.ts';
import type { Row, WriteOperation } from '../batchPlan.ts';
import type { BatchWriterCounters } from '../batchWriter.ts';
import type { SqlRow } from '../database.ts';
import { toPage, toWholeResult } from '../messageRecords.ts';
import { deltaRow, messageOperations, toolResultRow, toSqlText } from '../messageRows.ts';
import { messageStatements, pageValues } from '../messageStatements.ts';
import type {
  MessageRecord,
  ThreadPage,
  ThreadRecord,
  ThreadStore,
  ToolResultRecord,
} from '../records.ts';
import { ListStatements, toList, toListRow } from '../threadListQuery.ts';
import {
  broughtBackTooLate,
  conflict,
  type ThreadChanges,
  threadColumns,
  threadStatements,
  toThreadRecord,
} from '../threadRows.ts';
import {
  currentThreadsTable,
  deltasTable,
  draftsTable,
  threadsTable,
  toolResultsTable,
} from '../threadSchema.ts';
import type { PostgresWriteUnit } from './batchCommit.ts';
import type { DatabasePools, PostgresTransaction, StatementOptions } from './databasePools.ts';
import { PostgresBatchWriter } from './postgresBatchWriter.ts';
import { postgresDialect } from './postgresDialect.ts';
import { isUniqueViolation } from './postgresErrors.ts';
import { teamTables } from './postgresSchema.ts';
import type { PostgresValue } from './postgresValues.ts';
import { explainRefusal } from './teamErrors.ts';
import { teamOperation } from './teamOperations.ts';
import { historyStatement, toWholeMessage } from './teamStatements.ts';

export interface PostgresThreadStoreParts {
  /** Not closed with the store. */
  readonly pools: DatabasePools;
  readonly clock: Clock;
  /** Sees to it that the server is there and is told of what became of the work. */
  readonly ask?: <T>(work: () => Promise<T>) => Promise<T>;
}

type Operation = StatementOptions['operation'];

const lists = new ListStatements(postgresDialect);
const messages = messageStatements(postgresDialect);
const statements = threadStatements(postgresDialect);

/** More does not fit into an entry of the index that answers the list, whatever the letters. */
const maxTitleCharacters = 400;

/** Threads in a team's PostgreSQL, as one member sees them. Many windows write to the same ones. */
export class PostgresThreadStore implements ThreadStore {
  private readonly parts: PostgresThreadStoreParts;
  private readonly writer: PostgresBatchWriter;
  /** Threads that somebody else has continued since this window read them. */
  private readonly conflicted = new Set<string>();

  constructor(parts: PostgresThreadStoreParts) {
    this.parts = parts;
    const { pools, clock } = parts;
    this.writer = new PostgresBatchWriter({
      pools,
      clock,
      tables: teamTables,
      explain: explainRefusal,
    });
  }

  /** Figures of the writes, for the performance panel. */
  get counters(): BatchWriterCounters {
    return this.writer.counters;
  }

  createThread(thread: ThreadRecord): Promise<void> {
    const { id, workspace, createdAt } = thread;
    const row = { id, workspace, created_at: createdAt, ...teamThreadColumns(thread) };
    return this.write([{ kind: 'put', table: threadsTable, row }], {
      explain: (error) =>
        isUniqueViolation(error) ? new BugError(`There is a thread ${id} already.`) : error,
    });
  }

  updateThread(id: string, changes: ThreadChanges): Promise<void> {
    const columns = teamThreadColumns(changes);
    return Object.keys(columns).length === 0 ? Promise.resolve() : this.changeThread(id, columns);
  }

  async readThread(id: string): Promise<ThreadRecord | undefined> {
    const [row] = await this.read('threads.read', statements.thread, [id]);
    return row && toThreadRecord(row);
  }

  async listThreads(
    query: Parameters<ThreadStore['listThreads']>[0],
  ): ReturnType<ThreadStore['listThreads']> {
    const { sql, values, kind, words } = lists.plan(query, true);
    const rows =
      kind === 'all'
        ? await this.read('threads.list', sql, values)
        : // What many texts have takes its time; the list shall not wait for it.
          await this.read('threads.search', sql, values, 'analytics');
    return toList(
      rows.map((row) => toListRow(row, words)),
      query,
    );
  }

  deleteThread(id: string): Promise<void> {
    return this.changeThread(id, { deleted_at: this.parts.clock.wallTime() });
  }

  restoreThread(id: string): Promise<void> {
    return this.changeThread(id, { deleted_at: null });
  }

  putMessage(message: MessageRecord): Promise<void> {
    const { threadId, id } = message;
    return this.write(messageOperations(message), {
      check: (transaction) => this.refuseConflict(transaction, threadId, id),
      explain: (error) => {
        if (isUniqueViolation(error)) {
          this.conflicted.add(threadId);
          return conflict(error);
        }
        return error;
      },
    });
  }

  putToolResult(messageId: string, result: ToolResultRecord): Promise<void> {
    const row = toolResultRow(messageId, result);
    return this.write([{ kind: 'put', table: toolResultsTable, row }]);
  }

  appendDelta(delta: Parameters<ThreadStore['appendDelta']>[0]): Promise<void> {
    const { messageId, blockIndex, kind, text } = delta;
    const row = { id: randomUUID(), ...deltaRow(messageId, blockIndex, kind, text) };
    return this.write([{ kind: 'put', table: deltasTable, row }]);
  }

  setAsideFrom(threadId: string, ordinal: number): Promise<void> {
    const sql = 'SELECT slipstream.set_aside_from($1, $2, $3)';
    const values = [threadId, ordinal, this.parts.clock.wallTime()];
    return this.write([{ kind: 'run', sql, values }], {
      check: (transaction) => this.refuseConflict(transaction, threadId),
    });
  }

  bringBack(threadId: string, messageIds: readonly string[]): Promise<void> {
    const sql = 'UPDATE messages SET set_aside_at = NULL WHERE thread_id = $1 AND id = $2';
    return this.write(
      messageIds.map((id) => ({ kind: 'run', sql, values: [threadId, id] })),
      {
        check: (transaction) => this.refuseConflict(transaction, threadId),
        explain: (error) => (isUniqueViolation(error) ? broughtBackTooLate() : error),
      },
    );
  }

  async readPage(
    threadId: string,
    { limit, beforeOrdinal = Number.MAX_SAFE_INTEGER }: Parameters<ThreadStore['readPage']>[1],
  ): Promise<ThreadPage> {
    const values = pageValues(threadId, limit, beforeOrdinal);
    return toPage(await this.read('messages.page', messages.page, values));
  }

  async readHistory(threadId: string): Promise<readonly MessageRecord[]> {
    await this.flush();
    this.conflicted.delete(threadId);
    const rows = await this.read('messages.history', historyStatement, [threadId]);
    return rows.map(toWholeMessage);
  }

  async readToolResult(threadId: string, toolUseId: string): Promise<ToolResultRecord | undefined> {
    const values = [toolUseId, threadId];
    const [row] = await this.read('messages.result', messages.result, values);
    return row && toWholeResult(row);
  }

  saveDraft(threadId: string, workspace: string, draft: Draft): Promise<void> {
    const row = { thread_id: threadId, workspace, draft: JSON.stringify(draft) };
    return this.write([{ kind: 'put', table: draftsTable, row }]);
  }

  async readDraft(threadId: string): Promise<Draft | undefined> {
    const [row] = await this.read('drafts.read', statements.draft, [threadId]);
    return row && (JSON.parse(String(row['draft'])) as Draft);
  }

  async readCurrentThread(workspace: string): Promise<string | undefined> {
    const [row] = await this.read('threads.current', statements.current, [workspace]);
    return row && String(row['thread_id']);
  }

  saveCurrentThread(workspace: string, threadId: string): Promise<void> {
    const row = { workspace, thread_id: threadId };
    return this.write([{ kind: 'put', table: currentThreadsTable, row }]);
  }

  flush(): Promise<void> {
    return this.writer.flush();
  }

  /** What is not committed by now fails: whoever wants it kept waits for `flush` before. */
  dispose(): void {
    this.writer.dispose();
  }

  private changeThread(id: string, changes: Row): Promise<void> {
    return this.write([{ kind: 'update', table: threadsTable, key: id, changes }]);
  }

  private write(
    operations: readonly WriteOperation[],
    hooks: Omit<PostgresWriteUnit, 'operations'> = {},
  ): Promise<void> {
    return this.ask(() =>
      this.writer.write({ operations: operations.map(teamOperation), ...hooks }),
    );
  }

  /** Reads what is in the database once everything queued before is in it too. */
  private async read(
    operation: Operation,
    sql: string,
    values: readonly PostgresValue[],
    pool: 'read' | 'analytics' = 'read',
  ): Promise<readonly SqlRow[]> {
    return this.ask(async () => {
      await this.writer.flush();
      const { rows } = await this.parts.pools.query(sql, values, { operation, pool });
      return rows;
    });
  }

  private ask<T>(work: () => Promise<T>): Promise<T> {
    const { ask } = this.parts;
    return ask ? ask(work) : work();
  }

  /** See the store on this machine: what follows a message without a place must not be kept either. */
  private async refuseConflict(
    transaction: PostgresTransaction,
    threadId: string,
    messageId = '',
  ): Promise<void> {
    if (!this.conflicted.has(threadId)) {
      return;
    }
    const sql = 'SELECT 1 FROM messages WHERE id = $1';
    if ((await transaction.query(sql, [messageId])).rows.length === 0) {
      throw conflict();
    }
  }
}

function teamThreadColumns(fields: ThreadChanges): Row {
  const columns = threadColumns(fields);
  const { title } = columns;
  return typeof title === 'string'
    ? { ...columns, title: toSqlText(title.slice(0, maxTitleCharacters)) }
    : columns;
}

import type { Clock } from '../../base/clock.ts';
import { BugError } from '../../base/errors.ts';
import type { Draft } from '../../shared/views.ts';
import type { Row, TableSpec, WriteOperation } from './batchPlan.ts';
import type { BatchWriterCounters, WriteUnit } from './batchWriter.ts';
import type { Database } from './database.ts';
import { isDuplicate, isOrphan } from './databaseErrors.ts';
import { sqliteDialect } from './dialect.ts';
import { readHistory, readPage, readToolResult } from './messageReader.ts';
import { deltaRow, messageOperations, toolResultRow } from './messageRows.ts';
import type {
  MessageRecord,
  ThreadPage,
  ThreadRecord,
  ThreadStore,
  ToolResultRecord,
} from './records.ts';
import type { StoreConnection } from './storeConnection.ts';
import { listThreads } from './threadList.ts';
import {
  broughtBackTooLate,
  conflict,
  type ThreadChanges,
  threadColumns,
  threadStatements,
  toThreadRecord,
} from './threadRows.ts';
import {
  currentThreadsTable,
  deltasTable,
  draftsTable,
  threadsTable,
  toolResultsTable,
} from './threadSchema.ts';

export interface ThreadStoreParts {
  /** Closed with the store. */
  readonly connection: StoreConnection;
  readonly clock: Clock;
  /** Whether there is a search index over titles and texts. */
  readonly isIndexed: boolean;
}

const statements = threadStatements(sqliteDialect);

/** Threads in SQLite. Two windows may write to the same file. */
export class SqliteThreadStore implements ThreadStore {
  private readonly parts: ThreadStoreParts;
  private readonly connection: StoreConnection;
  private readonly database: Database;
  /** Threads that another window has continued since this one read them. */
  private readonly conflicted = new Set<string>();

  constructor(parts: ThreadStoreParts) {
    this.parts = parts;
    this.connection = parts.connection;
    this.database = parts.connection.database;
  }

  /** Figures of the writes, for the performance panel. */
  get counters(): BatchWriterCounters {
    return this.connection.counters;
  }

  createThread(thread: ThreadRecord): Promise<void> {
    const row = { id: thread.id, workspace: thread.workspace, created_at: thread.createdAt };
    return this.write([put(threadsTable, { ...row, ...threadColumns(thread) })], {
      explain: (error) =>
        isDuplicate(error) ? new BugError(`There is a thread ${thread.id} already.`) : error,
    });
  }

  updateThread(id: string, changes: ThreadChanges): Promise<void> {
    const columns = threadColumns(changes);
    return Object.keys(columns).length === 0 ? Promise.resolve() : this.changeThread(id, columns);
  }

  readThread(id: string): Promise<ThreadRecord | undefined> {
    return this.read(() => {
      const row = this.database.get(statements.thread, [id]);
      return row && toThreadRecord(row);
    });
  }

  listThreads(
    query: Parameters<ThreadStore['listThreads']>[0],
  ): ReturnType<ThreadStore['listThreads']> {
    return this.read(() => listThreads(this.database, query, this.parts.isIndexed));
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
      check: () => this.refuseConflict(threadId, id),
      explain: (error) => {
        if (isDuplicate(error)) {
          this.conflicted.add(threadId);
          return conflict(error);
        }
        return isOrphan(error) ? new BugError(`There is no thread ${threadId}.`) : error;
      },
    });
  }

  putToolResult(messageId: string, result: ToolResultRecord): Promise<void> {
    const row = toolResultRow(messageId, result);
    return this.write([put(toolResultsTable, row)], { explain: orphanOf(messageId) });
  }

  appendDelta(delta: Parameters<ThreadStore['appendDelta']>[0]): Promise<void> {
    const { messageId, blockIndex, kind, text } = delta;
    const row = deltaRow(messageId, blockIndex, kind, text);
    return this.write([put(deltasTable, row)], { explain: orphanOf(messageId) });
  }

  setAsideFrom(threadId: string, ordinal: number): Promise<void> {
    const sql = `
      UPDATE messages SET set_aside_at = ?
      WHERE thread_id = ? AND set_aside_at IS NULL AND ordinal >= ?`;
    const values = [this.parts.clock.wallTime(), threadId, ordinal];
    return this.write([{ kind: 'run', sql, values }], {
      check: () => this.refuseConflict(threadId),
    });
  }

  bringBack(threadId: string, messageIds: readonly string[]): Promise<void> {
    const sql = 'UPDATE messages SET set_aside_at = NULL WHERE thread_id = ? AND id = ?';
    return this.write(
      messageIds.map((id) => ({ kind: 'run', sql, values: [threadId, id] })),
      {
        check: () => this.refuseConflict(threadId),
        explain: (error) => (isDuplicate(error) ? broughtBackTooLate() : error),
      },
    );
  }

  readPage(
    threadId: string,
    { limit, beforeOrdinal = Number.MAX_SAFE_INTEGER }: Parameters<ThreadStore['readPage']>[1],
  ): Promise<ThreadPage> {
    return this.read(() => readPage(this.database, threadId, limit, beforeOrdinal));
  }

  readHistory(threadId: string): Promise<readonly MessageRecord[]> {
    return this.read(() => {
      this.conflicted.delete(threadId);
      return readHistory(this.database, threadId);
    });
  }

  readToolResult(threadId: string, toolUseId: string): Promise<ToolResultRecord | undefined> {
    return this.read(() => readToolResult(this.database, threadId, toolUseId));
  }

  saveDraft(threadId: string, workspace: string, draft: Draft): Promise<void> {
    const row = { thread_id: threadId, workspace, draft: JSON.stringify(draft) };
    return this.write([put(draftsTable, row)]);
  }

  readDraft(threadId: string): Promise<Draft | undefined> {
    return this.read(() => {
      const row = this.database.get(statements.draft, [threadId]);
      return row && (JSON.parse(String(row['draft'])) as Draft);
    });
  }

  readCurrentThread(workspace: string): Promise<string | undefined> {
    return this.read(() => {
      const row = this.database.get(statements.current, [workspace]);
      return row && String(row['thread_id']);
    });
  }

  saveCurrentThread(workspace: string, threadId: string): Promise<void> {
    return this.write([put(currentThreadsTable, { workspace, thread_id: threadId })]);
  }

  flush(): Promise<void> {
    return this.read(() => undefined);
  }

  dispose(): void {
    this.connection.dispose();
  }

  private changeThread(id: string, changes: Row): Promise<void> {
    return this.write([{ kind: 'update', table: threadsTable, key: id, changes }]);
  }

  private write(
    operations: readonly WriteOperation[],
    hooks: Omit<WriteUnit, 'operations'> = {},
  ): Promise<void> {
    return this.connection.write(operations, hooks);
  }

  private read<T>(query: () => T): Promise<T> {
    return this.connection.read(query);
  }

  /**
   * Once a message of ours found its place taken, those after it must not follow it either: they
   * would stand among the other window's. Messages that are there already may still be finished.
   */
  private refuseConflict(threadId: string, messageId = ''): void {
    if (!this.conflicted.has(threadId)) {
      return;
    }
    if (!this.database.get('SELECT 1 FROM messages WHERE id = ?', [messageId])) {
      throw conflict();
    }
  }
}

function put(table: TableSpec, row: Row): WriteOperation {
  return { kind: 'put', table, row };
}

function orphanOf(messageId: string): (error: unknown) => unknown {
  return (error) => (isOrphan(error) ? new BugError(`There is no message ${messageId}.`) : error);
}

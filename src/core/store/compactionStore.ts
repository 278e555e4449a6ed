import { compactionsTable } from './compactionSchema.ts';
import type { SqlRow } from './database.ts';
import type { StoreConnection } from './storeConnection.ts';

/** A summary that is sent in place of the older part of a thread. */
export interface CompactionRecord {
  readonly id: string;
  readonly threadId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Ordinal of the first message that is still sent as it is. */
  readonly keptFrom: number;
  /**
   * Answers before this ordinal are sent without their thinking, which was bound to what stood before
   * them, and without contents of files that were read or changed again before it.
   */
  readonly plainBefore: number;
  /** Markdown. */
  readonly summary: string;
}

/** The summaries of threads, kept, so that after a reload the same bytes are sent. */
export interface CompactionStore {
  /** Oldest first: the last one holds, those before it where it is taken back. */
  readCompactions(threadId: string): Promise<readonly CompactionRecord[]>;
  /** Adds a summary, or changes the one with this id. */
  putCompaction(compaction: CompactionRecord): Promise<void>;
  /** For when a thread goes back to this message: summaries that tell of it, or of later ones, go. */
  rewindCompactions(threadId: string, ordinal: number): Promise<void>;
}

/** Summaries in SQLite, beside the threads. */
export class SqliteCompactionStore implements CompactionStore {
  private readonly connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.connection = connection;
  }

  readCompactions(threadId: string): Promise<readonly CompactionRecord[]> {
    const sql = 'SELECT * FROM compactions WHERE thread_id = ? ORDER BY row';
    return this.connection.read(() =>
      this.connection.database.all(sql, [threadId]).map(toCompaction),
    );
  }

  putCompaction(compaction: CompactionRecord): Promise<void> {
    const row = {
      id: compaction.id,
      thread_id: compaction.threadId,
      created_at: compaction.createdAt,
      kept_from: compaction.keptFrom,
      plain_before: compaction.plainBefore,
      summary: JSON.stringify(compaction.summary),
    };
    return this.connection.write([{ kind: 'put', table: compactionsTable, row }]);
  }

  rewindCompactions(threadId: string, ordinal: number): Promise<void> {
    const remove = 'DELETE FROM compactions WHERE thread_id = ? AND kept_from > ?';
    const clamp = `
      UPDATE compactions SET plain_before = ? WHERE thread_id = ? AND plain_before > ?`;
    return this.connection.write([
      { kind: 'run', sql: remove, values: [threadId, ordinal] },
      { kind: 'run', sql: clamp, values: [ordinal, threadId, ordinal] },
    ]);
  }
}

/** The same, for summaries in memory. */
export function rewound(
  compactions: readonly CompactionRecord[],
  ordinal: number,
): readonly CompactionRecord[] {
  return compactions
    .filter((compaction) => compaction.keptFrom <= ordinal)
    .map((compaction) => ({
      ...compaction,
      plainBefore: Math.min(compaction.plainBefore, ordinal),
    }));
}

function toCompaction(row: SqlRow): CompactionRecord {
  return {
    id: String(row['id']),
    threadId: String(row['thread_id']),
    createdAt: Number(row['created_at']),
    keptFrom: Number(row['kept_from']),
    plainBefore: Number(row['plain_before']),
    summary: JSON.parse(String(row['summary'])) as string,
  };
}

import type { SqlRow } from '../store/database.ts';
import type { ThreadRecord } from '../store/records.ts';
import type { StoreConnection } from '../store/storeConnection.ts';
import { toThreadRecord } from '../store/threadRows.ts';
import { type LocalMessage, messageIds, readMessages } from './teamMessages.ts';

/** What this machine knows of a thread that the team's database has, or will have. */
export interface TeamThreadState {
  readonly threadId: string;
  readonly project: string;
  /** Undefined until the server has said so: then it is ours. */
  readonly owner: string | undefined;
  readonly sharedAt: number | undefined;
  /** What the user wants of which the server has yet to be told. */
  readonly wantedShared: boolean | undefined;
  readonly isKnown: boolean;
  readonly messageCursor: string | undefined;
  readonly isBehind: boolean;
  readonly ownTurn: string | undefined;
}

/** What has changed in a thread and has yet to be sent, as it is now. */
export interface PendingChanges {
  readonly state: TeamThreadState;
  /** Undefined where the thread was never kept, because that failed. */
  readonly thread: ThreadRecord | undefined;
  readonly isDeleted: boolean;
  readonly kinds: ReadonlySet<string>;
  readonly messages: ReadonlyMap<string, LocalMessage>;
  /** Of each message, what happened to it. */
  readonly messageKinds: ReadonlyMap<string, ReadonlySet<string>>;
  /** What happens later has a higher number in the outbox. */
  readonly upTo: number;
}

/** What of this machine's threads the team's database has, and what it has yet to get. */
export class TeamLog {
  readonly connection: StoreConnection;
  /** Whose database it is: a user of another has other threads. */
  readonly server: string;

  constructor(connection: StoreConnection, server: string) {
    this.connection = connection;
    this.server = server;
  }

  /**
   * From now on threads begun in these folders are the team's, private until they are shared, and
   * calls to models are noted for its ledger.
   */
  async begin(workspace: string, project: string): Promise<void> {
    await this.run(
      `INSERT INTO team_server (one, address) VALUES (1, ?)
       ON CONFLICT (one) DO UPDATE SET address = excluded.address`,
      [this.server],
    );
    await this.run(
      `INSERT INTO team_workspaces (workspace, server, project) VALUES (?, ?, ?)
       ON CONFLICT (workspace) DO UPDATE SET server = excluded.server, project = excluded.project`,
      [workspace, this.server, project],
    );
  }

  /** The project that these folders are to the team; undefined where they were never open with one. */
  projectNow(workspace: string): string | undefined {
    const sql = 'SELECT project FROM team_workspaces WHERE workspace = ? AND server = ?';
    const project = this.connection.database.get(sql, [workspace, this.server])?.['project'];
    return typeof project === 'string' ? project : undefined;
  }

  /** Makes a thread that is there already one of the team's, with all its messages. */
  adoptWhole(threadId: string, project: string): Promise<void> {
    return this.alone(() => {
      if (!this.stateNow(threadId)) {
        this.noteWhole(threadId, project);
      }
    });
  }

  /** Within a transaction. */
  noteWhole(threadId: string, project: string): void {
    const { database } = this.connection;
    const add = 'INSERT INTO team_outbox (thread_id, kind, message_id) VALUES (?, ?, ?)';
    for (const table of ['team_threads', 'team_outbox']) {
      // It may be of a team's database that is no longer in use.
      database.run(`DELETE FROM ${table} WHERE thread_id = ?`, [threadId]);
    }
    database.run('INSERT INTO team_threads (thread_id, server, project) VALUES (?, ?, ?)', [
      threadId,
      this.server,
      project,
    ]);
    database.run(add, [threadId, 'head', null]);
    for (const id of messageIds(database, threadId)) {
      database.run(add, [threadId, 'new', id]);
    }
  }

  /** Threads with messages in these folders that are none of the team's yet, oldest first. */
  unsent(workspace: string): Promise<readonly string[]> {
    return this.ids(
      `SELECT id FROM threads WHERE workspace = ? AND deleted_at IS NULL AND id NOT IN (
         SELECT thread_id FROM team_threads WHERE server = ?)
       ORDER BY updated_at`,
      [workspace, this.server],
    );
  }

  /** Threads that have changed, those that have waited longest first. */
  pendingThreads(): Promise<readonly string[]> {
    return this.ids(
      `SELECT o.thread_id AS id FROM team_outbox o JOIN team_threads t ON t.thread_id = o.thread_id
       WHERE t.server = ? GROUP BY o.thread_id ORDER BY min(o.row)`,
      [this.server],
    );
  }

  /** How many changes wait, a message or a title counted once. */
  waiting(): Promise<number> {
    return this.connection.read(() => {
      const sql = `
        SELECT count(DISTINCT o.thread_id || coalesce(o.message_id, '')) AS changes
        FROM team_outbox o JOIN team_threads t ON t.thread_id = o.thread_id WHERE t.server = ?`;
      return Number(this.connection.database.get(sql, [this.server])?.['changes'] ?? 0);
    });
  }

  states(threadIds: readonly string[]): Promise<ReadonlyMap<string, TeamThreadState>> {
    return this.connection.read(() => {
      const found = threadIds.flatMap((id) => this.stateNow(id) ?? []);
      return new Map(found.map((state) => [state.threadId, state]));
    });
  }

  async state(threadId: string): Promise<TeamThreadState | undefined> {
    return (await this.states([threadId])).get(threadId);
  }

  /** Within a read or a transaction. */
  stateNow(threadId: string): TeamThreadState | undefined {
    const sql = 'SELECT * FROM team_threads WHERE thread_id = ? AND server = ?';
    const row = this.connection.database.get(sql, [threadId, this.server]);
    return row && toState(row);
  }

  /** Whether any of a thread's messages are on this machine. */
  hasMessages(threadId: string): Promise<boolean> {
    return this.connection.read(() => {
      const sql = 'SELECT 1 FROM messages WHERE thread_id = ? LIMIT 1';
      return this.connection.database.get(sql, [threadId]) !== undefined;
    });
  }

  /** What is to be sent of a thread; undefined where nothing is. */
  pending(threadId: string): Promise<PendingChanges | undefined> {
    return this.connection.read(() => this.pendingNow(threadId));
  }

  /** Within a read or a transaction. */
  pendingNow(threadId: string): PendingChanges | undefined {
    const { database } = this.connection;
    const state = this.stateNow(threadId);
    const sql = 'SELECT row, kind, message_id FROM team_outbox WHERE thread_id = ? ORDER BY row';
    const rows = database.all(sql, [threadId]);
    const last = rows.at(-1);
    if (!state || !last) {
      return undefined;
    }
    const messageKinds = kindsByMessage(rows);
    const thread = database.get('SELECT * FROM threads WHERE id = ?', [threadId]);
    return {
      state,
      thread: thread && toThreadRecord(thread),
      isDeleted: thread !== undefined && thread['deleted_at'] !== null,
      kinds: new Set(rows.map((row) => String(row['kind']))),
      messages: readMessages(database, [...messageKinds.keys()]),
      messageKinds,
      upTo: Number(last['row']),
    };
  }

  /** Strikes out what was sent; `left` are messages that were not. */
  settle({ state, upTo, messageKinds }: PendingChanges, left: ReadonlySet<string>): void {
    const { database } = this.connection;
    this.connection.transaction(() => {
      database.run(
        'DELETE FROM team_outbox WHERE thread_id = ? AND row <= ? AND message_id IS NULL',
        [state.threadId, upTo],
      );
      for (const id of messageKinds.keys()) {
        if (!left.has(id)) {
          database.run(
            'DELETE FROM team_outbox WHERE thread_id = ? AND row <= ? AND message_id = ?',
            [state.threadId, upTo, id],
          );
        }
      }
    });
  }

  /** The server has the thread. */
  noteKnown(threadId: string, owner: string): Promise<void> {
    return this.run(
      `UPDATE team_threads SET is_known = 1, owner = coalesce(owner, ?) WHERE thread_id = ?`,
      [owner, threadId],
    );
  }

  /** The server has done what was wanted, unless something else is wanted by now. */
  noteShared(threadId: string, isShared: boolean, wallTimeMs: number): Promise<void> {
    return this.run(
      `UPDATE team_threads SET wanted_shared = NULL, shared_at = ?
       WHERE thread_id = ? AND wanted_shared = ?`,
      [isShared ? wallTimeMs : null, threadId, Number(isShared)],
    );
  }

  /** Lets the team see a thread, or its owner alone again, as soon as the server can be told. */
  wantShared(threadId: string, isShared: boolean): Promise<void> {
    return this.alone(() => {
      this.connection.database.run(
        'UPDATE team_threads SET wanted_shared = ? WHERE thread_id = ?',
        [Number(isShared), threadId],
      );
      this.connection.database.run(
        "INSERT INTO team_outbox (thread_id, kind) VALUES (?, 'share')",
        [threadId],
      );
    });
  }

  /** From where the changes of a project's threads are to be asked for. */
  projectCursor(project: string): Promise<string | undefined> {
    return this.connection.read(() => {
      const sql = 'SELECT thread_cursor FROM team_projects WHERE server = ? AND project = ?';
      const cursor = this.connection.database.get(sql, [this.server, project])?.['thread_cursor'];
      return typeof cursor === 'string' ? cursor : undefined;
    });
  }

  /** Threads of others, or of other machines of ours, that are kept here. */
  fetched(project: string): Promise<readonly string[]> {
    return this.ids(
      `SELECT thread_id AS id FROM team_threads
       WHERE server = ? AND project = ? AND is_known = 1 AND owner IS NOT NULL`,
      [this.server, project],
    );
  }

  /** Takes a thread that may no longer be seen off this machine. */
  forget(threadId: string): void {
    const { database } = this.connection;
    this.connection.transaction(() => {
      for (const table of ['team_threads', 'team_outbox', 'drafts', 'current_threads']) {
        database.run(`DELETE FROM ${table} WHERE thread_id = ?`, [threadId]);
      }
      database.run('DELETE FROM threads WHERE id = ?', [threadId]);
    });
  }

  private ids(sql: string, values: readonly string[]): Promise<readonly string[]> {
    return this.connection.read(() =>
      this.connection.database.all(sql, values).map((row) => String(row['id'])),
    );
  }

  /** At once, not with the next commit: what follows counts on it. */
  private run(sql: string, values: readonly (string | number | null)[]): Promise<void> {
    return this.alone(() => this.connection.database.run(sql, values));
  }

  /** In a transaction, with everything in the database that was written before. */
  private async alone(work: () => void): Promise<void> {
    await this.connection.read(() => undefined);
    this.connection.transaction(work);
  }
}

/** Where threads of others are kept on this machine: they were begun in none of its folders. */
export function teamWorkspace(project: string): string {
  return `team:${project}`;
}

/** Whether others than its owner see a thread, or will as soon as the server is told. */
export function isShared(state: Pick<TeamThreadState, 'sharedAt' | 'wantedShared'>): boolean {
  return state.wantedShared ?? state.sharedAt !== undefined;
}

function toState(row: SqlRow): TeamThreadState {
  return {
    threadId: String(row['thread_id']),
    project: String(row['project']),
    owner: textOf(row, 'owner'),
    sharedAt: row['shared_at'] === null ? undefined : Number(row['shared_at']),
    wantedShared: row['wanted_shared'] === null ? undefined : row['wanted_shared'] === 1,
    isKnown: row['is_known'] === 1,
    messageCursor: textOf(row, 'message_cursor'),
    isBehind: row['is_behind'] === 1,
    ownTurn: textOf(row, 'own_turn'),
  };
}

function textOf(row: SqlRow, column: string): string | undefined {
  const value = row[column];
  return typeof value === 'string' ? value : undefined;
}

function kindsByMessage(rows: readonly SqlRow[]): ReadonlyMap<string, ReadonlySet<string>> {
  const kinds = new Map<string, Set<string>>();
  for (const row of rows) {
    const id = textOf(row, 'message_id');
    if (id !== undefined) {
      const known = kinds.get(id) ?? new Set<string>();
      kinds.set(id, known);
      known.add(String(row['kind']));
    }
  }
  return kinds;
}

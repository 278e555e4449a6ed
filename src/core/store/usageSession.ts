import type { Database } from './database.ts';

export interface UsageSessionOptions {
  readonly workspace: string;
  /** Of this window's process, to tell whether another's still runs. */
  readonly processId: number;
  readonly isProcessAlive: (processId: number) => boolean;
  readonly newId: () => string;
  /** Milliseconds since 1970. */
  readonly wallTimeMs: number;
}

/** A reload takes seconds; coming back after a crash, or closing and opening again, a few minutes. */
const takeoverMs = 5 * 60_000;
/** Longer than a window stays open; what a session spent is then in its days and months alone. */
const keptSessionMs = 30 * 24 * 3_600_000;

/**
 * The id of this window's session. A window that opens on a folder shortly after one on the same
 * folder has ended, or has died, goes on with its session: that is how a reload keeps the limit. Run
 * in a transaction no session is taken twice, so that two windows on one folder have one each.
 */
export function claimUsageSession(database: Database, options: UsageSessionOptions): string {
  const { workspace, processId, wallTimeMs, newId } = options;
  database.run('DELETE FROM usage_sessions WHERE coalesce(ended_at, last_used_at) < ?', [
    wallTimeMs - keptSessionMs,
  ]);
  const recent = database.all(
    `SELECT id, process_id, ended_at FROM usage_sessions
     WHERE workspace = ? AND coalesce(ended_at, last_used_at) >= ?
     ORDER BY coalesce(ended_at, last_used_at) DESC`,
    [workspace, wallTimeMs - takeoverMs],
  );
  const free = recent.find(
    (row) => row['ended_at'] !== null || !options.isProcessAlive(Number(row['process_id'])),
  );
  const id = free ? String(free['id']) : newId();
  database.run(
    `INSERT INTO usage_sessions (id, workspace, process_id, last_used_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET
       process_id = excluded.process_id, last_used_at = excluded.last_used_at, ended_at = NULL`,
    [id, workspace, processId, wallTimeMs],
  );
  return id;
}

/** Leaves the session to the next window on the folder. */
export function endUsageSession(database: Database, id: string, wallTimeMs: number): void {
  database.run('UPDATE usage_sessions SET ended_at = ? WHERE id = ?', [wallTimeMs, id]);
}

/** Whether a process of this machine runs. One that may not be asked does. */
export function isProcessAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

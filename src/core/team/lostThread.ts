import { type ApplyOutcome, isTurnUnderWay, planOf } from './pulledMessages.ts';
import { type ForkParts, forkThread } from './threadFork.ts';

export interface LostThread
  extends Pick<ForkParts, 'log' | 'threadId' | 'wallTimeMs' | 'member' | 'newId'> {
  /** Whose thread it is. */
  readonly owner: string;
}

/**
 * Another member's thread is no longer to be seen, and something was said here that they do not have:
 * that becomes a thread of this member's own, with what came before it, and private: what its owner
 * took from the team does not come back to it by itself. The thread is hidden; once nothing of it
 * waits, it goes from this machine. In one transaction.
 */
export function keepLost({ owner, ...parts }: LostThread): ApplyOutcome {
  const { log, threadId, wallTimeMs } = parts;
  const { database } = log.connection;
  return log.connection.transaction((): ApplyOutcome => {
    const state = log.stateNow(threadId);
    const pending = log.pendingNow(threadId);
    if (!state || isTurnUnderWay(database, state, wallTimeMs)) {
      return { kind: 'waits' };
    }
    const { added, moved } = planOf(database, { changes: [] }, pending);
    const isKept = added.length + moved.length > 0;
    const forkId = isKept
      ? forkThread({ ...parts, added, moved, told: [], isPrivate: true })
      : undefined;
    const hide = 'UPDATE threads SET deleted_at = updated_at WHERE id = ? AND deleted_at IS NULL';
    database.run(hide, [threadId]);
    database.run('DELETE FROM team_outbox WHERE thread_id = ?', [threadId]);
    return forkId === undefined ? { kind: 'same' } : { kind: 'forked', forkId, lostTo: owner };
  });
}

import type { Database } from '../store/database.ts';
import type { PendingChanges, TeamLog, TeamThreadState } from './teamLog.ts';
import { isSameMessage, readMessages, writeMessages } from './teamMessages.ts';
import type { TeamMessage } from './teamServer.ts';
import { forkThread } from './threadFork.ts';

/** What was pulled of a thread's messages, all of it up to a cursor. */
export interface Pulled {
  readonly threadId: string;
  /** Where it goes on from. */
  readonly from: string | undefined;
  readonly changes: readonly TeamMessage[];
  readonly to: string;
}

export interface ApplyParts {
  readonly log: TeamLog;
  readonly wallTimeMs: number;
  /** The member that this is, for the name of a thread that was continued apart. */
  readonly member: string;
  readonly newId: () => string;
  /** Whether a thread that was continued apart may be parted now: one window at a time does. */
  readonly canFork: boolean;
  /** Whether the server does not take what was done here: then it is parted, if nobody went on, too. */
  readonly isRefused?: boolean;
}

/**
 * - `same`: nothing here is different now.
 * - `changed`: the conversation is.
 * - `forked`: it was continued here and elsewhere; what was said here is the thread `forkId` now. Or
 *   the member `lostTo`, whose it is, has taken it away.
 * - `waits`: it can't be done now, because of a turn that runs or another window.
 */
export type ApplyOutcome =
  | { readonly kind: 'same' | 'changed' | 'waits' }
  | { readonly kind: 'forked'; readonly forkId: string; readonly lostTo?: string };

/** A turn whose window is gone holds up its thread for this long; figure of the longest turns. */
const turnPatienceMs = 600_000;

/** Brings what was pulled into the thread here, in one transaction, so that nothing comes between. */
export function applyPulled(pulled: Pulled, parts: ApplyParts): ApplyOutcome {
  return parts.log.connection.transaction(() => applyNow(pulled, parts));
}

function applyNow(pulled: Pulled, parts: ApplyParts): ApplyOutcome {
  const { log, wallTimeMs } = parts;
  const { database } = log.connection;
  const state = log.stateNow(pulled.threadId);
  if (!state || state.messageCursor !== pulled.from) {
    // Another window was here first.
    return { kind: 'waits' };
  }
  const plan = planOf(database, pulled, log.pendingNow(pulled.threadId));
  const hasToPart = plan.isForeign || parts.isRefused === true;
  const isApart = hasToPart && plan.added.length + plan.moved.length > 0;
  const isBusy = hasToPart && isTurnUnderWay(database, state, wallTimeMs);
  if (isBusy || (isApart && !parts.canFork)) {
    return { kind: 'waits' };
  }
  if (isApart) {
    const told = pulled.changes.map(({ message }) => message.id);
    const forkId = forkThread({ ...parts, ...plan, threadId: pulled.threadId, told });
    // Whatever was parted from here no longer stands in the way of anything.
    write(database, pulled, state, { written: pulled.changes, wallTimeMs });
    return { kind: 'forked', forkId };
  }
  const isChanged = write(database, pulled, state, { written: plan.written, wallTimeMs });
  return { kind: isChanged ? 'changed' : 'same' };
}

export interface Plan {
  /** What is different here and was not changed here. */
  readonly written: readonly TeamMessage[];
  /** Whether somebody else has gone on, or taken something back. */
  readonly isForeign: boolean;
  /** Messages of this machine that the server does not have. */
  readonly added: readonly string[];
  /** Messages that were taken out of the conversation here, or into it, and not there. */
  readonly moved: readonly string[];
}

/** What pulled changes come to, given what was done here and is yet to be sent. */
export function planOf(
  database: Database,
  { changes }: Pick<Pulled, 'changes'>,
  pending: PendingChanges | undefined,
): Plan {
  const here = readMessages(
    database,
    changes.map(({ message }) => message.id),
  );
  const unsent = pending?.messageKinds ?? new Map<string, ReadonlySet<string>>();
  const isForeign = changes.some((change) => {
    const local = here.get(change.message.id);
    const isMoved =
      local?.isSetAside !== change.isSetAside && !unsent.get(change.message.id)?.has('aside');
    return local ? isMoved : !change.isSetAside;
  });
  const told = new Map(changes.map(({ message, isSetAside }) => [message.id, isSetAside]));
  const existing = [...unsent].filter(([id]) => pending?.messages.has(id));
  const added = existing.filter(([id, kinds]) => kinds.has('new') && !told.has(id));
  const moved = existing.filter(
    ([id, kinds]) =>
      kinds.has('aside') &&
      (told.has(id) || !kinds.has('new')) &&
      told.get(id) !== pending?.messages.get(id)?.isSetAside,
  );
  const written = changes.filter(
    (change) =>
      !unsent.has(change.message.id) && !isSameMessage(here.get(change.message.id), change),
  );
  return { written, isForeign, added: added.map(([id]) => id), moved: moved.map(([id]) => id) };
}

/** Writes it, and tells whether the conversation is another now. */
function write(
  database: Database,
  { threadId, changes, to }: Pulled,
  { ownTurn }: TeamThreadState,
  { written, wallTimeMs }: { written: readonly TeamMessage[]; wallTimeMs: number },
): boolean {
  const mark = outboxMark(database);
  const ids = written.map(({ message }) => message.id);
  const before = readMessages(database, ids);
  if (!database.get('SELECT 1 FROM messages WHERE thread_id = ?', [threadId])) {
    // What its head told is counted from here on.
    database.run('UPDATE threads SET message_count = 0 WHERE id = ?', [threadId]);
  }
  writeMessages(database, written, wallTimeMs);
  const gone = written.filter(
    ({ message, isSetAside }) => isSetAside && before.get(message.id)?.isSetAside === false,
  );
  rewindSummaries(database, threadId, Math.min(...gone.map(({ message }) => message.ordinal)));
  database.run('DELETE FROM team_outbox WHERE row > ? AND thread_id = ?', [mark, threadId]);
  noteTold(database, changes);
  database.run(
    'UPDATE team_threads SET message_cursor = ?, is_behind = 0, own_turn = ? WHERE thread_id = ?',
    [to, ownTurn ?? null, threadId],
  );
  return written.some(({ message, isSetAside }) => !isSetAside || before.has(message.id));
}

/**
 * The server has these. A window may have died, or an answer been lost, after they were sent: then
 * they are noted as new still, and must not be taken for what nobody else knows.
 */
function noteTold(database: Database, changes: readonly TeamMessage[]): void {
  for (const { message, isSetAside } of changes) {
    database.run(
      `UPDATE team_outbox SET kind = 'changed' WHERE message_id = ? AND (kind = 'new' OR
         kind = 'aside' AND EXISTS (SELECT 1 FROM messages
           WHERE id = message_id AND (set_aside_at IS NOT NULL) = ?))`,
      [message.id, Number(isSetAside)],
    );
  }
}

/** What comes into the outbox now has a higher number. */
export function outboxMark(database: Database): number {
  const row = database.get('SELECT coalesce(max(row), 0) AS row FROM team_outbox');
  return Number(row?.['row'] ?? 0);
}

/** Summaries that tell of messages that are no longer in the conversation go. */
function rewindSummaries(database: Database, threadId: string, ordinal: number): void {
  if (Number.isFinite(ordinal)) {
    database.run('DELETE FROM compactions WHERE thread_id = ? AND kept_from > ?', [
      threadId,
      ordinal,
    ]);
    database.run(
      'UPDATE compactions SET plain_before = ? WHERE thread_id = ? AND plain_before > ?',
      [ordinal, threadId, ordinal],
    );
  }
}

/**
 * Whether a window of this machine is in the middle of a turn: what it writes next must find its
 * place free.
 */
export function isTurnUnderWay(
  database: Database,
  state: TeamThreadState,
  wallTimeMs: number,
): boolean {
  const sql = `SELECT turn_id, role, state, details, created_at FROM messages
    WHERE thread_id = ? AND set_aside_at IS NULL ORDER BY ordinal DESC LIMIT 1`;
  const last = database.get(sql, [state.threadId]);
  if (!last || last['turn_id'] !== state.ownTurn) {
    return false;
  }
  const details = JSON.parse(String(last['details'])) as { readonly stopReason?: string };
  const isOpen =
    last['role'] === 'user' || last['state'] === 'running' || details.stopReason === 'tool_use';
  return isOpen && Math.abs(wallTimeMs - Number(last['created_at'])) < turnPatienceMs;
}

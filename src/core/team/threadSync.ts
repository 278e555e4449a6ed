import type { Clock } from '../../base/clock.ts';
import { BugError, UserError } from '../../base/errors.ts';
import type { ThreadStore } from '../store/records.ts';
import { keepLost } from './lostThread.ts';
import { type ApplyOutcome, applyPulled } from './pulledMessages.ts';
import { ServerAwayError } from './serverErrors.ts';
import type { PendingChanges, TeamLog, TeamThreadState } from './teamLog.ts';
import type { LocalMessage } from './teamMessages.ts';
import type { PushOutcome, TeamMessage, TeamServer } from './teamServer.ts';

/** What is needed of the team's database to keep threads in step with it. */
export type TeamThreads = Pick<
  TeamServer,
  'threads' | 'pushMessages' | 'share' | 'changedThreads' | 'changedMessages'
>;

export interface ThreadSyncParts {
  readonly log: TeamLog;
  readonly server: TeamThreads;
  readonly clock: Clock;
  /** The database user that this is. */
  readonly member: string;
  readonly newId: () => string;
  /** Hears what pulling did to a thread. */
  readonly pulled: (threadId: string, outcome: ApplyOutcome) => void;
}

/** Some hundred kilobytes, as messages go; a lost connection loses so many at most. */
const pushedTogether = 50;
/** The same, when they come. */
export const pulledTogether = 200;
/** What is still being written after so long was left behind by a window that is gone. */
const runningPatienceMs = 600_000;
/** Every time a member is faster than we are there is something new to pull; nobody is so fast. */
const maxAttempts = 5;

/** Keeps single threads in step with the team's database. Every step may be the last before a crash. */
export class ThreadSync {
  private readonly parts: ThreadSyncParts;

  constructor(parts: ThreadSyncParts) {
    this.parts = parts;
  }

  /**
   * Sends what has changed in a thread. What must wait stays in the outbox: an answer that is being
   * written, or all of it while a turn runs that others have gone past.
   */
  async push(threadId: string): Promise<void> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const pending = await this.parts.log.pending(threadId);
      if (!pending || (await this.pushOnce(threadId, pending)) !== 'again') {
        return;
      }
    }
  }

  /**
   * Fetches what has changed in a thread elsewhere. Only the window with the lease may part a thread
   * that was continued here as well: `canFork`.
   */
  async pull(threadId: string, canFork: boolean, isRefused = false): Promise<ApplyOutcome> {
    const { log, clock, member, newId } = this.parts;
    const state = await log.state(threadId);
    if (!state?.isKnown) {
      return { kind: 'same' };
    }
    const { changes, cursor } = await this.changesSince(threadId, state.messageCursor);
    const pulled = { threadId, from: state.messageCursor, changes, to: cursor };
    // Everything that was written here before is in the database, so that it can be told apart.
    await log.connection.read(() => undefined);
    const wallTimeMs = clock.wallTime();
    const outcome = applyPulled(pulled, {
      log,
      wallTimeMs,
      member,
      newId,
      canFork,
      isRefused,
    });
    this.parts.pulled(threadId, outcome);
    return outcome;
  }

  private async pushOnce(threadId: string, pending: PendingChanges): Promise<'done' | 'again'> {
    const { log } = this.parts;
    if (!pending.thread) {
      log.forget(threadId);
      return 'done';
    }
    if (pending.state.isKnown && isConversation(pending)) {
      const { kind } = await this.pull(threadId, true);
      if (kind === 'waits') {
        return 'done';
      }
      if (kind !== 'same') {
        return 'again';
      }
    }
    await this.create(pending, threadId);
    const { sent, left } = sendable(pending, this.parts.clock.wallTime());
    const outcome = await this.pushAll(pending.state, sent);
    if (outcome !== 'done') {
      return outcome === 'gone' ? this.partFromLost(pending.state) : this.partFrom(threadId);
    }
    await this.pushHead(pending, threadId);
    await this.pushRest(pending, threadId);
    log.settle(pending, left);
    return 'done';
  }

  /** Whose thread it is has taken it away: what was said here is kept, in a thread of our own. */
  private async partFromLost({ threadId, owner }: TeamThreadState): Promise<'done' | 'again'> {
    const { log, clock, member, newId, pulled } = this.parts;
    if (owner === undefined || owner === member) {
      throw new BugError(`The team’s database has lost the thread ${threadId}.`);
    }
    await log.connection.read(() => undefined);
    const wallTimeMs = clock.wallTime();
    const outcome = keepLost({ log, threadId, owner, wallTimeMs, member, newId });
    pulled(threadId, outcome);
    return outcome.kind === 'waits' ? 'done' : 'again';
  }

  /** Somebody was faster since; or else this member may not do to the thread what they did here. */
  private async partFrom(threadId: string): Promise<'done' | 'again'> {
    const faster = await this.pull(threadId, true);
    const { kind } = faster.kind === 'same' ? await this.pull(threadId, true, true) : faster;
    return kind === 'waits' ? 'done' : 'again';
  }

  private async changesSince(
    threadId: string,
    from: string | undefined,
  ): Promise<{ readonly changes: readonly TeamMessage[]; readonly cursor: string }> {
    // By id: what changes while this asks comes again, and the last word counts. All of it is applied
    // at once, because half a retry would put two messages into one place.
    const changes = new Map<string, TeamMessage>();
    let cursor = from;
    while (true) {
      const page = await this.parts.server.changedMessages(threadId, cursor, pulledTogether);
      for (const change of page.items) {
        changes.set(change.message.id, change);
      }
      cursor = page.cursor;
      if (!page.hasMore) {
        return { changes: [...changes.values()], cursor };
      }
    }
  }

  /** What the thread is without its messages, where the server has it. */
  private async pushHead(
    { state, thread, kinds }: PendingChanges,
    threadId: string,
  ): Promise<void> {
    if (!thread || !state.isKnown) {
      return;
    }
    const { title, isTitleByUser, systemPrompt, usage, costUsd, updatedAt } = thread;
    const changes = {
      ...(kinds.has('title') ? { title, isTitleByUser } : {}),
      ...(kinds.has('head') ? { systemPrompt, usage, costUsd, updatedAt } : {}),
    };
    if (Object.keys(changes).length > 0) {
      await this.parts.server.threads.updateThread(threadId, changes);
    }
  }

  private async create({ state, thread }: PendingChanges, threadId: string): Promise<void> {
    const { log, member } = this.parts;
    if (thread && !state.isKnown) {
      await this.createOnce({ ...thread, workspace: state.project });
      await log.noteKnown(threadId, member);
    }
  }

  /** Another window may have done it, or the answer may have been lost the last time. */
  private async createOnce(thread: Parameters<ThreadStore['createThread']>[0]): Promise<void> {
    const { threads } = this.parts.server;
    try {
      await threads.createThread(thread);
    } catch (error) {
      const isThere = !(error instanceof ServerAwayError) && (await threads.readThread(thread.id));
      if (!isThere) {
        throw error;
      }
    }
  }

  private async pushAll(
    { threadId, owner }: TeamThreadState,
    messages: readonly TeamMessage[],
  ): Promise<PushOutcome> {
    const isOurs = owner === undefined || owner === this.parts.member;
    // Of another's thread it is asked even without messages whether it is still there.
    for (
      let start = 0;
      start < messages.length || (start === 0 && !isOurs);
      start += pushedTogether
    ) {
      const some = messages.slice(start, start + pushedTogether);
      const outcome = await this.parts.server.pushMessages(threadId, some);
      if (outcome !== 'done') {
        return outcome;
      }
    }
    return 'done';
  }

  private async pushRest(
    { state, kinds, isDeleted }: PendingChanges,
    threadId: string,
  ): Promise<void> {
    const { log, server, clock } = this.parts;
    if (kinds.has('share') && state.wantedShared !== undefined) {
      await server.share(threadId, state.wantedShared);
      await log.noteShared(threadId, state.wantedShared, clock.wallTime());
    }
    const isOurs = state.owner === undefined || state.owner === this.parts.member;
    // Whoever deletes a thread of somebody else hides it on this machine alone.
    if (kinds.has('deleted') && isOurs) {
      await (isDeleted
        ? server.threads.deleteThread(threadId)
        : server.threads.restoreThread(threadId));
    }
  }
}

/** Why a thread can't be shared or taken back by this member; undefined where it can. */
export function sharingProblem(
  state: TeamThreadState | undefined,
  member: string,
): UserError | undefined {
  const isOurs = state?.owner === undefined || state.owner === member;
  return isOurs
    ? undefined
    : new UserError(`This thread is ${state?.owner}’s: only they decide who sees it.`);
}

function isConversation({ messageKinds }: PendingChanges): boolean {
  return [...messageKinds.values()].some((kinds) => kinds.has('new') || kinds.has('aside'));
}

/** What goes out now: those set aside first, then in the order of the conversation. */
function sendable(
  { messages }: PendingChanges,
  wallTimeMs: number,
): { readonly sent: readonly TeamMessage[]; readonly left: ReadonlySet<string> } {
  const last = Math.max(...[...messages.values()].filter(isIn).map((one) => one.message.ordinal));
  const isLeft = (one: LocalMessage): boolean =>
    one.isRunning &&
    isIn(one) &&
    one.message.ordinal === last &&
    Math.abs(wallTimeMs - one.message.createdAt) < runningPatienceMs;
  const all = [...messages.values()];
  const sent = all
    .filter((one) => !isLeft(one))
    .toSorted(
      (one, other) =>
        Number(isIn(one)) - Number(isIn(other)) || one.message.ordinal - other.message.ordinal,
    )
    .map(({ message, isSetAside }) => ({ message, isSetAside }));
  return { sent, left: new Set(all.filter(isLeft).map(({ message }) => message.id)) };
}

function isIn({ isSetAside }: LocalMessage): boolean {
  return !isSetAside;
}

import type { Disposable } from '../../base/lifecycle.ts';
import type { MessageRecord, ThreadRecord, ThreadStore } from '../store/records.ts';
import type { UsageCall } from '../store/usageRecords.ts';

/** A thread as the team's server has it, with what only the server knows. */
export interface TeamThread {
  readonly thread: ThreadRecord;
  /** The database user who began it. */
  readonly owner: string;
  /** Absent for a thread that only its owner sees. Milliseconds since 1970. */
  readonly sharedAt?: number;
  readonly isDeleted: boolean;
  /** Whether its owner no longer shares it: then nothing is known of it but whose it is. */
  readonly isWithdrawn: boolean;
  readonly messageCount: number;
}

/** A message of a thread that has changed, and whether it is in the conversation. */
export interface TeamMessage {
  readonly message: MessageRecord;
  readonly isSetAside: boolean;
}

/**
 * - `done`: all messages are as they say.
 * - `refused`: a place is taken by a message that is not among these, or one would go that neither is
 *   this member's nor stands in a thread of theirs; it may be tried again with others at once.
 * - `gone`: there is no such thread for this member: whose it is has deleted it, or no longer shares
 *   it.
 */
export type PushOutcome = 'done' | 'refused' | 'gone';

/** A piece of what has changed, oldest first. */
export interface Changes<T> {
  readonly items: readonly T[];
  /** To go on from. Opaque; kept across restarts. Whatever commits later is after it. */
  readonly cursor: string;
  readonly hasMore: boolean;
}

/** What one member of a team has spent in a month. */
export interface MemberSpending {
  readonly member: string;
  readonly calls: number;
  /** US dollars; without the calls whose price is not known. */
  readonly usd: number;
}

/**
 * - `connected`: it answers.
 * - `away`: it does not; tried again with growing pauses.
 * - `refused`: it answers, but not us: a wrong password, an untrusted certificate, a missing right, a
 *   schema that is too new. `reason` says what to do; nothing is tried until a setting or a secret
 *   changes.
 */
export interface TeamServerState {
  readonly kind: 'connected' | 'away' | 'refused';
  /** A sentence for the user; empty while connected. */
  readonly reason: string;
}

/**
 * The team's database as one member sees it: row-level security leaves out what is not theirs to see.
 * Rejects with `ServerAwayError` (`serverErrors.ts`) where the server does not answer, and then nothing was done, or what
 * was done may be done again: every write is idempotent.
 *
 * `workspace` of the threads here is the project's identity that the whole team has in common, not a
 * folder of one machine.
 */
export interface TeamServer extends Disposable {
  readonly state: TeamServerState;
  onDidChangeState(listener: (state: TeamServerState) => void): Disposable;
  /** Threads without their messages, with the very contract of the local ones. */
  readonly threads: Pick<
    ThreadStore,
    | 'createThread'
    | 'updateThread'
    | 'readThread'
    | 'listThreads'
    | 'deleteThread'
    | 'restoreThread'
  >;
  /**
   * Puts messages of one thread, each in or out of the conversation as it says, all or none: first
   * those set aside leave their places, then the others take theirs. Putting the same again changes
   * nothing and moves no cursor that matters.
   */
  pushMessages(threadId: string, messages: readonly TeamMessage[]): Promise<PushOutcome>;
  /** Lets the team see a thread, or its owner alone again. */
  share(threadId: string, isShared: boolean): Promise<void>;
  /** Threads of a project that may be seen and that changed after `cursor`; undefined for all. */
  changedThreads(
    workspace: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Changes<TeamThread>>;
  /** Messages of a thread that changed after `cursor`; undefined for all. */
  changedMessages(
    threadId: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Changes<TeamMessage>>;
  /** Adds calls to the team's ledger, or replaces those with the same id. */
  putCalls(calls: readonly UsageCall[]): Promise<void>;
  /** What each member of the team spent in a month, such as `2030-12`. */
  spending(month: string): Promise<readonly MemberSpending[]>;
  /** Resolves when it has answered, or rejects with why it does not. */
  check(): Promise<void>;
}

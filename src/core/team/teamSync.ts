import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { isCancellation, UserError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { Lease } from './lease.ts';
import type { LedgerCopy } from './ledgerCopy.ts';
import type { ApplyOutcome } from './pulledMessages.ts';
import { applyThreads } from './pulledThreads.ts';
import { RetryPause } from './retryPause.ts';
import { ServerAwayError } from './serverErrors.ts';
import type { TeamLog } from './teamLog.ts';
import type { TeamServer, TeamServerState } from './teamServer.ts';
import {
  pulledTogether,
  type TeamThreads,
  ThreadSync,
  type ThreadSyncParts,
} from './threadSync.ts';

export interface TeamSyncParts extends Omit<ThreadSyncParts, 'pulled' | 'server'> {
  readonly server: TeamThreads & Pick<TeamServer, 'state' | 'onDidChangeState'>;
  readonly log: TeamLog;
  readonly clock: Clock;
  readonly ledger: Pick<LedgerCopy, 'copy'>;
  /** The folders of this window, as threads know them. */
  readonly workspace: () => string;
  /** What the whole team calls them. */
  readonly project: () => Promise<string>;
  /** The thread in view, if there is one. */
  readonly shownThread: () => string | undefined;
  /** Hears of what is not the server's being away. */
  readonly onProblem: (error: unknown) => void;
}

/** Where things stand, for the user. */
export interface TeamState extends TeamServerState {
  /** Changes of this machine that the server does not have yet. */
  readonly waiting: number;
}

/** What became of a thread by what was pulled. */
export interface TeamThreadChange {
  readonly threadId: string;
  /** The thread that goes on with what was said here, where both went on with it apart. */
  readonly forkId?: string;
  /** The member who has taken the thread away, where that is why. */
  readonly lostTo?: string;
}

/** Writes come in bursts, a message and its thread together: one request for each burst. */
const settleMs = 250;
/** What others say is on the screen so soon; an index answers, so that a hundred members are little. */
const pollMs = 5_000;
/** The same while no thread is in view. */
const idlePollMs = 30_000;
/** Threads that are no longer shared go from the list this often. */
const sweepEveryPolls = 20;
const sweepPage = 500;

/**
 * Keeps this machine's threads and the team's database in step, in the background: whatever is
 * written here goes to the local database first and is sent from there. One window of a machine
 * sends at a time.
 */
export class TeamSync implements Disposable {
  private readonly parts: TeamSyncParts;
  private readonly threads: ThreadSync;
  private readonly lease: Lease;
  private readonly pause: RetryPause;
  private readonly states = new Emitter<TeamState>();
  private readonly changes = new Emitter<TeamThreadChange>();
  private readonly lists = new Emitter<void>();
  /** Threads that could not be sent or read for a reason of their own, until when. */
  private readonly troubled = new Map<string, RetryPause>();
  private readonly subscription: Disposable;
  private timer: Disposable | undefined;
  private running: Promise<void> | undefined;
  private isWanted = false;
  private isDisposed = false;
  private polls = 0;
  private waiting = 0;

  constructor(parts: TeamSyncParts) {
    this.parts = parts;
    const { log, clock, newId, server } = parts;
    this.lease = new Lease(log.connection, clock, `outbox of ${log.server}`, newId());
    this.pause = new RetryPause(clock);
    this.threads = new ThreadSync({
      ...parts,
      pulled: (id, outcome) => this.tellPulled(id, outcome),
    });
    this.subscription = server.onDidChangeState((state) => {
      this.tell();
      if (state.kind === 'connected') {
        this.pause.reset();
        this.soon();
      }
    });
  }

  /** Tells where things stand whenever that changes. */
  readonly onDidChangeState = this.states.event;
  /** Tells of conversations that are different now. */
  readonly onDidChangeThread = this.changes.event;
  /** Tells that the list of threads may be another. */
  readonly onDidChangeList = this.lists.event;

  get state(): TeamState {
    return { ...this.parts.server.state, waiting: this.waiting };
  }

  /** Begins, and goes on until it is disposed of. To be called again where the folders change. */
  async begin(): Promise<void> {
    const { log, workspace, project } = this.parts;
    await log.begin(workspace(), await project());
    this.soon();
  }

  /** Something was written here: it is sent in a moment. */
  soon(): void {
    if (!this.isDisposed) {
      this.schedule(settleMs);
    }
  }

  /** Sends and fetches now. Resolves when that is done, or could not be. */
  async now(): Promise<void> {
    this.timer?.dispose();
    this.timer = undefined;
    if (this.running) {
      this.isWanted = true;
      return this.running;
    }
    this.running = this.round().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /**
   * Fetches what is new in a thread. Rejects with a `UserError` where it is not here at all and can't
   * be fetched.
   */
  async open(threadId: string): Promise<void> {
    const state = await this.parts.log.state(threadId);
    if (!state?.isKnown) {
      return;
    }
    // What was begun here is here, fetched back or not.
    const isHere =
      state.messageCursor !== undefined || (await this.parts.log.hasMessages(threadId));
    const fetching = this.threads.pull(threadId, false);
    if (isHere) {
      // What is here is shown at once; what is new follows.
      this.apart(threadId, () => fetching).catch((error: unknown) => this.noteProblem(error));
      return;
    }
    try {
      await fetching;
    } catch (error) {
      this.noteProblem(error);
      throw new UserError(
        `The messages of this thread are not on this machine yet, and the team’s database can’t be asked: ${this.parts.server.state.reason || 'it does not answer.'}`,
        { cause: error },
      );
    }
  }

  /** Sends one thread with everything that it has. For the import. */
  push(threadId: string): Promise<void> {
    return this.threads.push(threadId);
  }

  dispose(): void {
    this.isDisposed = true;
    this.timer?.dispose();
    this.subscription.dispose();
    this.states.dispose();
    this.changes.dispose();
    this.lists.dispose();
  }

  private schedule(delayMs: number): void {
    this.timer?.dispose();
    this.timer = this.parts.clock.setTimeout(
      () => void this.now(),
      Math.max(delayMs, this.pause.leftMs),
    );
  }

  /** Never rejects. */
  private async round(): Promise<void> {
    do {
      this.isWanted = false;
      try {
        if (this.pause.leftMs === 0) {
          await this.exchange();
          this.pause.reset();
        }
      } catch (error) {
        this.noteProblem(error);
      }
      await this.count().catch((error: unknown) => this.noteProblem(error));
    } while (this.isWanted && !this.isDisposed && this.pause.leftMs === 0);
    // A timer that is set by now is of something that was written meanwhile, and earlier than a poll.
    if (!this.isDisposed && !this.timer && this.parts.server.state.kind !== 'refused') {
      const isWatched = this.parts.shownThread() !== undefined || this.waiting > 0;
      this.schedule(isWatched ? pollMs : idlePollMs);
    }
  }

  private async exchange(): Promise<void> {
    if (this.isDisposed) {
      return;
    }
    const project = await this.parts.project();
    // First, so that what was deleted elsewhere and goes on here is known before it is sent.
    await this.fetchHeads(project);
    await this.sendAll();
    const shown = this.parts.shownThread();
    if (shown !== undefined && !this.isTroubled(shown)) {
      await this.apart(shown, () => this.threads.pull(shown, false));
    }
    if (this.polls % sweepEveryPolls === 0) {
      await this.sweep(project);
    }
    this.polls += 1;
  }

  /** Sends what waits, unless another window does so now. */
  private async sendAll(): Promise<void> {
    if (!this.lease.take()) {
      return;
    }
    try {
      const done = new Set<string>();
      for (let next = await this.nextPending(done); next; next = await this.nextPending(done)) {
        done.add(next);
        await this.apart(next, () => this.threads.push(next));
        // It may have been lost while this machine slept: then the rest is another window's.
        if (this.isDisposed || !this.lease.take()) {
          return;
        }
      }
      await this.parts.ledger.copy();
    } finally {
      this.lease.release();
    }
  }

  /** Asked again after each: one that was parted brings a new one. */
  private async nextPending(done: ReadonlySet<string>): Promise<string | undefined> {
    const pending = await this.parts.log.pendingThreads();
    return pending.find((id) => !done.has(id) && !this.isTroubled(id));
  }

  private isTroubled(threadId: string): boolean {
    return (this.troubled.get(threadId)?.leftMs ?? 0) > 0;
  }

  /** One thread that can't be sent, or read, must not keep back all others. */
  private async apart(threadId: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.troubled.delete(threadId);
    } catch (error) {
      const isServer =
        error instanceof ServerAwayError || this.parts.server.state.kind !== 'connected';
      if (isServer || this.isDisposed) {
        throw error;
      }
      const pause = this.troubled.get(threadId) ?? new RetryPause(this.parts.clock);
      this.troubled.set(threadId, pause);
      pause.failed();
      this.parts.onProblem(error);
    }
  }

  private async fetchHeads(project: string): Promise<void> {
    const { log, server } = this.parts;
    let from = await log.projectCursor(project);
    let hasMore = true;
    let isChanged = false;
    while (hasMore && !this.isDisposed) {
      const page = await server.changedThreads(project, from, pulledTogether);
      if (page.items.length > 0 || page.cursor !== from) {
        await log.connection.read(() => undefined);
        isChanged = applyThreads(log, { ...page, project, from }).length > 0 || isChanged;
      }
      from = page.cursor;
      hasMore = page.hasMore;
    }
    if (isChanged) {
      this.lists.fire();
    }
  }

  /** Takes threads off this machine that their owners no longer share. */
  private async sweep(project: string): Promise<void> {
    const { log, server, member } = this.parts;
    const kept = await log.states(await log.fetched(project));
    const others = [...kept.values()].filter(({ owner }) => owner !== member);
    if (others.length === 0) {
      return;
    }
    const visible = await this.visibleThreads(server, project);
    const pending = new Set(await log.pendingThreads());
    for (const { threadId } of others) {
      if (visible.has(threadId) || pending.has(threadId)) {
        continue;
      }
      // One that was written to while the list was read may have moved from a page to come to one before.
      if (!(await server.threads.readThread(threadId))) {
        log.forget(threadId);
        this.lists.fire();
      }
    }
  }

  private async visibleThreads(
    server: TeamThreads,
    workspace: string,
  ): Promise<ReadonlySet<string>> {
    const visible = new Set<string>();
    let before: { readonly updatedAt: number; readonly id: string } | undefined;
    while (true) {
      const query = { workspace, text: '', limit: sweepPage, ...(before ? { before } : {}) };
      const { threads, hasMore } = await server.threads.listThreads(query);
      for (const { id } of threads) {
        visible.add(id);
      }
      before = threads.at(-1);
      if (!hasMore || !before) {
        return visible;
      }
    }
  }

  private tellPulled(threadId: string, outcome: ApplyOutcome): void {
    if (outcome.kind === 'changed') {
      this.changes.fire({ threadId });
    } else if (outcome.kind === 'forked') {
      const { forkId, lostTo } = outcome;
      this.changes.fire({ threadId, forkId, ...(lostTo === undefined ? {} : { lostTo }) });
      this.lists.fire();
    } else if (outcome.kind === 'waits' && !this.running) {
      // A round may do it; where it was one that could not, the next poll looks again.
      this.soon();
    }
  }

  private noteProblem(error: unknown): void {
    if (this.isDisposed || isCancellation(error)) {
      return;
    }
    this.pause.failed();
    if (!(error instanceof ServerAwayError) && this.parts.server.state.kind === 'connected') {
      this.parts.onProblem(error);
    }
  }

  private async count(): Promise<void> {
    if (!this.isDisposed && !this.parts.log.connection.isDisposed) {
      this.waiting = await this.parts.log.waiting();
      this.tell();
    }
  }

  private tell(): void {
    this.states.fire(this.state);
  }
}

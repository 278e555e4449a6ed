import { UserError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { HostRequests } from '../../shared/protocol.ts';
import type {
  ApprovalDecision,
  Draft,
  MessageView,
  ThreadView,
  ToolBlockView,
  WindowUsageView,
} from '../../shared/views.ts';
import { exportMarkdown } from './exportMarkdown.ts';
import { BehindError } from './freshness.ts';
import { LiveThread } from './liveThread.ts';
import type { LoneAsk } from './loneTurns.ts';
import { pageMessages } from './messageOrder.ts';
import type { LiveThreadParts, ThreadParts } from './threadParts.ts';
import { ThreadRestore } from './threadRestore.ts';
import type { ThreadTeam } from './threadTeam.ts';
import { TurnOutcomes } from './turnOutcomes.ts';
import type { TurnOrigin } from './turnTrace.ts';
import { resultText, toMessageViews, toolUseIdOf } from './views.ts';

/** Threads kept in memory after use, so that going back and forth does not read them again. */
const restingThreads = 4;

const emptyDraft: Draft = { text: '', chips: [], images: [] };

/** All threads of this window: opens and lists them, and passes what the user does on to them. */
export class ThreadService<Grants> implements Disposable {
  private readonly parts: LiveThreadParts<Grants>;
  private readonly live = new Map<string, Promise<LiveThread<Grants>>>();
  /** The way back to before a message. */
  readonly restoring: ThreadRestore;

  constructor(parts: ThreadParts<Grants>) {
    this.parts = { ...parts, outcomes: new TurnOutcomes(parts) };
    this.restoring = new ThreadRestore({
      ...parts,
      threadOf: (id) => this.thread(id),
      reopen: (id) => this.reopen(id),
    });
  }

  /** The thread last in view in this workspace, or a new one. */
  async openCurrent(taken: Taken): Promise<ThreadView> {
    const id = await this.parts.store.readCurrentThread(this.parts.workspaceKey());
    return id === undefined ? this.create(taken) : this.open(id, taken);
  }

  /** A thread without messages. It is listed from its first message on. */
  async create(taken: Taken): Promise<ThreadView> {
    return this.open(this.parts.newId(), taken);
  }

  /** Shows a thread: it is the one that this workspace opens with from now on. */
  async open(threadId: string, taken: Taken): Promise<ThreadView> {
    return this.read(threadId, (view) => {
      this.keep(this.parts.store.saveCurrentThread(this.parts.workspaceKey(), view.id));
      taken(view);
    });
  }

  /**
   * Others have gone on with a thread, or taken something back: it is read again with its next use, or
   * at once where it is shown, which `taken` then hears of. Not while it is answered here, when nothing
   * of others comes into it.
   */
  async refresh(threadId: string, taken?: Taken): Promise<void> {
    const known = await this.live.get(threadId);
    known?.freshness.lapse();
    if (known?.isBusy) {
      return;
    }
    this.live.delete(threadId);
    if (taken) {
      // By now another may be shown, and that one is kept as the one in view.
      await this.read(threadId, taken);
    }
  }

  /** Lets the team see a thread, or its owner alone again. */
  async share(threadId: string, isShared: boolean): Promise<void> {
    const { team } = this;
    if (!team) {
      throw new UserError('There is no team yet. “Slipstream: Connect to a team” sets one up.');
    }
    if (!(await this.thread(threadId)).isKept) {
      throw new UserError('There is nothing to share yet: the thread has no messages.');
    }
    await team.share(threadId, isShared);
    const view = await team.viewOf(threadId);
    if (view) {
      this.parts.emit({ type: 'thread/team', threadId, team: view });
    }
  }

  /** Whether nothing has been said in the thread, and nothing is written down to be said. */
  async isUntouched(threadId: string): Promise<boolean> {
    const [thread, draft] = await Promise.all([
      this.thread(threadId),
      this.parts.store.readDraft(threadId),
    ]);
    const { text, chips, images } = draft ?? emptyDraft;
    const hasDraft = text.trim() !== '' || chips.length > 0 || images.length > 0;
    return !thread.isKept && !thread.isRunning && !hasDraft;
  }

  async earlier(threadId: string, beforeMessageId: string): Promise<EarlierPage> {
    const beforeOrdinal = await (await this.thread(threadId)).ordinalOf(beforeMessageId);
    const page = await this.parts.store.readPage(threadId, { limit: pageMessages, beforeOrdinal });
    const messages = toMessageViews(page.messages, this.parts.nameOf);
    return { messages, hasEarlier: page.hasEarlier };
  }

  async list(params: HostRequests['thread/list']['params']): Promise<ThreadList> {
    const { query, limit, before } = params;
    return (this.team ?? this.parts.store).listThreads({
      workspace: this.parts.workspaceKey(),
      text: query,
      limit,
      ...(before ? { before } : {}),
    });
  }

  async rename(threadId: string, title: string): Promise<void> {
    const trimmed = title.trim();
    if (trimmed === '') {
      throw new UserError('A thread’s title can’t be empty.');
    }
    const thread = await this.thread(threadId);
    await thread.rename(trimmed);
  }

  /** Names a thread that the user has not named. */
  async suggestTitle(threadId: string, title: string): Promise<void> {
    (await this.thread(threadId)).suggestTitle(title);
  }

  async remove(threadId: string): Promise<void> {
    await this.stop(threadId);
    await this.parts.store.deleteThread(threadId);
    this.live.delete(threadId);
  }

  async restore(threadId: string): Promise<void> {
    await this.parts.store.restoreThread(threadId);
    this.live.delete(threadId);
  }

  /** The whole thread as markdown. */
  async exportThread(threadId: string): Promise<string> {
    const thread = await this.thread(threadId);
    const records = await this.parts.store.readHistory(threadId);
    if (records.length === 0) {
      throw new UserError('There is nothing to export yet: the thread has no messages.');
    }
    return exportMarkdown(thread.title, toMessageViews(records, this.parts.nameOf));
  }

  /**
   * With `alone`, the message is answered by itself, by an answer that may be kept.
   * @param origin Where it began, so that both are one trace.
   */
  async send(
    threadId: string,
    draft: Draft,
    alone?: LoneAsk,
    origin?: TurnOrigin,
  ): Promise<string> {
    const turnId = await this.begin(threadId, (thread) => thread.send(draft, alone, origin));
    // The turn has begun: it goes on, whatever becomes of the draft.
    this.keep(this.saveDraft(threadId, emptyDraft));
    return turnId;
  }

  async retry(threadId: string, turnId: string, origin?: TurnOrigin): Promise<string> {
    return this.begin(threadId, (thread) => thread.retry(turnId, origin));
  }

  /** Answers the thread's last message once more. */
  async retryLast(threadId: string): Promise<string> {
    return this.begin(threadId, async (thread) => thread.retry(await thread.lastTurnId()));
  }

  async edit(threadId: string, turnId: string, draft: Draft, origin?: TurnOrigin): Promise<string> {
    return this.begin(threadId, (thread) => thread.edit(turnId, draft, origin));
  }

  /** Goes on after a turn that stopped at a limit, a guard or the user's word. */
  async continueTurn(threadId: string): Promise<string> {
    const draft: Draft = { text: 'Go on.', chips: [], images: [] };
    return this.begin(threadId, (thread) => thread.send(draft));
  }

  /** Summarizes earlier messages now; `focus` says what to keep above all, empty without. */
  async compact(threadId: string, focus: string): Promise<void> {
    await (await this.thread(threadId)).compact(focus);
  }

  /** What the model gets in place of earlier messages. Throws `UserError` where it gets those. */
  async summary(threadId: string): Promise<string> {
    const { summary } = await (await this.thread(threadId)).summary.read();
    return summary;
  }

  /** Gives the model this text in place of earlier messages from now on. */
  async changeSummary(threadId: string, text: string): Promise<void> {
    await (await this.thread(threadId)).changeSummary(text);
  }

  /** What fills the window of the model that is asked next. */
  async usage(threadId: string): Promise<WindowUsageView> {
    return (await this.thread(threadId)).summary.usage();
  }

  async stop(threadId: string): Promise<void> {
    const thread = await this.live.get(threadId);
    await thread?.stop();
  }

  async decide(threadId: string, blockId: string, decision: ApprovalDecision): Promise<void> {
    const thread = await this.thread(threadId);
    thread.decide(toolUseIdOf(blockId), decision);
  }

  /** A card of the turn that runs; undefined where it is over. */
  async runningCard(threadId: string, blockId: string): Promise<ToolBlockView | undefined> {
    return (await this.thread(threadId)).runningCard(toolUseIdOf(blockId));
  }

  /** The whole result of a call. */
  async toolOutput(threadId: string, blockId: string): Promise<string> {
    const result = await this.parts.store.readToolResult(threadId, toolUseIdOf(blockId));
    if (!result) {
      throw new UserError('This call has no output.');
    }
    return resultText(result.content);
  }

  async saveDraft(threadId: string, draft: Draft): Promise<void> {
    await this.parts.store.saveDraft(threadId, this.parts.workspaceKey(), draft);
  }

  /** Tells the panel the figures anew, for example after another model was chosen. */
  async refreshMeter(threadId: string): Promise<void> {
    const thread = await this.thread(threadId);
    this.parts.emit({ type: 'thread/meter', threadId, meter: await thread.meter.read() });
  }

  /** Stops every turn and resolves when they have ended. */
  async stopAll(): Promise<void> {
    const threads = await Promise.all(this.live.values());
    await Promise.all(threads.map((thread) => thread.stop()));
  }

  dispose(): void {
    for (const pending of this.live.values()) {
      pending
        .then((thread) => thread.stop())
        .catch((error: unknown) => this.parts.saveFailed(error));
    }
    this.live.clear();
    this.parts.outcomes.dispose();
  }

  private get team(): ThreadTeam | undefined {
    return this.parts.team?.();
  }

  /** Begins a turn, in the thread as others have left it. Resolves with the turn's id. */
  private async begin(
    threadId: string,
    start: (thread: LiveThread<Grants>) => Promise<string>,
  ): Promise<string> {
    while (true) {
      const thread = await this.thread(threadId);
      try {
        return await start(thread);
      } catch (error) {
        if (!(error instanceof BehindError)) {
          throw error;
        }
        await this.tellRefreshed(thread);
      }
    }
  }

  /** Reads a thread again that others have gone on with, and tells the panel. */
  private async tellRefreshed(thread: LiveThread<Grants>): Promise<void> {
    const { id: threadId } = thread;
    if ((await this.live.get(threadId)) === thread) {
      this.live.delete(threadId);
    }
    await this.read(threadId, (view) => {
      // A new one, where it was deleted meanwhile: beginning the turn says so.
      if (view.id === threadId) {
        this.parts.emit({ type: 'thread/refreshed', threadId, thread: view });
      }
    });
  }

  /** It is read anew with its next use. */
  private letGo(thread: LiveThread<Grants>): void {
    thread.freshness.lapse();
    this.live.delete(thread.id);
  }

  /** A thread as it is now; a new one where it was deleted. */
  private async read(threadId: string, taken: Taken): Promise<ThreadView> {
    const { store } = this.parts;
    await this.team?.opening(threadId);
    const known = await this.live.get(threadId);
    // Another window may have begun it or gone on in it since it was loaded here.
    if (known?.isRunning === false && !known.isAsOf(await store.readThread(threadId))) {
      this.letGo(known);
    }
    const [thread, page, draft, team] = await Promise.all([
      this.thread(threadId),
      store.readPage(threadId, { limit: pageMessages }),
      store.readDraft(threadId),
      this.team?.viewOf(threadId),
    ]);
    if (!thread.isKept && page.messages.length > 0) {
      // It was deleted, perhaps in another window, and may be restored.
      this.live.delete(threadId);
      return this.read(this.parts.newId(), taken);
    }
    if (thread.isBehind(page)) {
      this.letGo(thread);
      return this.read(threadId, taken);
    }
    let shown: ThreadView | undefined;
    const view = await thread.view(page, draft ?? emptyDraft, (seen) => {
      shown = team ? { ...seen, team } : seen;
      taken(shown);
    });
    // The very one that was heard of: whoever posts it knows it by that.
    return shown ?? view;
  }

  private async reopen(threadId: string): Promise<void> {
    this.live.delete(threadId);
    await this.open(threadId, (thread) => this.parts.emit({ type: 'thread/opened', thread }));
  }

  private thread(threadId: string): Promise<LiveThread<Grants>> {
    const known = this.live.get(threadId);
    if (known) {
      // Back to the end of the line of those that may be forgotten.
      this.live.delete(threadId);
      this.live.set(threadId, known);
      return known;
    }
    const loading = this.load(threadId);
    this.live.set(threadId, loading);
    loading.catch(() => this.live.delete(threadId));
    this.keep(this.forgetResting());
    return loading;
  }

  private async load(threadId: string): Promise<LiveThread<Grants>> {
    return new LiveThread(threadId, this.parts, await this.parts.store.readThread(threadId));
  }

  /** For work whose end nobody waits for: its failure is told. */
  private keep(work: Promise<void>): void {
    work.catch((error: unknown) => this.parts.saveFailed(error));
  }

  private async forgetResting(): Promise<void> {
    for (const [id, pending] of [...this.live].slice(0, -restingThreads)) {
      const thread = await pending;
      // It may have been asked for again while this waited.
      const isOld = [...this.live.keys()].slice(0, -restingThreads).includes(id);
      if (isOld && !thread.isBusy) {
        this.letGo(thread);
      }
    }
  }
}

/** Hears of a view in the very moment it is taken: whatever is emitted later is not in it. */
type Taken = (view: ThreadView) => void;
type EarlierPage = { readonly messages: readonly MessageView[]; readonly hasEarlier: boolean };
type ThreadList = HostRequests['thread/list']['result'];

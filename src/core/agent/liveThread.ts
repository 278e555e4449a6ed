import type {
  ApprovalDecision,
  Draft,
  ThreadStatus,
  ThreadView,
  ToolBlockView,
  UserMessageView,
} from '../../shared/views.ts';
import type {
  MessageRecord,
  ThreadPage,
  ThreadRecord,
  UserMessageRecord,
} from '../store/records.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import { fixedRequest } from './fixedRequest.ts';
import { Freshness } from './freshness.ts';
import { instructionsOnce } from './instructions.ts';
import { KeptThread } from './keptThread.ts';
import { LiveMeter } from './liveMeter.ts';
import { LiveTurn } from './liveTurn.ts';
import { type LoneAsk, LoneTurns } from './loneTurns.ts';
import {
  holdsLast,
  lastPage,
  lastTurnIdOf,
  nextOrdinal,
  ordinalOf,
  userMessageOf,
} from './messageOrder.ts';
import { endingOf } from './notices.ts';
import { newRunningTurn, type RunningTurn, refuseWhile } from './runningTurn.ts';
import { shownModel } from './shownModel.ts';
import { ThreadApprover } from './threadApprover.ts';
import { ThreadCheckpoint } from './threadCheckpoint.ts';
import { ThreadHistory } from './threadHistory.ts';
import type { LiveThreadParts, ModelProfile } from './threadParts.ts';
import { ThreadSummary } from './threadSummary.ts';
import { threadView } from './threadView.ts';
import type { TurnEnd } from './turn.ts';
import { TurnRouting } from './turnRouting.ts';
import { runAnyTurn } from './turnRun.ts';
import { beginTraced, endTurnTrace, type TurnOrigin, traceparentOf } from './turnTrace.ts';
import { noteTold, userChangesContent } from './userChangesContent.ts';
import { type NewMessage, newUserMessage, userContent } from './userContent.ts';
import { userView } from './views.ts';

const idle: ThreadStatus = { phase: 'idle' };

/**
 * A thread in use: it can be continued, stopped, and taken back to a turn. Its messages are read
 * when the model needs them, not when the thread is opened.
 */
export class LiveThread<Grants> {
  readonly id: string;
  readonly summary: ThreadSummary;
  readonly checkpoint: ThreadCheckpoint;
  readonly meter: LiveMeter;
  readonly freshness = new Freshness();
  private readonly parts: LiveThreadParts<Grants>;
  private readonly history: ThreadHistory;
  private readonly approver: ThreadApprover<Grants>;
  /** System prompt and tools of the last turn. */
  private lastPrompt: string | undefined;
  private readonly kept: KeptThread;
  private readonly routing: TurnRouting;
  private readonly lone = new LoneTurns();
  private running: RunningTurn | undefined;

  /** `record` is undefined for a thread without a message: it is kept from its first one on. */
  constructor(id: string, parts: LiveThreadParts<Grants>, record: ThreadRecord | undefined) {
    this.id = id;
    this.parts = parts;
    this.kept = new KeptThread(id, parts, record);
    const { store, saveFailed } = parts;
    const { compactions } = parts.context;
    const isKept = record !== undefined;
    this.history = new ThreadHistory({ threadId: id, isKept, store, compactions, saveFailed });
    this.checkpoint = new ThreadCheckpoint({ ...parts, threadId: id });
    const { kept, history } = this;
    this.meter = new LiveMeter({
      ...{ threadId: id, parts, history, kept },
      turn: () => this.running?.turn,
      summary: () => this.summary.state,
    });
    const changed = (): void => this.meter.tell();
    this.summary = new ThreadSummary({ threadId: id, parts, history, kept, changed });
    this.approver = new ThreadApprover(parts.policy);
    this.routing = new TurnRouting(parts);
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Whether something is under way that would be lost with this object. */
  get isBusy(): boolean {
    return this.isRunning || this.summary.state === 'preparing';
  }

  get title(): string {
    return this.kept.title;
  }

  get status(): ThreadStatus {
    return this.running?.turn?.status ?? this.running?.status ?? idle;
  }

  /** Whether the thread is kept: it is from its first message on, until it is deleted. */
  get isKept(): boolean {
    return this.kept.record !== undefined;
  }

  /** Whether nothing newer is kept than this: `kept` is what the store has of the thread. */
  isAsOf(kept: ThreadRecord | undefined): boolean {
    return (kept?.updatedAt ?? 0) <= (this.kept.record?.updatedAt ?? 0);
  }

  /** Whether another window has gone on with this thread since its messages were read here. */
  isBehind(page: ThreadPage): boolean {
    return this.history.isLoaded && !this.isRunning && !holdsLast(this.history.records, page);
  }

  /**
   * Appends the user's message and answers it: with `alone` by itself, without tools and what was said
   * before. Resolves with the turn's id once it has begun. `origin` is where it began.
   */
  send(draft: Draft, alone?: LoneAsk, origin?: TurnOrigin): Promise<string> {
    return this.traced(origin, async (trace) =>
      this.begin(this.lone.add(await this.newMessage(draft, alone !== undefined), alone), trace),
    );
  }

  /** Sets the turn and all that followed aside, then answers its message once more. */
  retry(turnId: string, origin?: TurnOrigin): Promise<string> {
    return this.traced(origin, async (trace) => {
      await this.history.load();
      const old = userMessageOf(this.history.records, turnId);
      const message = newUserMessage(this.id, old, old.content, this.parts);
      return this.begin(this.lone.repeat(old, message), trace, old);
    });
  }

  /** Sets the turn and all that followed aside, then sends this message in its place. */
  edit(turnId: string, draft: Draft, origin?: TurnOrigin): Promise<string> {
    return this.traced(origin, async (trace) => {
      await this.history.load();
      const old = userMessageOf(this.history.records, turnId);
      return this.begin(await this.newMessage(draft, false, old), trace, old);
    });
  }

  /** Stops the turn that runs or is about to, if there is one, and resolves when it has ended. */
  async stop(): Promise<void> {
    const { running } = this;
    running?.controller.abort();
    this.summary.compaction.cancel();
    await running?.ended;
  }

  /**
   * Summarizes earlier messages now; `focus` says what to keep above all, empty without. Throws
   * `UserError` where there is nothing to summarize or it fails.
   */
  async compact(focus: string): Promise<void> {
    this.mustBeIdle();
    const running = newRunningTurn();
    this.running = running;
    running.status = { phase: 'compacting', turnStartedAt: this.parts.clock.wallTime() };
    this.emitStatus();
    const work = this.summary.make(focus, running.controller.signal).finally(() => {
      this.running = undefined;
      this.emitStatus();
    });
    running.settle(work.catch(() => undefined));
    return work;
  }

  /** Sends this text in place of earlier messages from now on. Throws `UserError`. */
  async changeSummary(text: string): Promise<void> {
    const compaction = await this.summary.read();
    this.mustBeIdle();
    this.summary.change(compaction, text);
  }

  /** The turn of the last message. Throws `UserError` where there is none yet. */
  async lastTurnId(): Promise<string> {
    await this.history.load();
    return lastTurnIdOf(this.history.records);
  }

  /** The card of a call of the turn that runs. */
  runningCard(toolUseId: string): ToolBlockView | undefined {
    return this.running?.turn?.card(toolUseId);
  }

  decide(toolUseId: string, decision: ApprovalDecision): void {
    this.approver.decide(toolUseId, decision);
  }

  rename(title: string): void {
    this.kept.rename(title);
  }

  /** Names the thread unless the user has. */
  suggestTitle(title: string): void {
    this.kept.suggestTitle(title);
  }

  /**
   * The thread with its last messages, what runs included. `page` is what the store gave for them:
   * it holds as long as nothing has been loaded for a turn. `taken` hears of the view in the very
   * moment it is taken: whatever is emitted later is not in it.
   */
  async view(
    page: ThreadPage,
    draft: Draft,
    taken: (view: ThreadView) => void,
  ): Promise<ThreadView> {
    const { id, title, history, status, checkpoint } = this;
    await Promise.all([history.loadSummarized(), checkpoint.load()]);
    const profile = await shownModel(this.parts);
    // A turn may have begun or ended since the page was read: what is in memory is never behind.
    const shown = history.isLoaded ? lastPage(history.records) : page;
    const meter = this.meter.of(profile, history.isLoaded ? history.records : page.messages);
    const turn = this.running?.turn;
    const facts = { id, title, page: shown, turn, history, status, meter, draft, checkpoint };
    const view = threadView(facts, this.parts.nameOf);
    taken(view);
    return view;
  }

  /** The position of the first message that the panel shows under this id. */
  async ordinalOf(messageViewId: string): Promise<number> {
    await this.history.load();
    return ordinalOf(this.history.records, messageViewId);
  }

  /**
   * What the user wrote and attached, with the history at hand that it is added to. Unless it is
   * answered alone, with what the model does not know of the user's changes.
   */
  private async newMessage(
    draft: Draft,
    isAlone: boolean,
    replaced?: UserMessageRecord,
  ): Promise<NewMessage> {
    this.mustBeIdle();
    const [content] = await Promise.all([userContent(draft, this.parts), this.history.load()]);
    const { records } = this.history;
    const gone = replaced ? records.slice(records.indexOf(replaced)) : [];
    const changes = isAlone ? [] : userChangesContent(this.id, this.parts, gone);
    return newUserMessage(this.id, draft, [...changes, ...content], this.parts);
  }

  private traced(
    origin: TurnOrigin | undefined,
    begin: (trace: TraceScope | undefined) => Promise<string>,
  ): Promise<string> {
    return beginTraced({ ...this.parts, threadId: this.id, origin }, begin);
  }

  /** Takes a turn and all that followed it out of the conversation, and tells what that was. */
  async setAside(turnId: string): Promise<readonly MessageRecord[]> {
    await this.history.load();
    this.mustBeIdle();
    return this.rewindTo(userMessageOf(this.history.records, turnId));
  }

  /** Throws `UserError` while it is answered. */
  mustBeIdle(): void {
    refuseWhile(this.running);
  }

  private rewindTo(message: UserMessageRecord): readonly MessageRecord[] {
    const { compaction } = this.history;
    this.summary.compaction.cancel();
    const setAside = this.history.rewindTo(message);
    this.parts.userChanges?.forgetTurns(new Set(setAside.map(({ turnId }) => turnId)));
    this.parts.store.setAsideFrom(this.id, message.ordinal).catch(this.parts.saveFailed);
    this.parts.emit({ type: 'turn/removed', threadId: this.id, fromTurnId: message.turnId });
    this.checkpoint.tell();
    if (this.history.compaction !== compaction) {
      this.summary.tell();
    }
    return setAside;
  }

  /**
   * Begins the turn of this message, in place of `replaced` and all that followed it where that is
   * given. Resolves with the turn's id. Where it cannot begin, the thread stays as it was.
   */
  private async begin(
    message: NewMessage,
    trace: TraceScope | undefined,
    replaced?: UserMessageRecord,
  ): Promise<string> {
    this.mustBeIdle();
    const running = { ...newRunningTurn(), trace };
    trace?.enter(operation.turnBegin);
    this.running = running;
    try {
      const profile = await this.parts.model();
      const record = await this.kept.ensure(message.text);
      this.freshness.mustHold();
      this.routing.begins(this.history.records, replaced);
      if (replaced) {
        this.rewindTo(replaced);
      }
      const placed = { ...message, ordinal: nextOrdinal(this.history.records) };
      const turn = this.openTurn(message.turnId, profile);
      running.turn = turn;
      this.history.records.push(placed);
      noteTold(placed, this.parts);
      this.parts.store.putMessage(placed).catch(this.parts.saveFailed);
      this.announce(userView(placed), turn);
      running.settle(this.run(turn, running, record, profile));
    } catch (error) {
      this.running = undefined;
      running.settle();
      throw error;
    }
    return message.turnId;
  }

  private openTurn(turnId: string, profile: ModelProfile): LiveTurn {
    const { parts, history, id: threadId } = this;
    const instructionsFor = instructionsOnce(parts.workspace.roots(), history.sentRecords);
    const spentMore = (): void => this.meter.emit(profile);
    const checkpoint = this.checkpoint.beginTurn(turnId);
    const own = { threadId, turnId, history, instructionsFor, spentMore, checkpoint };
    return new LiveTurn({ ...parts, ...own });
  }

  private announce(user: UserMessageView, turn: LiveTurn): void {
    const { id: threadId, running } = this;
    const started = { type: 'turn/started', threadId, user, assistant: turn.snapshot() } as const;
    this.parts.emit({ ...started, ...traceparentOf(running?.trace) });
    this.parts.emit({ type: 'thread/status', threadId, status: turn.status });
  }

  /** Runs the turn to its end. Never rejects: what goes wrong becomes the turn's end. */
  private async run(
    turn: LiveTurn,
    running: RunningTurn,
    record: ThreadRecord,
    profile: ModelProfile,
  ): Promise<void> {
    const end = await this.endOf(turn, running, record, profile).catch(
      (error: unknown): TurnEnd => this.parts.unexpectedEnd(error),
    );
    running.trace?.enter(operation.turnEnd);
    this.finish(turn, end, profile);
    endTurnTrace(running.trace, end, turn.turnId);
  }

  private async endOf(
    turn: LiveTurn,
    running: RunningTurn,
    record: ThreadRecord,
    profile: ModelProfile,
  ): Promise<TurnEnd> {
    const { parts: thread, history, approver } = this;
    const { records } = history;
    const { compaction } = this.summary;
    const hints = this.routing.hints(profile, records);
    const fixed = { ...fixedRequest(record, profile, records, thread), ...hints };
    const alone = this.lone.of(turn.turnId, records);
    if (!alone) {
      this.notePrompt(JSON.stringify([fixed.system, fixed.tools]));
    }
    const own = { thread, turn, running, fixed, alone, profile, history, compaction, approver };
    return runAnyTurn(own);
  }

  /** Trusting the folder, for one, changes the tools of a thread under way. */
  private notePrompt(prompt: string): void {
    if (this.lastPrompt !== undefined && this.lastPrompt !== prompt) {
      this.history.dropThinking();
    }
    this.lastPrompt = prompt;
  }

  private finish(turn: LiveTurn, end: TurnEnd, profile: ModelProfile): void {
    turn.end(endingOf(end));
    this.routing.ended(this.history.records, turn.edits);
    const { usage, costUsd } = turn.spent;
    this.running = undefined;
    this.kept.addSpent(usage, costUsd);
    this.emitStatus();
    this.meter.emit(profile);
  }

  private emitStatus(): void {
    this.parts.emit({ type: 'thread/status', threadId: this.id, status: this.status });
  }
}

import { UserError } from '../../base/errors.ts';
import type {
  ApprovalDecision,
  Draft,
  ThreadMeter,
  ThreadStatus,
  ThreadView,
  ToolBlockView,
  UserMessageView,
} from '../../shared/protocol.ts';
import { addUsage, type Message, noUsage, type Usage } from '../model/message.ts';
import type { ModelRequest } from '../model/request.ts';
import type {
  MessageRecord,
  ThreadPage,
  ThreadRecord,
  UserMessageRecord,
} from '../store/records.ts';
import { instructionsOnce } from './instructions.ts';
import { LiveTurn } from './liveTurn.ts';
import {
  holdsLast,
  lastPage,
  lastTurnIdOf,
  nextOrdinal,
  ordinalOf,
  userMessageOf,
} from './messageOrder.ts';
import { endingOf } from './notices.ts';
import { promptCacheLifetime } from './promptCacheLifetime.ts';
import { newRunningTurn, type RunningTurn } from './runningTurn.ts';
import { shownModel } from './shownModel.ts';
import { ThreadApprover } from './threadApprover.ts';
import { ThreadHistory } from './threadHistory.ts';
import type { ModelProfile, ThreadParts } from './threadParts.ts';
import { currentPrompt, newThreadRecord } from './threadRecord.ts';
import { ToolRunner } from './toolRunner.ts';
import { runTurn, type TurnEnd } from './turn.ts';
import { type NewMessage, newUserMessage, userContent } from './userContent.ts';
import { addCost, toMessageViews, usageView, userView } from './views.ts';
import { windowTokens } from './windowTokens.ts';

const idle: ThreadStatus = { phase: 'idle' };

/**
 * A thread in use: it can be continued, stopped, and taken back to a turn. Its messages are read
 * when the model needs them, not when the thread is opened.
 */
export class LiveThread<Grants> {
  readonly id: string;
  private readonly parts: ThreadParts<Grants>;
  private readonly history: ThreadHistory;
  private readonly approver: ThreadApprover<Grants>;
  /** System prompt and tools of the last turn. */
  private lastPrompt: string | undefined;
  private record: ThreadRecord | undefined;
  /** What the user named the thread before it was kept. */
  private titleByUser: string | undefined;
  private running: RunningTurn | undefined;

  /** `record` is undefined for a thread without a message: it is kept from its first one on. */
  constructor(id: string, parts: ThreadParts<Grants>, record: ThreadRecord | undefined) {
    this.id = id;
    this.parts = parts;
    this.record = record;
    this.history = new ThreadHistory(id, parts.store, record !== undefined);
    this.approver = new ThreadApprover(parts.policy);
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  get title(): string {
    return this.record?.title ?? this.titleByUser ?? 'New thread';
  }

  get status(): ThreadStatus {
    return this.running?.turn?.status ?? idle;
  }

  /** Whether the thread is kept: it is from its first message on, until it is deleted. */
  get isKept(): boolean {
    return this.record !== undefined;
  }

  /** Whether nothing newer is kept than this: `kept` is what the store has of the thread. */
  isAsOf(kept: ThreadRecord | undefined): boolean {
    return (kept?.updatedAt ?? 0) <= (this.record?.updatedAt ?? 0);
  }

  /** Whether another window has gone on with this thread since its messages were read here. */
  isBehind(page: ThreadPage): boolean {
    return this.history.isLoaded && !this.isRunning && !holdsLast(this.history.records, page);
  }

  /** Appends the user's message and answers it. Resolves with the turn's id once it has begun. */
  async send(draft: Draft): Promise<string> {
    this.mustBeIdle();
    const [content] = await Promise.all([userContent(draft, this.parts), this.history.load()]);
    this.mustBeIdle();
    return this.begin(newUserMessage(this.id, draft, content, this.parts));
  }

  /** Sets the turn and all that followed aside, then answers its message once more. */
  async retry(turnId: string): Promise<string> {
    await this.history.load();
    this.mustBeIdle();
    const old = userMessageOf(this.history.records, turnId);
    return this.begin(newUserMessage(this.id, old, old.content, this.parts), old);
  }

  /** Sets the turn and all that followed aside, then sends this message in its place. */
  async edit(turnId: string, draft: Draft): Promise<string> {
    this.mustBeIdle();
    const [content] = await Promise.all([userContent(draft, this.parts), this.history.load()]);
    this.mustBeIdle();
    const old = userMessageOf(this.history.records, turnId);
    return this.begin(newUserMessage(this.id, draft, content, this.parts), old);
  }

  /** Stops the turn that runs or is about to, if there is one, and resolves when it has ended. */
  async stop(): Promise<void> {
    const { running } = this;
    running?.controller.abort();
    await running?.ended;
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
    if (this.record) {
      this.record = { ...this.record, title, isTitleByUser: true };
      this.keep(this.parts.store.updateThread(this.id, { title, isTitleByUser: true }));
    } else {
      this.titleByUser = title;
    }
    this.parts.emit({ type: 'thread/renamed', threadId: this.id, title });
  }

  /** Names the thread unless the user has. */
  suggestTitle(title: string): void {
    if (this.record && !this.record.isTitleByUser) {
      this.record = { ...this.record, title };
      this.keep(this.parts.store.updateThread(this.id, { title }));
      this.parts.emit({ type: 'thread/renamed', threadId: this.id, title });
    }
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
    const profile = await shownModel(this.parts);
    // A turn may have begun or ended since the page was read: what is in memory is never behind.
    const { messages: records, hasEarlier } = this.history.isLoaded
      ? lastPage(this.history.records)
      : page;
    const turn = this.running?.turn;
    // The running turn shows itself; what of it is kept already would show it twice.
    const kept = records.filter(
      (record) => record.role === 'user' || record.turnId !== turn?.turnId,
    );
    const messages = toMessageViews(kept, this.parts.nameOf);
    const view: ThreadView = {
      id: this.id,
      title: this.title,
      messages: turn ? [...messages, turn.snapshot()] : messages,
      hasEarlier,
      status: this.status,
      meter: this.meterOf(profile, this.history.isLoaded ? this.history.records : records),
      draft,
    };
    taken(view);
    return view;
  }

  async meter(): Promise<ThreadMeter> {
    await this.history.load();
    return this.meterOf(await shownModel(this.parts), this.history.records);
  }

  /** The position of the first message that the panel shows under this id. */
  async ordinalOf(messageViewId: string): Promise<number> {
    await this.history.load();
    return ordinalOf(this.history.records, messageViewId);
  }

  private meterOf(profile: ModelProfile, records: readonly MessageRecord[]): ThreadMeter {
    const spent = this.running?.turn?.spent;
    const usage = addUsage(this.record?.usage ?? noUsage, spent?.usage ?? noUsage);
    const costUsd = addCost(this.record ? this.record.costUsd : 0, spent ? spent.costUsd : 0);
    const { tokens, isEstimate } = windowTokens(records);
    return {
      modelName: profile.name,
      windowTokens: tokens,
      isEstimate,
      ...(profile.contextWindow === undefined ? {} : { windowLimit: profile.contextWindow }),
      usage: usageView(usage, costUsd),
    };
  }

  private mustBeIdle(): void {
    if (this.running) {
      throw new UserError('Slipstream is still answering in this thread. Stop it first.');
    }
  }

  private rewindTo(message: UserMessageRecord): void {
    this.history.rewindTo(message);
    this.keep(this.parts.store.setAsideFrom(this.id, message.ordinal));
    this.parts.emit({ type: 'turn/removed', threadId: this.id, fromTurnId: message.turnId });
  }

  /**
   * Begins the turn of this message, in place of `replaced` and all that followed it where that is
   * given. Resolves with the turn's id. Where it cannot begin, the thread stays as it was.
   */
  private async begin(message: NewMessage, replaced?: UserMessageRecord): Promise<string> {
    const running = newRunningTurn();
    this.running = running;
    try {
      const profile = await this.parts.model();
      const record = await this.ensureRecord(message);
      if (replaced) {
        this.rewindTo(replaced);
      }
      const placed = { ...message, ordinal: nextOrdinal(this.history.records) };
      const turn = this.openTurn(message.turnId, profile);
      running.turn = turn;
      this.history.records.push(placed);
      this.keep(this.parts.store.putMessage(placed));
      this.announce(userView(placed), turn);
      running.settle(this.run(turn, running.controller.signal, record, profile));
    } catch (error) {
      this.running = undefined;
      running.settle();
      throw error;
    }
    return message.turnId;
  }

  private openTurn(turnId: string, profile: ModelProfile): LiveTurn {
    const { parts, history, id: threadId } = this;
    const instructionsFor = instructionsOnce(parts.workspace.roots(), history.records);
    const spentMore = (): void => this.emitMeter(profile);
    return new LiveTurn({ ...parts, threadId, turnId, history, instructionsFor, spentMore });
  }

  private announce(user: UserMessageView, turn: LiveTurn): void {
    const threadId = this.id;
    this.parts.emit({ type: 'turn/started', threadId, user, assistant: turn.snapshot() });
    this.parts.emit({ type: 'thread/status', threadId, status: turn.status });
  }

  /** Runs the turn to its end. Never rejects: what goes wrong becomes the turn's end. */
  private async run(
    turn: LiveTurn,
    signal: AbortSignal,
    record: ThreadRecord,
    profile: ModelProfile,
  ): Promise<void> {
    const end = await this.endOf(turn, signal, record, profile).catch(
      (error: unknown): TurnEnd => this.parts.unexpectedEnd(error),
    );
    this.finish(turn, end, profile);
  }

  private async endOf(
    turn: LiveTurn,
    signal: AbortSignal,
    record: ThreadRecord,
    profile: ModelProfile,
  ): Promise<TurnEnd> {
    const { parts } = this;
    const tools = new ToolRunner({
      tools: parts.tools,
      approver: this.approver,
      journal: turn,
      clock: parts.clock,
    });
    const fixed = this.requestParts(record, profile);
    this.notePrompt(JSON.stringify([fixed.system, fixed.tools]));
    const toRequest = (messages: readonly Message[]): ModelRequest => ({
      ...fixed,
      id: parts.newId(),
      messages,
    });
    const maxRounds = parts.maxRounds();
    return runTurn({ model: parts.gateway, thread: turn, tools, maxRounds, toRequest }, signal);
  }

  /** What is the same in each request of a turn, so that thinking in it stays valid. */
  private requestParts(
    record: ThreadRecord,
    profile: ModelProfile,
  ): Omit<ModelRequest, 'id' | 'messages'> {
    const effort = this.parts.effort();
    return {
      surface: 'chat',
      priority: 'interactive',
      threadId: this.id,
      model: profile.id,
      system: record.systemPrompt,
      tools: this.parts.toolDefinitions(),
      promptCacheLifetime: promptCacheLifetime(this.parts, this.history.records),
      maxOutputTokens: Math.min(this.parts.maxOutputTokens(), profile.maxOutputTokens ?? Infinity),
      ...(effort === undefined ? {} : { effort }),
    };
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
    const { usage, costUsd } = turn.spent;
    this.running = undefined;
    this.addSpent(usage, costUsd);
    this.parts.emit({ type: 'thread/status', threadId: this.id, status: idle });
    this.emitMeter(profile);
  }

  private emitMeter(profile: ModelProfile): void {
    const meter = this.meterOf(profile, this.history.records);
    this.parts.emit({ type: 'thread/meter', threadId: this.id, meter });
  }

  private addSpent(usage: Usage, costUsd: number | undefined): void {
    if (!this.record) {
      return;
    }
    const changes = {
      usage: addUsage(this.record.usage, usage),
      costUsd: addCost(this.record.costUsd, costUsd),
      updatedAt: this.parts.clock.wallTime(),
    };
    this.record = { ...this.record, ...changes };
    this.keep(this.parts.store.updateThread(this.id, changes));
  }

  /** The thread's own record, made with its first message. */
  private async ensureRecord(message: NewMessage): Promise<ThreadRecord> {
    const now = this.parts.clock.wallTime();
    if (this.record) {
      const systemPrompt = await currentPrompt(this.record, this.parts);
      const isSame = systemPrompt === this.record.systemPrompt;
      const changes = { updatedAt: now, ...(isSame ? {} : { systemPrompt }) };
      this.record = { ...this.record, ...changes };
      this.keep(this.parts.store.updateThread(this.id, changes));
      return this.record;
    }
    const record = await newThreadRecord(this.id, message.text, this.titleByUser, this.parts);
    this.record = record;
    this.keep(this.parts.store.createThread(record));
    this.parts.emit({ type: 'thread/renamed', threadId: this.id, title: record.title });
    return record;
  }

  private keep(write: Promise<void>): void {
    write.catch((error: unknown) => this.parts.saveFailed(error));
  }
}

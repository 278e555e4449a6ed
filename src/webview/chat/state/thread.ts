import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Clock } from '../../../base/clock.ts';
import type { HostEvent } from '../../../shared/protocol.ts';
import type {
  CheckpointView,
  MessageView,
  ThreadMeter,
  ThreadStatus,
  ThreadTeamView,
  ThreadView,
} from '../../../shared/views.ts';
import {
  type AssistantMessage,
  type Block,
  changeTool,
  createAssistantMessage,
  createBlock,
  createMessage,
  endBlock,
  type Message,
} from './messages.ts';

type TurnEvent = Extract<
  HostEvent,
  {
    type:
      | 'turn/started'
      | 'turn/removed'
      | 'block/added'
      | 'block/appended'
      | 'tool/changed'
      | 'turn/routed'
      | 'turn/ended';
  }
>;

const noMeter: ThreadMeter = {
  modelName: '',
  windowTokens: 0,
  isEstimate: false,
  usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
};

/** The conversation that is shown, kept up to date by the host's events. */
export class Thread {
  readonly id: Signal<string> = signal('');
  readonly title: Signal<string> = signal('');
  readonly messages: Signal<readonly Message[]> = signal([]);
  readonly hasEarlier: Signal<boolean> = signal(false);
  readonly status: Signal<ThreadStatus> = signal({ phase: 'idle' });
  readonly meter: Signal<ThreadMeter> = signal(noMeter);
  /** The message before which a summary stands for all earlier ones. */
  readonly summaryBefore: Signal<string | undefined> = signal(undefined);
  readonly checkpoint: Signal<CheckpointView> = signal({});
  /** The turns shown whose files can be restored to before them. */
  readonly restorableTurns: ReadonlySignal<ReadonlySet<string>> = computed(() =>
    this.findRestorable(),
  );
  /** What it is to the team; undefined where its database has nothing of it. */
  readonly team: Signal<ThreadTeamView | undefined> = signal(undefined);
  readonly isRunning: ReadonlySignal<boolean> = computed(() => this.findRunning());
  private readonly clock: Clock;
  /** When the open prose blocks began, by `clock.now()`. */
  private readonly startedAt = new WeakMap<Block, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  load(view: ThreadView): void {
    this.id.value = view.id;
    this.title.value = view.title;
    this.messages.value = view.messages.map(createMessage);
    this.hasEarlier.value = view.hasEarlier;
    this.status.value = view.status;
    this.meter.value = view.meter;
    this.summaryBefore.value = view.compaction?.beforeMessageId;
    this.checkpoint.value = view.checkpoint;
    this.team.value = view.team;
  }

  /** Takes over what others said. What is on the screen already stays as it is. */
  refresh(view: ThreadView): void {
    const shown = new Map(this.messages.peek().map((message) => [message.id, message]));
    this.load(view);
    this.messages.value = view.messages.map((message) => {
      const before = shown.get(message.id);
      // An answer may have been finished elsewhere; what was done is never another.
      const isDone = before?.role === 'assistant' && before.ending.peek().state === 'done';
      return before && (before.role === 'user' || isDone) ? before : createMessage(message);
    });
  }

  prepend(messages: readonly MessageView[], hasEarlier: boolean): void {
    const known = new Set(this.messages.peek().map((message) => message.id));
    const earlier = messages.filter((message) => !known.has(message.id));
    this.messages.value = [...earlier.map(createMessage), ...this.messages.peek()];
    this.hasEarlier.value = hasEarlier;
  }

  /** Applies an event of this thread; the caller has left out those of others. */
  apply(event: HostEvent): void {
    switch (event.type) {
      case 'thread/status':
        this.status.value = event.status;
        break;
      case 'thread/meter':
        this.meter.value = event.meter;
        break;
      case 'thread/compacted':
        this.summaryBefore.value = event.compaction?.beforeMessageId;
        break;
      case 'thread/checkpoint':
        this.checkpoint.value = event.checkpoint;
        break;
      case 'thread/renamed':
        this.title.value = event.title;
        break;
      case 'thread/refreshed':
        this.refresh(event.thread);
        break;
      case 'thread/team':
        this.team.value = event.team;
        break;
      case 'turn/started':
      case 'turn/removed':
      case 'block/added':
      case 'block/appended':
      case 'tool/changed':
      case 'turn/routed':
      case 'turn/ended':
        this.applyToTurn(event);
        break;
      default:
        break;
    }
  }

  /** The block of a running or ended turn; the newest messages are looked at first. */
  findBlock(messageId: string, blockId: string): Block | undefined {
    return this.findAssistant(messageId)
      ?.blocks.peek()
      .findLast((block) => block.id === blockId);
  }

  /** The message that a turn answers. */
  findUserMessage(turnId: string): Message | undefined {
    return this.messages.value.find(
      (message) => message.role === 'user' && message.turnId === turnId,
    );
  }

  private applyToTurn(event: TurnEvent): void {
    switch (event.type) {
      case 'turn/started':
        this.startTurn(event);
        break;
      case 'turn/removed':
        this.removeFrom(event.fromTurnId);
        break;
      case 'block/added':
        this.addBlock(event);
        break;
      case 'block/appended':
        this.append(this.findBlock(event.messageId, event.blockId), event.text);
        break;
      case 'tool/changed':
        this.changeTool(event);
        break;
      case 'turn/routed':
        this.routeTurn(event);
        break;
      case 'turn/ended':
        this.endTurn(event);
        break;
    }
  }

  private startTurn(event: Extract<HostEvent, { type: 'turn/started' }>): void {
    const known = new Set(this.messages.peek().map((message) => message.id));
    const started: Message[] = [];
    if (event.user && !known.has(event.user.id)) {
      started.push(event.user);
    }
    if (!known.has(event.assistant.id)) {
      started.push(createAssistantMessage(event.assistant));
    }
    this.messages.value = [...this.messages.peek(), ...started];
  }

  private removeFrom(turnId: string): void {
    const index = this.messages.peek().findIndex((message) => message.turnId === turnId);
    if (index !== -1) {
      this.messages.value = this.messages.peek().slice(0, index);
    }
  }

  private addBlock(event: Extract<HostEvent, { type: 'block/added' }>): void {
    const message = this.findAssistant(event.messageId);
    if (!message || this.findBlock(event.messageId, event.block.id)) {
      return;
    }
    this.endProse(message.blocks.peek().at(-1));
    const block = createBlock(event.block, true);
    this.startedAt.set(block, this.clock.now());
    message.blocks.value = [...message.blocks.peek(), block];
  }

  private append(block: Block | undefined, text: string): void {
    if (block?.type === 'tool') {
      block.output.append(text);
    } else {
      block?.content.append(text);
    }
  }

  private changeTool(event: Extract<HostEvent, { type: 'tool/changed' }>): void {
    const block = this.findBlock(event.messageId, event.blockId);
    if (block?.type === 'tool') {
      changeTool(block, event.changes);
    }
  }

  private routeTurn(event: Extract<HostEvent, { type: 'turn/routed' }>): void {
    const message = this.findAssistant(event.messageId);
    if (message) {
      const { model, modelReason } = event;
      message.ending.value = { ...message.ending.peek(), model, modelReason };
    }
  }

  private endTurn(event: Extract<HostEvent, { type: 'turn/ended' }>): void {
    const message = this.findAssistant(event.messageId);
    if (!message) {
      return;
    }
    for (const block of message.blocks.peek()) {
      this.endProse(block);
    }
    const { type: _type, threadId: _threadId, messageId: _messageId, ...ending } = event;
    message.ending.value = ending;
  }

  private endProse(block: Block | undefined): void {
    const startedAt = block && this.startedAt.get(block);
    if (block && block.type !== 'tool' && block.isOpen.peek() && startedAt !== undefined) {
      block.durationMs.value = this.clock.now() - startedAt;
    }
    endBlock(block);
  }

  private findAssistant(messageId: string): AssistantMessage | undefined {
    const found = this.messages.peek().findLast((message) => message.id === messageId);
    return found?.role === 'assistant' ? found : undefined;
  }

  private findRestorable(): ReadonlySet<string> {
    const { lastTurnId } = this.checkpoint.value;
    const messages = this.messages.value;
    const last = messages.findLastIndex((message) => message.turnId === lastTurnId);
    return new Set(messages.slice(0, last + 1).map((message) => message.turnId));
  }

  private findRunning(): boolean {
    const last = this.messages.value.at(-1);
    const isLastRunning = last?.role === 'assistant' && last.ending.value.state === 'running';
    return isLastRunning || this.status.value.phase !== 'idle';
  }
}

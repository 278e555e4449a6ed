import type { Clock } from '../../base/clock.ts';
import type { HostEvent, ToolBlockChanges } from '../../shared/protocol.ts';
import type {
  AssistantMessageView,
  BlockView,
  TextBlockView,
  ThinkingBlockView,
  ThreadPhase,
  ThreadStatus,
  ToolBlockView,
  UsageView,
} from '../../shared/views.ts';
import type { TurnEnding } from './notices.ts';
import { assistantViewId } from './views.ts';

/** A running command's output kept for its card; the whole is in the result or its spill file. */
const liveOutputCharacters = 64_000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A text or thinking block that still grows. */
export type GrowingBlock = Mutable<TextBlockView> | Mutable<ThinkingBlockView>;

export interface TurnViewParts {
  readonly threadId: string;
  readonly turnId: string;
  readonly clock: Clock;
  readonly emit: (event: HostEvent) => void;
}

/**
 * A running turn as the panel shows it: every change is told as an event, and the sum of them is
 * what a panel that connects in the middle of the turn gets.
 */
export class TurnView {
  private readonly parts: TurnViewParts;
  private readonly startedAt: number;
  private readonly startedAtWall: number;
  private readonly blocks: BlockView[] = [];
  private readonly view: Mutable<AssistantMessageView>;
  private readonly cards = new Map<string, Mutable<ToolBlockView>>();
  private currentStatus: ThreadStatus;

  constructor(parts: TurnViewParts) {
    this.parts = parts;
    this.startedAt = parts.clock.now();
    this.startedAtWall = parts.clock.wallTime();
    this.view = {
      role: 'assistant',
      id: assistantViewId(parts.turnId),
      turnId: parts.turnId,
      blocks: this.blocks,
      state: 'running',
      createdAt: this.startedAtWall,
    };
    this.currentStatus = { phase: 'preparing', turnStartedAt: this.startedAtWall };
  }

  get status(): ThreadStatus {
    return this.currentStatus;
  }

  /** The turn as it stands. A copy: later growth does not show in it. */
  snapshot(): AssistantMessageView {
    return { ...this.view, blocks: this.blocks.map((block) => ({ ...block })) };
  }

  setPhase(phase: ThreadPhase, more: Pick<ThreadStatus, 'detail' | 'retryAt'> = {}): void {
    const isSame = this.currentStatus.phase === phase && this.currentStatus.detail === more.detail;
    if (isSame && more.retryAt === undefined) {
      return;
    }
    this.currentStatus = { phase, turnStartedAt: this.startedAtWall, ...more };
    const { threadId } = this.parts;
    this.parts.emit({ type: 'thread/status', threadId, status: this.currentStatus });
  }

  setModel(name: string): void {
    this.view.model = name;
  }

  /** Slipstream has chosen the model. */
  route(model: string, modelReason: string): void {
    Object.assign(this.view, { model, modelReason });
    const { threadId } = this.parts;
    this.parts.emit({ type: 'turn/routed', threadId, messageId: this.view.id, model, modelReason });
  }

  /** Shows a block from here on; the caller grows it through `append`. */
  add(block: BlockView): void {
    this.blocks.push(block);
    const { threadId } = this.parts;
    const copy = { ...block };
    this.parts.emit({ type: 'block/added', threadId, messageId: this.view.id, block: copy });
  }

  append(block: GrowingBlock, text: string): void {
    block.text += text;
    this.emitAppended(block.id, text);
  }

  /** Shows the card of a call whose input is still being written. */
  addCard(blockId: string, toolUseId: string, name: string): void {
    const card: ToolBlockView = {
      type: 'tool',
      id: blockId,
      name,
      title: name,
      input: '',
      status: 'pending',
      output: '',
      isOutputCut: false,
    };
    this.cards.set(toolUseId, card);
    this.add(card);
  }

  card(toolUseId: string): ToolBlockView | undefined {
    return this.cards.get(toolUseId);
  }

  /** The ids of the calls that are shown as not yet run. */
  pendingCalls(): readonly string[] {
    return [...this.cards].filter(([, card]) => card.status === 'pending').map(([id]) => id);
  }

  changeCard(toolUseId: string, changes: ToolBlockChanges): void {
    const card = this.cards.get(toolUseId);
    if (!card) {
      return;
    }
    const { approval, ...rest } = changes;
    Object.assign(card, rest);
    if (approval === null) {
      delete card.approval;
    } else if (approval) {
      card.approval = approval;
    }
    const { threadId } = this.parts;
    const blockId = card.id;
    this.parts.emit({ type: 'tool/changed', threadId, messageId: this.view.id, blockId, changes });
    this.setToolPhase();
  }

  appendOutput(toolUseId: string, text: string): void {
    const card = this.cards.get(toolUseId);
    // What a tool says after its end must not mix with its result.
    if (card?.status !== 'running' || card.output.length >= liveOutputCharacters) {
      return;
    }
    const shown = text.slice(0, liveOutputCharacters - card.output.length);
    card.output += shown;
    this.emitAppended(card.id, shown);
    if (card.output.length >= liveOutputCharacters) {
      this.changeCard(toolUseId, { isOutputCut: true });
    }
  }

  end(ending: TurnEnding, usage: UsageView): void {
    const durationMs = Math.round(this.parts.clock.now() - this.startedAt);
    Object.assign(this.view, { state: ending.state, durationMs });
    this.parts.emit({
      type: 'turn/ended',
      threadId: this.parts.threadId,
      messageId: this.view.id,
      state: ending.state,
      durationMs,
      usage,
      ...(ending.notice ? { notice: ending.notice } : {}),
      ...(this.view.model === undefined ? {} : { model: this.view.model }),
      ...(this.view.modelReason === undefined ? {} : { modelReason: this.view.modelReason }),
    });
  }

  private emitAppended(blockId: string, text: string): void {
    const { threadId } = this.parts;
    this.parts.emit({ type: 'block/appended', threadId, messageId: this.view.id, blockId, text });
  }

  /** An approval that waits matters more than a tool that runs beside it. */
  private setToolPhase(): void {
    const cards = [...this.cards.values()];
    const waiting = cards.find((card) => card.status === 'awaitingApproval');
    if (waiting) {
      this.setPhase('approval', { detail: waiting.title });
      return;
    }
    const running = cards.find((card) => card.status === 'running');
    if (running) {
      this.setPhase('tool', { detail: running.title });
    }
  }
}

import { type Signal, signal } from '@preact/signals';
import type { ToolBlockChanges } from '../../../shared/protocol.ts';
import type {
  AssistantMessageView,
  BlockView,
  MessageView,
  Notice,
  ToolBlockView,
  TurnState,
  UsageView,
  UserMessageView,
} from '../../../shared/views.ts';
import { StreamedText } from './streamedText.ts';

/** A text or thinking block. */
export interface ProseBlock {
  readonly type: 'text' | 'thinking';
  readonly id: string;
  readonly content: StreamedText;
  /** Whether more may come. */
  readonly isOpen: Signal<boolean>;
  /** How long it was written, in ms, where that was seen from the start. */
  readonly durationMs: Signal<number | undefined>;
}

/** A tool call without its output, which is text that grows. */
export type ToolCard = Omit<ToolBlockView, 'output'>;

export interface ToolBlock {
  readonly type: 'tool';
  readonly id: string;
  readonly card: Signal<ToolCard>;
  readonly output: StreamedText;
}

export type Block = ProseBlock | ToolBlock;

/** How a turn stands: what changes when it ends. */
export interface TurnEnding {
  readonly state: TurnState;
  readonly notice?: Notice;
  readonly model?: string;
  readonly modelReason?: string;
  readonly usage?: UsageView;
  readonly durationMs?: number;
}

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly id: string;
  readonly turnId: string;
  readonly createdAt: number;
  readonly blocks: Signal<readonly Block[]>;
  readonly ending: Signal<TurnEnding>;
}

export type Message = UserMessageView | AssistantMessage;

export function createMessage(view: MessageView): Message {
  return view.role === 'user' ? view : createAssistantMessage(view);
}

export function createAssistantMessage(view: AssistantMessageView): AssistantMessage {
  const { role, id, turnId, createdAt, blocks, state, notice, model, modelReason } = view;
  const { usage, durationMs } = view;
  const isRunning = state === 'running';
  return {
    role,
    id,
    turnId,
    createdAt,
    blocks: signal(
      blocks.map((block, index) => createBlock(block, isRunning && index === blocks.length - 1)),
    ),
    ending: signal({
      state,
      ...(notice && { notice }),
      ...(model && { model }),
      ...(modelReason && { modelReason }),
      ...(usage && { usage }),
      ...(durationMs !== undefined && { durationMs }),
    }),
  };
}

/** @param isOpen Whether more of the block may come. */
export function createBlock(view: BlockView, isOpen: boolean): Block {
  if (view.type === 'tool') {
    const { output, ...card } = view;
    const isEnded = view.status !== 'pending' && view.status !== 'running';
    return {
      type: 'tool',
      id: view.id,
      card: signal(card),
      output: new StreamedText(output, isEnded),
    };
  }
  return {
    type: view.type,
    id: view.id,
    content: new StreamedText(view.text, !isOpen),
    isOpen: signal(isOpen),
    durationMs: signal(undefined),
  };
}

/** Says that no more of a block is expected. */
export function endBlock(block: Block | undefined): void {
  if (block && block.type !== 'tool') {
    block.content.end();
    block.isOpen.value = false;
  }
}

/** Applies the fields that changed; `approval: null` takes the approval away. */
export function changeTool(block: ToolBlock, changes: ToolBlockChanges): void {
  const { output, approval, ...others } = changes;
  const { approval: earlier, ...card } = block.card.peek();
  const kept = approval === undefined ? earlier : approval;
  block.card.value = { ...card, ...others, ...(kept ? { approval: kept } : {}) };
  if (output !== undefined) {
    block.output.replace(output);
  }
}

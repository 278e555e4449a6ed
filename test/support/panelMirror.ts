/** A panel's state, kept by nothing but a snapshot and the events after it. */
import type { HostEvent } from '../../src/shared/protocol.ts';
import type {
  AssistantMessageView,
  BlockView,
  MessageView,
  ThreadView,
} from '../../src/shared/views.ts';

/** The view after this event. Events of other threads change nothing. */
export function applyEvent(view: ThreadView, event: HostEvent): ThreadView {
  if (!('threadId' in event) || event.threadId !== view.id) {
    return view;
  }
  switch (event.type) {
    case 'turn/started': {
      const added = event.user ? [event.user, event.assistant] : [event.assistant];
      return { ...view, messages: [...view.messages, ...added] };
    }
    case 'turn/removed': {
      const at = view.messages.findIndex((message) => message.turnId === event.fromTurnId);
      return at < 0 ? view : { ...view, messages: view.messages.slice(0, at) };
    }
    case 'thread/status':
      return { ...view, status: event.status };
    case 'thread/meter':
      return { ...view, meter: event.meter };
    case 'thread/compacted': {
      const { compaction, ...rest } = view;
      return event.compaction ? { ...rest, compaction: event.compaction } : rest;
    }
    case 'thread/checkpoint':
      return { ...view, checkpoint: event.checkpoint };
    case 'thread/renamed':
      return { ...view, title: event.title };
    case 'thread/refreshed':
      return event.thread;
    case 'thread/team':
      return { ...view, team: event.team };
    default:
      return { ...view, messages: view.messages.map((message) => changeMessage(message, event)) };
  }
}

type MessageEvent = Extract<HostEvent, { messageId: string }>;

function changeMessage(message: MessageView, event: MessageEvent): MessageView {
  if (message.role === 'user' || message.id !== event.messageId) {
    return message;
  }
  switch (event.type) {
    case 'block/added':
      return { ...message, blocks: [...message.blocks, event.block] };
    case 'block/appended':
      return changeBlock(message, event.blockId, (block) => appended(block, event.text));
    case 'tool/changed':
      return changeBlock(message, event.blockId, (block) => changed(block, event.changes));
    case 'turn/routed':
      return { ...message, model: event.model, modelReason: event.modelReason };
    case 'turn/ended': {
      const { state, notice, model, modelReason, usage, durationMs } = event;
      return {
        ...message,
        state,
        durationMs,
        ...(notice ? { notice } : {}),
        ...(model ? { model } : {}),
        ...(modelReason ? { modelReason } : {}),
        ...(usage ? { usage } : {}),
      };
    }
  }
}

function changeBlock(
  message: AssistantMessageView,
  blockId: string,
  change: (block: BlockView) => BlockView,
): AssistantMessageView {
  const blocks = message.blocks.map((block) => (block.id === blockId ? change(block) : block));
  return { ...message, blocks };
}

function appended(block: BlockView, text: string): BlockView {
  return block.type === 'tool'
    ? { ...block, output: block.output + text }
    : { ...block, text: block.text + text };
}

function changed(
  block: BlockView,
  changes: Extract<HostEvent, { type: 'tool/changed' }>['changes'],
): BlockView {
  if (block.type !== 'tool') {
    throw new Error('Only a tool’s card changes.');
  }
  const { approval, ...rest } = changes;
  const { approval: before, ...card } = { ...block, ...rest };
  const after = approval === undefined ? before : approval;
  return after ? { ...card, approval: after } : card;
}

import { noUsage } from '../../../../src/core/model/message.ts';
import type {
  AssistantMessageRecord,
  ThreadRecord,
  ToolResultRecord,
  UserMessageRecord,
} from '../../../../src/core/store/records.ts';

/** A thread in workspace `w`, made at 1,000. */
export function threadRecord(id: string, changes: Partial<ThreadRecord> = {}): ThreadRecord {
  return {
    id,
    workspace: 'w',
    title: `Thread ${id}`,
    isTitleByUser: false,
    systemPrompt: 'You are Slipstream.',
    createdAt: 1_000,
    updatedAt: 1_000,
    usage: noUsage,
    costUsd: 0,
    ...changes,
  };
}

/** A user's message, id `‹thread›-‹ordinal›`, of turn `t‹ordinal›`. */
export function userMessage(
  threadId: string,
  ordinal: number,
  changes: Partial<UserMessageRecord> = {},
): UserMessageRecord {
  const text = changes.text ?? `Question ${ordinal}`;
  return {
    role: 'user',
    id: `${threadId}-${ordinal}`,
    threadId,
    turnId: `t${ordinal}`,
    ordinal,
    createdAt: 2_000 + ordinal,
    content: [{ type: 'text', text }],
    text,
    chips: [],
    ...changes,
  };
}

/** An answer that is done, in the turn of the message before it. */
export function assistantMessage(
  threadId: string,
  ordinal: number,
  changes: Partial<AssistantMessageRecord> = {},
): AssistantMessageRecord {
  return {
    role: 'assistant',
    id: `${threadId}-${ordinal}`,
    threadId,
    turnId: `t${ordinal - 1}`,
    ordinal,
    createdAt: 2_000 + ordinal,
    model: 'claude-test',
    state: 'done',
    stopReason: 'end_turn',
    content: [{ type: 'text', text: `Answer ${ordinal}` }],
    toolResults: [],
    usage: noUsage,
    costUsd: 0.25,
    durationMs: 12.5,
    ...changes,
  };
}

export function toolResult(
  toolUseId: string,
  changes: Partial<ToolResultRecord> = {},
): ToolResultRecord {
  return {
    toolUseId,
    status: 'done',
    title: 'Read src/cart.ts',
    content: 'const cart = [];',
    durationMs: 3,
    changedPaths: [],
    ...changes,
  };
}

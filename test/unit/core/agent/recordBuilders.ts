import { type AssistantBlock, noUsage } from '../../../../src/core/model/message.ts';
import type {
  AssistantMessageRecord,
  ToolResultRecord,
  UserMessageRecord,
} from '../../../../src/core/store/records.ts';

export function user(content: string, changes: Partial<UserMessageRecord> = {}): UserMessageRecord {
  return {
    role: 'user',
    id: `user ${content}`,
    threadId: 'thread',
    turnId: 'turn',
    ordinal: 0,
    createdAt: 0,
    content: [{ type: 'text', text: content }],
    text: content,
    chips: [],
    ...changes,
  };
}

export function answer(
  content: readonly AssistantBlock[],
  changes: Partial<AssistantMessageRecord> = {},
): AssistantMessageRecord {
  return {
    role: 'assistant',
    id: 'answer',
    threadId: 'thread',
    turnId: 'turn',
    ordinal: 1,
    createdAt: 0,
    model: 'model-1',
    state: 'done',
    content,
    toolResults: [],
    usage: noUsage,
    costUsd: 0,
    durationMs: 0,
    ...changes,
  };
}

export function result(
  toolUseId: string,
  status: ToolResultRecord['status'] = 'done',
  content: ToolResultRecord['content'] = `result of ${toolUseId}`,
): ToolResultRecord {
  return { toolUseId, status, title: '', content, durationMs: 0, changedPaths: [] };
}

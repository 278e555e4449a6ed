import type { ModelRequest } from '../model/request.ts';
import type { MessageRecord, ThreadRecord } from '../store/records.ts';
import { promptCacheLifetime } from './promptCacheLifetime.ts';
import type { ModelProfile, ThreadParts } from './threadParts.ts';

/** What is the same in each request of a turn, so that thinking in it stays valid. */
export type FixedRequest = Omit<ModelRequest, 'id' | 'messages'>;

export function fixedRequest(
  record: ThreadRecord,
  profile: ModelProfile,
  records: readonly MessageRecord[],
  parts: ThreadParts<unknown>,
): FixedRequest {
  const effort = parts.effort();
  return {
    surface: 'chat',
    priority: 'interactive',
    threadId: record.id,
    model: profile.id,
    system: record.systemPrompt,
    tools: parts.toolDefinitions(),
    promptCacheLifetime: promptCacheLifetime(parts, records),
    maxOutputTokens: Math.min(parts.maxOutputTokens(), profile.maxOutputTokens ?? Infinity),
    ...(effort === undefined ? {} : { effort }),
  };
}

import type { WindowUsageView } from '../../shared/views.ts';
import type { Message } from '../model/message.ts';
import type { ThreadRecord } from '../store/records.ts';
import type { ModelProfile, ThreadParts } from './threadParts.ts';
import { contextModel } from './turnContext.ts';

/** What would fill the window if the thread went on now. */
export function windowUsage(
  profile: ModelProfile,
  record: ThreadRecord | undefined,
  messages: readonly Message[],
  parts: Pick<ThreadParts<unknown>, 'context' | 'toolDefinitions' | 'maxOutputTokens'>,
): WindowUsageView {
  const { usage } = parts.context.optimizer.fit({
    system: record?.systemPrompt ?? '',
    tools: parts.toolDefinitions(),
    messages,
    model: contextModel(profile),
    maxOutputTokens: parts.maxOutputTokens(),
  });
  const { limit, softLimit, isLimitAssumed } = usage;
  return {
    ...usage.parts,
    limit,
    ...(softLimit === undefined ? {} : { softLimit }),
    isLimitAssumed,
  };
}

import type { Message, ToolResultBlock } from '../model/message.ts';
import type { AssistantMessageRecord, MessageRecord } from '../store/records.ts';

export interface WindowTokensOptions {
  /** About how many tokens these messages have. */
  readonly estimate: (messages: readonly Message[]) => number;
  /** Since a summary took over at `plainBefore`: what is sent now. */
  readonly compacted?:
    | { readonly plainBefore: number; readonly messages: readonly Message[] }
    | undefined;
}

/** How full the context window is: the last request's own count, and an estimate of what came after. */
export function windowTokens(
  records: readonly MessageRecord[],
  { estimate, compacted }: WindowTokensOptions,
): { readonly tokens: number; readonly isEstimate: boolean } {
  const later: Message[] = [];
  for (const record of [...records].reverse()) {
    if (compacted && record.ordinal < compacted.plainBefore) {
      return { tokens: estimate(compacted.messages), isEstimate: true };
    }
    if (record.role === 'assistant') {
      // Results came after the answer that asked for them: its count does not hold them.
      later.push(...resultsOf(record));
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = record.usage;
      const counted = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
      if (counted > 0) {
        return { tokens: counted + estimate(later), isEstimate: later.length > 0 };
      }
      later.push({ role: 'assistant', content: record.content });
    } else {
      later.push({ role: 'user', content: record.content });
    }
  }
  return { tokens: estimate(later), isEstimate: later.length > 0 };
}

function resultsOf({ toolResults }: AssistantMessageRecord): Message[] {
  const content = toolResults.map(
    (result): ToolResultBlock => ({
      type: 'tool_result',
      tool_use_id: result.toolUseId,
      content: result.content,
    }),
  );
  return content.length > 0 ? [{ role: 'user', content }] : [];
}

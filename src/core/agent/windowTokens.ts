import type { Message } from '../model/message.ts';
import type { MessageRecord } from '../store/records.ts';

/** Characters per token that do not undercount text and code on current models (Anthropic's guide). */
const charactersPerToken = 2.5;

/** Tokens of an image of about a megapixel, to which larger ones are scaled down (Anthropic's guide). */
const imageTokens = 1_600;

/**
 * How full the context window is: the last request's own count, and an estimate of what came after.
 * @param compacted Since a summary took over at `plainBefore`: what is sent now.
 */
export function windowTokens(
  records: readonly MessageRecord[],
  compacted?: { readonly plainBefore: number; readonly messages: readonly Message[] },
): {
  readonly tokens: number;
  readonly isEstimate: boolean;
} {
  let estimate = 0;
  for (const record of [...records].reverse()) {
    if (compacted && record.ordinal < compacted.plainBefore) {
      return { tokens: Math.ceil(estimateTokens(compacted.messages)), isEstimate: true };
    }
    if (record.role === 'assistant') {
      // Results came after the answer that asked for them: its count does not hold them.
      estimate += estimateTokens(record.toolResults.map((result) => result.content));
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = record.usage;
      const counted = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
      if (counted > 0) {
        return { tokens: counted + Math.ceil(estimate), isEstimate: estimate > 0 };
      }
    }
    estimate += estimateTokens(record.content);
  }
  return { tokens: Math.ceil(estimate), isEstimate: estimate > 0 };
}

/** Tokens of any JSON value, in which an image counts as an image and not as its base64 text. */
function estimateTokens(value: unknown): number {
  if (typeof value === 'string') {
    return value.length / charactersPerToken;
  }
  if (typeof value !== 'object' || value === null) {
    return 1;
  }
  if ('type' in value && value.type === 'image') {
    return imageTokens;
  }
  return Object.values(value).reduce((sum: number, part) => sum + estimateTokens(part), 0);
}

import type { UsageTotals } from '../../store/usageRecords.ts';
import { addUsage, noUsage, type Usage } from '../message.ts';
import type { ModelRequest, Surface } from '../request.ts';

/**
 * Tokens of an answer with its thinking while fewer than `fewestAnswered` were seen this month: what
 * the surface asks for, taken high, so that the first calls are not let through too lightly.
 */
const usualOutputTokens: Readonly<Record<Surface, number>> = {
  chat: 2_000,
  completion: 100,
  codeAction: 1_500,
  summary: 2_000,
  commitMessage: 300,
  bulk: 2_000,
};

/** The mean of so many answers is within a factor of two of the next month's, as a rule of thumb. */
const fewestAnswered = 10;

/**
 * What a call will use, as far as calls of its surface tell: so much of the prompt from the provider's
 * cache, and so long an answer, as they had on average this month.
 */
export function estimateUsage(
  request: ModelRequest,
  promptTokens: number,
  totals: readonly UsageTotals[],
): Usage {
  const rows = totals.filter((row) => row.period === 'month' && row.surface === request.surface);
  const answered = rows.reduce((sum, row) => sum + row.answered, 0);
  if (answered < fewestAnswered) {
    const outputTokens = Math.min(usualOutputTokens[request.surface], request.maxOutputTokens);
    return { ...noUsage, inputTokens: promptTokens, outputTokens };
  }
  const seen = rows.reduce((sum, row) => addUsage(sum, row.usage), noUsage);
  const seenPrompt = seen.inputTokens + seen.cacheReadTokens + seen.cacheWriteTokens;
  const part = (tokens: number): number =>
    seenPrompt === 0 ? 0 : Math.round((promptTokens * tokens) / seenPrompt);
  const cacheReadTokens = part(seen.cacheReadTokens);
  const cacheWriteTokens = Math.min(part(seen.cacheWriteTokens), promptTokens - cacheReadTokens);
  return {
    inputTokens: promptTokens - cacheReadTokens - cacheWriteTokens,
    outputTokens: Math.min(Math.round(seen.outputTokens / answered), request.maxOutputTokens),
    cacheReadTokens,
    cacheWriteTokens,
    thinkingTokens: 0,
  };
}

import { CancelledError, UserError } from '../../base/errors.ts';
import { keptTokens } from '../context/compactionPlan.ts';
import { limitsOf } from '../context/contextLimits.ts';
import type { MessageRecord } from '../store/records.ts';
import type { PromptTokens } from '../tokens/promptTokens.ts';
import { toMessages } from './history.ts';
import type { ThreadCompaction } from './threadCompaction.ts';
import type { ThreadHistory } from './threadHistory.ts';
import type { ModelProfile, ThreadParts } from './threadParts.ts';
import { contextModel } from './turnContext.ts';

/** Of a conversation that has room left no more than this stays as it is when the user asks for it. */
const keptShareByHand = 0.25;

/** What the user asked for, and in which thread. */
export interface SummarizeNow {
  /** What must be kept above all, in the user's words; empty without. */
  readonly focus: string;
  readonly profile: ModelProfile;
  readonly history: ThreadHistory;
  readonly compaction: ThreadCompaction;
  readonly parts: Pick<ThreadParts<unknown>, 'context' | 'maxOutputTokens'>;
}

/** Summarizes the older part of a thread at the user's word. Throws `UserError` where that fails. */
export async function summarizeNow(now: SummarizeNow, signal: AbortSignal): Promise<void> {
  const { focus, profile, compaction, parts } = now;
  const models = await parts.context.summaryModels(profile);
  if (models.length === 0) {
    throw new UserError('A summary is written by a model, and Slipstream is offline. Connect it.');
  }
  if (focus !== '') {
    compaction.cancel();
  }
  const options = { models, keepTokens: keptByHand(now), priority: 'interactive' } as const;
  const outcome = await compaction.takeOver(focus === '' ? options : { ...options, focus }, signal);
  switch (outcome.kind) {
    case 'done':
      compaction.forgetFailures();
      return;
    case 'cancelled':
      throw new CancelledError();
    case 'nothing':
      throw new UserError(
        'There is nothing to summarize yet: the conversation is short enough to be sent as it is.',
      );
    case 'failed':
      throw new UserError(`The conversation could not be summarized. ${outcome.reason}`);
  }
}

function keptByHand({ history, profile, parts }: SummarizeNow): number {
  const { context, maxOutputTokens } = parts;
  const limits = limitsOf(contextModel(profile), maxOutputTokens());
  const from = history.compaction?.keptFrom ?? 0;
  const open = history.records.filter((record) => record.ordinal >= from);
  const tokens = open.reduce((sum, record) => sum + sizeOf(record, context.tokens), 0);
  return Math.min(keptTokens(limits.soft ?? limits.usable), tokens * keptShareByHand);
}

/** Tokens of one message as it is sent after a summary: without thinking. */
export function sizeOf(record: MessageRecord, tokens: PromptTokens): number {
  const messages = toMessages([record], { thinkingFrom: Number.POSITIVE_INFINITY });
  return messages.reduce((sum, message, index) => {
    const size = tokens.message(message, messages[index - 1]);
    return sum + size.instructions + size.files + size.conversation;
  }, 0);
}

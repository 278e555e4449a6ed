import type { ThreadMeter } from '../../shared/views.ts';
import { addUsage, type Message, noUsage } from '../model/message.ts';
import type { MessageRecord, ThreadRecord } from '../store/records.ts';
import type { PromptTokens } from '../tokens/promptTokens.ts';
import type { LiveTurn } from './liveTurn.ts';
import type { ThreadHistory } from './threadHistory.ts';
import type { ModelProfile } from './threadParts.ts';
import { addCost, usageView } from './views.ts';
import { windowTokens } from './windowTokens.ts';

export interface MeterFacts {
  readonly profile: ModelProfile;
  readonly record: ThreadRecord | undefined;
  /** The turn that runs: what it has used so far, and the model that was chosen for it. */
  readonly turn: Pick<LiveTurn, 'spent' | 'routed'> | undefined;
  readonly records: readonly MessageRecord[];
  readonly history: Pick<ThreadHistory, 'compaction' | 'messages'>;
  readonly summary: ThreadMeter['summary'];
  readonly tokens: PromptTokens;
}

/** The figures of the line above the input. */
export function threadMeter(facts: MeterFacts): ThreadMeter {
  const { profile, record, turn, records, summary } = facts;
  const { spent, routed } = turn ?? {};
  const compacted = sentSinceSummary(facts.history);
  const usage = addUsage(record?.usage ?? noUsage, spent?.usage ?? noUsage);
  const costUsd = addCost(record ? record.costUsd : 0, spent ? spent.costUsd : 0);
  const estimate = (messages: readonly Message[]): number =>
    messages.length === 0
      ? 0
      : facts.tokens.estimatePromptTokens({ model: profile.id, system: '', tools: [], messages });
  const { tokens, isEstimate } = windowTokens(records, { estimate, compacted });
  return {
    modelName: profile.name,
    ...(routed === undefined ? {} : { modelReason: routed.reason }),
    windowTokens: tokens,
    isEstimate,
    ...(profile.contextWindow === undefined ? {} : { windowLimit: profile.contextWindow }),
    ...(summary === undefined ? {} : { summary }),
    usage: usageView(usage, costUsd),
  };
}

/** Since a summary took over: what is sent now, as earlier counts are of something else. */
function sentSinceSummary(history: MeterFacts['history']) {
  const { compaction } = history;
  return compaction && { plainBefore: compaction.plainBefore, messages: history.messages() };
}

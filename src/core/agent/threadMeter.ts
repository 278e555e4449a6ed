import type { ThreadMeter } from '../../shared/views.ts';
import { addUsage, type Message, noUsage, type Usage } from '../model/message.ts';
import type { MessageRecord, ThreadRecord } from '../store/records.ts';
import type { PromptTokens } from '../tokens/promptTokens.ts';
import type { ModelProfile } from './threadParts.ts';
import { addCost, usageView } from './views.ts';
import { windowTokens } from './windowTokens.ts';

export interface MeterFacts {
  readonly profile: ModelProfile;
  /** Why the model was chosen, where Slipstream has just done so. */
  readonly modelReason: string | undefined;
  readonly record: ThreadRecord | undefined;
  /** What the turn that runs has used so far. */
  readonly spent: { readonly usage: Usage; readonly costUsd: number | undefined } | undefined;
  readonly records: readonly MessageRecord[];
  /** Since a summary took over: what is sent now, as earlier counts are of something else. */
  readonly compacted:
    | { readonly plainBefore: number; readonly messages: readonly Message[] }
    | undefined;
  readonly summary: ThreadMeter['summary'];
  readonly tokens: PromptTokens;
}

/** The figures of the line above the input. */
export function threadMeter(facts: MeterFacts): ThreadMeter {
  const { profile, modelReason, record, spent, records, compacted, summary } = facts;
  const usage = addUsage(record?.usage ?? noUsage, spent?.usage ?? noUsage);
  const costUsd = addCost(record ? record.costUsd : 0, spent ? spent.costUsd : 0);
  const estimate = (messages: readonly Message[]): number =>
    messages.length === 0
      ? 0
      : facts.tokens.estimatePromptTokens({ model: profile.id, system: '', tools: [], messages });
  const { tokens, isEstimate } = windowTokens(records, { estimate, compacted });
  return {
    modelName: profile.name,
    ...(modelReason === undefined ? {} : { modelReason }),
    windowTokens: tokens,
    isEstimate,
    ...(profile.contextWindow === undefined ? {} : { windowLimit: profile.contextWindow }),
    ...(summary === undefined ? {} : { summary }),
    usage: usageView(usage, costUsd),
  };
}

import type { ThreadMeter } from '../../shared/views.ts';
import type { MessageRecord, ThreadRecord } from '../store/records.ts';
import type { LiveTurn } from './liveTurn.ts';
import { modelInUse } from './shownModel.ts';
import type { ThreadHistory } from './threadHistory.ts';
import { threadMeter } from './threadMeter.ts';
import type { LiveThreadParts, ModelProfile } from './threadParts.ts';

export interface MeterFacts {
  readonly profile: ModelProfile;
  readonly records: readonly MessageRecord[];
  /** The turn that runs. */
  readonly turn: LiveTurn | undefined;
  readonly history: ThreadHistory;
  readonly record: ThreadRecord | undefined;
  readonly summary: ThreadMeter['summary'];
  readonly parts: LiveThreadParts<unknown>;
}

/** The figures of a thread in use, with what runs in it. */
export function meterInUse(facts: MeterFacts): ThreadMeter {
  const { profile, records, turn, history, record, summary, parts } = facts;
  const { compaction } = history;
  const routed = turn?.routed;
  return threadMeter({
    profile: modelInUse(profile, records, routed, parts),
    modelReason: routed?.reason,
    record,
    spent: turn?.spent,
    records,
    compacted: compaction && {
      plainBefore: compaction.plainBefore,
      messages: history.messages(),
    },
    summary,
    tokens: parts.context.tokens,
  });
}

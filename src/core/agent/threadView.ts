import type { Draft, ThreadMeter, ThreadStatus, ThreadView } from '../../shared/views.ts';
import type { ThreadPage } from '../store/records.ts';
import type { LiveTurn } from './liveTurn.ts';
import type { ThreadCheckpoint } from './threadCheckpoint.ts';
import type { ThreadHistory } from './threadHistory.ts';
import { type ModelNamer, toMessageViews } from './views.ts';

export interface ThreadViewFacts {
  readonly id: string;
  readonly title: string;
  readonly page: ThreadPage;
  /** The turn that runs. */
  readonly turn: LiveTurn | undefined;
  readonly history: Pick<ThreadHistory, 'compactionView'>;
  readonly status: ThreadStatus;
  readonly meter: ThreadMeter;
  readonly draft: Draft;
  readonly checkpoint: Pick<ThreadCheckpoint, 'current'>;
}

/** A thread as the panel shows it, what runs included. */
export function threadView(facts: ThreadViewFacts, nameOf: ModelNamer): ThreadView {
  const { id, title, page, turn, history, status, meter, draft } = facts;
  // The running turn shows itself; what of it is kept already would show it twice.
  const kept = page.messages.filter(
    (record) => record.role === 'user' || record.turnId !== turn?.turnId,
  );
  const messages = toMessageViews(kept, nameOf);
  const compaction = history.compactionView;
  return {
    id,
    title,
    messages: turn ? [...messages, turn.snapshot()] : messages,
    hasEarlier: page.hasEarlier,
    status,
    meter,
    ...(compaction ? { compaction } : {}),
    draft,
    checkpoint: facts.checkpoint.current,
  };
}

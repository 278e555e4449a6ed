import { UserError } from '../../base/errors.ts';
import type { ThreadMeter, WindowUsageView } from '../../shared/views.ts';
import type { CompactionRecord } from '../store/compactionStore.ts';
import type { KeptThread } from './keptThread.ts';
import { sizeOf, summarizeNow } from './summarizeNow.ts';
import { ThreadCompaction } from './threadCompaction.ts';
import type { ThreadHistory } from './threadHistory.ts';
import type { ThreadParts } from './threadParts.ts';
import type { TurnEnd } from './turn.ts';
import { windowUsage } from './windowUsage.ts';

export interface ThreadSummaryParts {
  readonly threadId: string;
  readonly parts: ThreadParts<unknown>;
  readonly history: ThreadHistory;
  readonly kept: KeptThread;
  /** The figures that the panel shows have changed. */
  readonly changed: () => void;
}

/** What stands for the older part of a thread, or is being made to. */
export class ThreadSummary {
  readonly compaction: ThreadCompaction;
  private readonly own: ThreadSummaryParts;

  constructor(own: ThreadSummaryParts) {
    const { parts, kept, threadId, history } = own;
    this.own = own;
    this.compaction = new ThreadCompaction({
      ...parts,
      threadId,
      history,
      sizeOf: (message) => sizeOf(message, parts.context.tokens),
      explain: (error) => explained(parts.unexpectedEnd(error)),
      spent: (usage, model) => kept.addSpent(usage, parts.costOf(usage, model)),
      changed: () => this.tell(),
    });
  }

  /** Where a summary stands; undefined without any. */
  get state(): ThreadMeter['summary'] {
    const { state } = this.compaction;
    if (state !== 'none') {
      return state;
    }
    return this.own.history.compaction ? 'inUse' : undefined;
  }

  /** Summarizes earlier messages now. Throws `UserError` where there are none or it fails. */
  async make(focus: string, signal: AbortSignal): Promise<void> {
    const { history, parts } = this.own;
    await history.load();
    const profile = await parts.model();
    await summarizeNow({ focus, profile, history, compaction: this.compaction, parts }, signal);
  }

  /** What is sent in place of earlier messages. Throws `UserError` where they are sent themselves. */
  async read(): Promise<CompactionRecord> {
    const { history } = this.own;
    await history.load();
    if (!history.compaction) {
      throw new UserError('Nothing of this thread is summarized: all its messages are sent.');
    }
    return history.compaction;
  }

  /** Sends this text in place of earlier messages from now on. Not while a turn runs. */
  change(compaction: CompactionRecord, text: string): void {
    if (text.trim() === '') {
      throw new UserError(
        'The summary is empty: the model would know nothing of what came before.',
      );
    }
    this.compaction.cancel();
    this.own.history.changeSummary(compaction, text);
    this.own.kept.touch();
    this.tell();
  }

  /** What fills the window of the model that is asked next. */
  async usage(): Promise<WindowUsageView> {
    const { parts, history, kept } = this.own;
    const [profile] = await Promise.all([
      parts.model(),
      history.load(),
      parts.context.tokens.load(),
    ]);
    return windowUsage(profile, kept.record, history.messages(), parts);
  }

  /** Tells the panel where a summary stands now. */
  tell(): void {
    const { history, parts, threadId, changed } = this.own;
    const compaction = history.compactionView ?? null;
    parts.emit({ type: 'thread/compacted', threadId, compaction });
    changed();
  }
}

function explained(end: TurnEnd): string {
  return end.kind === 'failed' ? end.failure.message : '';
}

import { lazy } from '../../base/lazy.ts';
import type { CompactionView } from '../../shared/views.ts';
import type { Message } from '../model/message.ts';
import { type CompactionRecord, type CompactionStore, rewound } from '../store/compactionStore.ts';
import type { MessageRecord, ThreadStore } from '../store/records.ts';
import { toMessages } from './history.ts';
import { nextOrdinal } from './messageOrder.ts';
import { assistantViewId } from './views.ts';

export interface ThreadHistoryParts {
  readonly threadId: string;
  /** Whether the store knows the thread. */
  readonly isKept: boolean;
  readonly store: ThreadStore;
  readonly compactions: CompactionStore;
  readonly saveFailed: (error: unknown) => void;
}

/** The messages of a thread in use, and what of them is sent to the model. */
export class ThreadHistory {
  /** All messages, once `load` has read them. */
  readonly records: MessageRecord[] = [];
  /** Reads what is kept of the messages, once. */
  readonly load: () => Promise<void>;
  private readonly parts: ThreadHistoryParts;
  private readonly loadCompactions: () => Promise<void>;
  private hasLoaded = false;
  /** Oldest first: the last one holds, those before it where it is taken back. */
  private compactions: readonly CompactionRecord[] = [];
  /** Thinking before this position is bound to another prompt: sent back, it would be rejected. */
  private thinkingFrom = 0;
  /** The messages of each record as they are sent now. */
  private known = new WeakMap<MessageRecord, readonly Message[]>();

  constructor(parts: ThreadHistoryParts) {
    this.parts = parts;
    const { isKept, threadId } = parts;
    this.loadCompactions = lazy(async () => {
      this.compactions = isKept ? await parts.compactions.readCompactions(threadId) : [];
    });
    this.load = lazy(async () => {
      await this.loadCompactions();
      this.records.push(...(isKept ? await parts.store.readHistory(threadId) : []));
      this.hasLoaded = true;
    });
  }

  get isLoaded(): boolean {
    return this.hasLoaded;
  }

  /** The summary that is sent in place of the older part; undefined while everything is sent. */
  get compaction(): CompactionRecord | undefined {
    return this.compactions.at(-1);
  }

  /** Where the summary stands among the articles of the panel. */
  get compactionView(): CompactionView | undefined {
    const { compaction } = this;
    const first = compaction && this.sentRecords[0];
    if (!first) {
      return undefined;
    }
    const beforeMessageId = first.role === 'user' ? first.id : assistantViewId(first.turnId);
    return { id: compaction.id, beforeMessageId };
  }

  /** The messages that are sent themselves. */
  get sentRecords(): readonly MessageRecord[] {
    const from = this.compaction?.keptFrom ?? 0;
    return this.records.filter((record) => record.ordinal >= from);
  }

  /** Reads the messages where a part of them is summarized, as that has its place among them. */
  async loadSummarized(): Promise<void> {
    await this.loadCompactions();
    if (this.compaction) {
      await this.load();
    }
  }

  /** What the next request sends. The same objects as long as nothing of it changes. */
  messages(): readonly Message[] {
    const { thinkingFrom, compaction, known } = this;
    return toMessages(this.records, { thinkingFrom, known, ...(compaction ? { compaction } : {}) });
  }

  /** Leaves the thinking of all answers so far out of what is sent. */
  dropThinking(): void {
    this.thinkingFrom = nextOrdinal(this.records);
    this.known = new WeakMap();
  }

  /** Sends this summary from now on, and everything from `keptFrom` on without thinking. */
  compact(compaction: Pick<CompactionRecord, 'id' | 'createdAt' | 'keptFrom' | 'summary'>): void {
    const { threadId } = this.parts;
    const plainBefore = nextOrdinal(this.records);
    this.put({ ...compaction, threadId, plainBefore }, this.compactions);
  }

  /** Sends another text in place of the summary. All thinking was bound to the old one and goes. */
  changeSummary(compaction: CompactionRecord, summary: string): void {
    const others = this.compactions.filter(({ id }) => id !== compaction.id);
    this.put({ ...compaction, summary, plainBefore: nextOrdinal(this.records) }, others);
  }

  /** Takes this message and all that followed it out, and summaries that tell of them. */
  rewindTo(message: MessageRecord): readonly MessageRecord[] {
    const { ordinal, threadId } = message;
    const removed = this.records.splice(this.records.indexOf(message));
    this.thinkingFrom = Math.min(this.thinkingFrom, ordinal);
    this.known = new WeakMap();
    this.compactions = rewound(this.compactions, ordinal);
    this.keep(this.parts.compactions.rewindCompactions(threadId, ordinal));
    return removed;
  }

  private put(compaction: CompactionRecord, others: readonly CompactionRecord[]): void {
    this.compactions = [...others, compaction];
    this.known = new WeakMap();
    this.keep(this.parts.compactions.putCompaction(compaction));
  }

  private keep(write: Promise<void>): void {
    write.catch(this.parts.saveFailed);
  }
}

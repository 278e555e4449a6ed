import {
  type CompactionRecord,
  type CompactionStore,
  rewound,
} from '../../src/core/store/compactionStore.ts';

/** The summaries of threads in plain memory. */
export class MemoryCompactionStore implements CompactionStore {
  /** By thread, oldest first. */
  readonly kept = new Map<string, readonly CompactionRecord[]>();

  async readCompactions(threadId: string): Promise<readonly CompactionRecord[]> {
    return structuredClone(this.kept.get(threadId) ?? []);
  }

  async putCompaction(compaction: CompactionRecord): Promise<void> {
    const { threadId, id } = compaction;
    const kept = this.kept.get(threadId) ?? [];
    const at = kept.findIndex((one) => one.id === id);
    this.kept.set(threadId, at < 0 ? [...kept, compaction] : kept.with(at, compaction));
  }

  async rewindCompactions(threadId: string, ordinal: number): Promise<void> {
    this.kept.set(threadId, rewound(this.kept.get(threadId) ?? [], ordinal));
  }
}

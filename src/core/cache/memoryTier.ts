import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { type CacheEntry, sizeOfEntry } from './cacheEntry.ts';
import { matchesGlob } from './cacheKeys.ts';

/** The least recently used entries go first, once all together take more than the limit. */
export class MemoryTier {
  private readonly clock: Clock;
  private entries: LRUCache<string, CacheEntry>;
  private evicted = 0;
  private readonly keysByFile = new Map<string, Set<string>>();

  constructor(clock: Clock, maxBytes: number) {
    this.clock = clock;
    this.entries = this.create(maxBytes);
  }

  get sizeBytes(): number {
    return this.entries.calculatedSize;
  }

  get count(): number {
    return this.entries.size;
  }

  /** Entries that had to make room, since the start. */
  get evictions(): number {
    return this.evicted;
  }

  get(key: string): CacheEntry | undefined {
    return this.entries.get(key);
  }

  set(key: string, entry: CacheEntry): void {
    const ttl = entry.expiresAt - this.clock.wallTime();
    if (ttl <= 0) {
      return;
    }
    this.entries.set(key, entry, { ttl });
    if (!this.entries.has(key)) {
      return;
    }
    for (const file of entry.files) {
      const keys = this.keysByFile.get(file) ?? new Set();
      this.keysByFile.set(file, keys.add(key));
    }
  }

  invalidate(glob: string): void {
    for (const key of [...this.entries.keys()]) {
      if (matchesGlob(key, glob)) {
        this.entries.delete(key);
      }
    }
  }

  invalidateFile(file: string): void {
    for (const key of [...(this.keysByFile.get(file) ?? [])]) {
      this.entries.delete(key);
    }
  }

  /** Keeps what was used last, as far as it fits. */
  resize(maxBytes: number): void {
    const before = this.entries;
    this.keysByFile.clear();
    this.entries = this.create(maxBytes);
    for (const key of before.rkeys()) {
      const entry = before.peek(key);
      if (entry) {
        this.set(key, entry);
      }
    }
  }

  private create(maxBytes: number): LRUCache<string, CacheEntry> {
    return new LRUCache<string, CacheEntry>({
      maxSize: maxBytes,
      sizeCalculation: (entry, key) => sizeOfEntry(key, entry),
      // It takes a start of 0 for none.
      perf: { now: () => this.clock.now() + 1 },
      ttlResolution: 0,
      dispose: (entry, key, reason) => {
        this.evicted += reason === 'evict' ? 1 : 0;
        this.forgetFiles(key, entry);
      },
    });
  }

  private forgetFiles(key: string, entry: CacheEntry): void {
    for (const file of entry.files) {
      const keys = this.keysByFile.get(file);
      keys?.delete(key);
      if (keys?.size === 0) {
        this.keysByFile.delete(file);
      }
    }
  }
}

import type { Disposable } from '../../base/lifecycle.ts';
import type { CacheEntry } from './cacheEntry.ts';

export type RemoteTierName = 'redis' | 'http';

/** Figures of a tier since it was made. */
export interface RemoteTierFigures {
  readonly state: 'ready' | 'connecting' | 'passedOver' | 'refused';
  /** What the user can do about it, or what it does not take: a sentence. Empty where all is well. */
  readonly reason: string;
  readonly hits: number;
  readonly misses: number;
  /** Reads that were given up at the deadline, or that failed. */
  readonly failures: number;
  readonly writes: number;
  /** Values that were not written by anybody with the team's key, or were changed since. */
  readonly rejected: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** The right to ask for an answer for the whole team. What is not released expires. */
export interface TierLease {
  release(): void;
}

/**
 * A tier that a team shares, behind memory and disk. But for `invalidate` it never throws, and it never holds anybody up for
 * longer than `remoteDeadlineMs`: a tier that is away, slow or full is passed over, and counts as a
 * miss. What it gives was written by somebody with the team's key. Keys and globs are the local ones;
 * `SharedValues` makes of them what the tier is told.
 */
export interface RemoteTier extends Disposable {
  readonly name: RemoteTierName;
  readonly figures: RemoteTierFigures;
  /** The entry has no files: those of the machine that wrote it are nobody else's. */
  get(key: string): Promise<CacheEntry | undefined>;
  /** Returns at once; the write goes out with others. */
  set(key: string, entry: CacheEntry): void;
  /**
   * Forgets all keys that a glob of `toGlob` stands for, for the whole team. Rejects where the tier
   * cannot be asked: whoever wants that must know.
   */
  invalidate(glob: string): Promise<void>;
  /**
   * Takes the right to ask for what a key stands for; `taken` where somebody else of the team has it,
   * undefined where the tier cannot say. Absent where a tier knows no such thing.
   */
  lease?(key: string, leaseMs: number): Promise<TierLease | 'taken' | undefined>;
  /** Sends what waits to be written, for tests and for the end. */
  flush(): Promise<void>;
}

/** The longest that a read may take before the tier is passed over, milliseconds. */
export const remoteDeadlineMs = 50;

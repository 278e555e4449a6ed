import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { slipstream } from '../telemetry/genAiAttributes.ts';
import { operation } from '../telemetry/spanNames.ts';
import { inSpan, type TraceScope } from '../telemetry/traceScope.ts';
import type { Lifetime } from './answerPolicy.ts';
import { type CacheEntry, fileKey } from './cacheEntry.ts';
import { type CachePattern, matchesGlob, toGlob } from './cacheKeys.ts';
import { DiskTier } from './diskTier.ts';
import { MemoryTier } from './memoryTier.ts';

export interface TieredCacheOptions {
  readonly clock: Clock;
  /** Asked at the start and in `applyLimits`. */
  readonly memoryBytes: () => number;
  /** 0 keeps nothing on disk. */
  readonly diskBytes: () => number;
  /** Where the disk tier keeps its database; opened on first use. */
  readonly diskPath: string;
  /** Told why the disk is not used, or why a refresh failed. */
  readonly onProblem: (error: unknown) => void;
}

/** The size of one tier. */
export interface CacheTierSize {
  readonly bytes: number;
  readonly limitBytes: number;
  /** Absent where counting them would cost a scan. */
  readonly entries?: number;
  /** Entries that had to go for others, since the window was opened. */
  readonly evictions: number;
}

/** A value found, which may be `null` or falsy. */
export interface CacheHit {
  readonly value: unknown;
  /** Good enough to be given, and due to be loaded anew. */
  readonly isStale: boolean;
  readonly tier: 'memory' | 'disk';
}

/** A value on its way: kept unless what it is about changes before it comes. */
export interface Keeping {
  /** Keeps the value, which must be JSON. */
  keep(value: unknown, lifetime: Lifetime): void;
  /** To be called in any case, so that nothing is remembered of it. */
  end(): void;
}

export interface LoadOptions<T> {
  readonly lifetime: Lifetime;
  /** Whether what was kept is what `load` gives. */
  readonly isValue: (value: unknown) => value is T;
  /** Paths that the value is about. */
  readonly files?: readonly string[];
}

interface Pending extends Keeping {
  readonly key: string;
  readonly files: readonly string[];
  isVoid: boolean;
}

/** After so many failures the disk is left alone until the window is reloaded. */
const maxDiskFailures = 3;
/** More changed files than this are not listed one by one: all answers about files are dropped. */
const maxChangedFiles = 10_000;

/** Looks in memory, then on disk, then loads. What the disk has is put into memory too. */
export class TieredCache implements Disposable {
  private readonly options: TieredCacheOptions;
  private readonly memory: MemoryTier;
  private readonly disposal = new AbortController();
  private readonly pending = new Set<Pending>();
  private readonly loads = new Map<string, Promise<unknown>>();
  /** Files that changed while the disk tier was not open. */
  private readonly changedFiles = new Set<string>();
  private disk: DiskTier | undefined;
  private opening: Promise<DiskTier | undefined> | undefined;
  private diskFailures = 0;

  constructor(options: TieredCacheOptions) {
    this.options = options;
    this.memory = new MemoryTier(options.clock, options.memoryBytes());
  }

  /** What the tiers hold. The disk's is absent before it was used. */
  sizes(): { readonly memory: CacheTierSize; readonly disk?: CacheTierSize } {
    const { memory, disk, options } = this;
    return {
      memory: {
        bytes: memory.sizeBytes,
        limitBytes: options.memoryBytes(),
        entries: memory.count,
        evictions: memory.evictions,
      },
      ...(disk?.isOpen
        ? {
            disk: {
              bytes: disk.sizeBytes,
              limitBytes: options.diskBytes(),
              evictions: disk.evictions,
            },
          }
        : {}),
    };
  }

  /** @param scope Below it, each tier that is asked has a span. */
  async get(key: string, scope?: TraceScope): Promise<CacheHit | undefined> {
    const inMemory = await inTier(scope, 'memory', () => this.memory.get(key));
    if (inMemory) {
      return this.toHit(inMemory, 'memory');
    }
    const onDisk = await inTier(scope, 'disk', async () => (await this.openedDisk())?.get(key));
    if (!onDisk) {
      return undefined;
    }
    this.memory.set(key, onDisk);
    return this.toHit(onDisk, 'disk');
  }

  /** For a value that takes time to come. */
  begin(key: string, files: readonly string[] = []): Keeping {
    const pending: Pending = {
      key,
      files: files.map(fileKey),
      isVoid: false,
      keep: (value, lifetime) => {
        if (!pending.isVoid && !this.disposal.signal.aborted) {
          this.put(key, value, lifetime, pending.files);
        }
      },
      end: () => this.pending.delete(pending),
    };
    this.pending.add(pending);
    return pending;
  }

  /**
   * The kept value, else what `load` gives, which is asked once for all who wait. `undefined` is
   * given on but not kept, and so is what it rejects with. A stale value is loaded anew behind the
   * caller's back.
   */
  async getOrLoad<T>(
    key: string,
    load: () => Promise<T | undefined>,
    options: LoadOptions<T>,
  ): Promise<T | undefined> {
    const hit = await this.get(key);
    if (!hit || !options.isValue(hit.value)) {
      return this.loadOnce(key, load, options);
    }
    if (hit.isStale) {
      this.loadOnce(key, load, options).catch(this.options.onProblem);
    }
    return hit.value;
  }

  /** Forgets all keys with these segments, in all tiers, and what is on its way to them. */
  async invalidate(pattern: CachePattern): Promise<void> {
    const glob = toGlob(pattern);
    for (const pending of this.pending) {
      pending.isVoid ||= matchesGlob(pending.key, glob);
    }
    this.memory.invalidate(glob);
    (await this.openedDisk())?.invalidate(glob);
  }

  /** Forgets all that is about a file, or comes of what it was. Does not open the disk for that. */
  invalidateFile(path: string): void {
    const file = fileKey(path);
    for (const pending of this.pending) {
      pending.isVoid ||= pending.files.includes(file);
    }
    this.memory.invalidateFile(file);
    if (this.disk?.isOpen) {
      this.disk.invalidateFiles([file]);
    } else if (this.changedFiles.size <= maxChangedFiles) {
      this.changedFiles.add(file);
    }
  }

  /** Forgets everything and gives the room on disk back. */
  async clear(): Promise<void> {
    await this.invalidate({});
    this.disk?.shrink();
  }

  /** Makes changed limits hold at once. */
  applyLimits(): void {
    this.memory.resize(this.options.memoryBytes());
    if (this.disk?.evict()) {
      this.disk.shrink();
    }
  }

  dispose(): void {
    this.disposal.abort();
    this.disk?.dispose();
  }

  private put(key: string, value: unknown, lifetime: Lifetime, files: readonly string[]): void {
    const freshUntil = this.options.clock.wallTime() + lifetime.freshMs;
    const expiresAt = freshUntil + lifetime.staleMs;
    const entry: CacheEntry = { text: JSON.stringify(value), freshUntil, expiresAt, files };
    this.memory.set(key, entry);
    if (this.disk?.isOpen && this.options.diskBytes() > 0) {
      this.disk.set(key, entry);
    }
  }

  private toHit(entry: CacheEntry, tier: CacheHit['tier']): CacheHit {
    const isStale = entry.freshUntil <= this.options.clock.wallTime();
    return { value: JSON.parse(entry.text), isStale, tier };
  }

  private loadOnce<T>(
    key: string,
    load: () => Promise<T | undefined>,
    { lifetime, files }: LoadOptions<T>,
  ): Promise<T | undefined> {
    const running = this.loads.get(key) as Promise<T | undefined> | undefined;
    if (running) {
      return running;
    }
    const keeping = this.begin(key, files);
    const loading = load()
      .then((value) => {
        if (value !== undefined) {
          keeping.keep(value, lifetime);
        }
        return value;
      })
      .finally(() => {
        keeping.end();
        this.loads.delete(key);
      });
    this.loads.set(key, loading);
    return loading;
  }

  private openedDisk(): Promise<DiskTier | undefined> {
    if (this.disk?.isOpen) {
      return Promise.resolve(this.disk);
    }
    const isWanted = this.options.diskBytes() > 0 && this.diskFailures < maxDiskFailures;
    if (!isWanted || this.disposal.signal.aborted) {
      return Promise.resolve(undefined);
    }
    this.opening ??= this.openDisk().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async openDisk(): Promise<DiskTier | undefined> {
    const { clock, diskPath: path, diskBytes: maxBytes } = this.options;
    const { signal } = this.disposal;
    try {
      const disk = await DiskTier.open({ path, clock, signal, maxBytes, onProblem: this.fail });
      if (signal.aborted) {
        disk.dispose();
        return undefined;
      }
      this.disk = disk;
      this.catchUp(disk);
      return disk;
    } catch (error) {
      if (!signal.aborted) {
        this.fail(error);
      }
      return undefined;
    }
  }

  private catchUp(disk: DiskTier): void {
    if (this.changedFiles.size > maxChangedFiles) {
      disk.invalidate(toGlob({}));
    } else {
      disk.invalidateFiles(this.changedFiles);
    }
    this.changedFiles.clear();
  }

  private readonly fail = (error: unknown): void => {
    this.diskFailures += 1;
    this.options.onProblem(error);
  };
}

function inTier<T>(
  scope: TraceScope | undefined,
  tier: CacheHit['tier'],
  look: () => T | PromiseLike<T>,
): T | PromiseLike<T> {
  return scope
    ? inSpan(scope, operation.cacheTier, look, { [slipstream.cacheTier]: tier })
    : look();
}

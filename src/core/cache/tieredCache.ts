import type { Disposable } from '../../base/lifecycle.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import type { Lifetime } from './answerPolicy.ts';
import { type CacheEntry, fileKey } from './cacheEntry.ts';
import { type CachePattern, matchesGlob, toGlob } from './cacheKeys.ts';
import { DiskAccess, type DiskAccessOptions } from './diskAccess.ts';
import { MemoryTier } from './memoryTier.ts';
import type { RemoteTier, RemoteTierFigures, RemoteTierName } from './remoteTier.ts';
import { RemoteTiers } from './remoteTiers.ts';
import { type TeamTurn, takeTeamTurn } from './teamTurn.ts';
import { inTier, type TierName } from './tierSpan.ts';

export interface TieredCacheOptions extends DiskAccessOptions {
  /** Asked at the start and in `applyLimits`. */
  readonly memoryBytes: () => number;
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

/** What the tiers of this machine hold. */
export interface CacheSizes {
  readonly memory: CacheTierSize;
  /** Absent before it was used. */
  readonly disk?: CacheTierSize;
}

/** How a tier does that a team shares. */
export interface RemoteTierState {
  readonly name: RemoteTierName;
  readonly figures: RemoteTierFigures;
}

/** A value found, which may be `null` or falsy. */
export interface CacheHit {
  readonly value: unknown;
  /** Good enough to be given, and due to be loaded anew. */
  readonly isStale: boolean;
  readonly tier: TierName;
}

/** A value on its way: kept unless what it is about changes before it comes. */
export interface Keeping {
  /** Keeps the value, which must be JSON. */
  keep(value: unknown, lifetime: Lifetime): void;
  /** To be called in any case, so that nothing is remembered of it. */
  end(): void;
}

/** What is known of a value before it is there. */
export interface ValueFacts {
  /** Paths that the value is about. */
  readonly files?: readonly string[];
  /** Whether it may come from the tiers that a team shares, and go there. */
  readonly isShareable?: boolean;
}

export interface LookOptions extends ValueFacts {
  /** Below it, each tier that is asked has a span. */
  readonly scope?: TraceScope | undefined;
}

export interface LoadOptions<T> extends ValueFacts {
  readonly lifetime: Lifetime;
  /** Whether what was kept is what `load` gives. */
  readonly isValue: (value: unknown) => value is T;
}

interface Pending {
  readonly key: string;
  readonly files: readonly string[];
  isVoid: boolean;
}

/**
 * Looks in memory, then on disk, then in the tiers that a team shares, then loads. What a farther tier
 * has is put into the nearer ones, and what this machine has is given to the team's.
 *
 * A file that changes on this machine makes what is about it go here, and not for the team: its keys
 * hold a digest of what the file was, so that others ask for it only while theirs is the same.
 */
export class TieredCache implements Disposable {
  private readonly options: TieredCacheOptions;
  private readonly memory: MemoryTier;
  private readonly disk: DiskAccess;
  private readonly remote = new RemoteTiers();
  private readonly pending = new Set<Pending>();
  private readonly loads = new Map<string, Promise<unknown>>();
  private readonly disposal = new AbortController();

  constructor(options: TieredCacheOptions) {
    this.options = options;
    this.memory = new MemoryTier(options.clock, options.memoryBytes());
    this.disk = new DiskAccess(options);
  }

  /** From now on the team's tiers are these, the nearest first. Whoever made them disposes of them. */
  useRemote(tiers: readonly RemoteTier[]): void {
    this.remote.use(tiers);
  }

  sizes(): CacheSizes {
    const { memory, options } = this;
    const disk = this.disk.open;
    return {
      memory: {
        bytes: memory.sizeBytes,
        limitBytes: options.memoryBytes(),
        entries: memory.count,
        evictions: memory.evictions,
      },
      ...(disk
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

  /** Those that a team shares, the nearest first. */
  remoteStates(): readonly RemoteTierState[] {
    return this.remote.all.map(({ name, figures }) => ({ name, figures }));
  }

  async get(key: string, options: LookOptions = {}): Promise<CacheHit | undefined> {
    const { scope, isShareable } = options;
    const inMemory = await inTier(scope, 'memory', () => this.memory.get(key));
    const isWithTeam = isShareable === true && this.remote.all.length > 0;
    if (inMemory) {
      const hit = this.toHit(inMemory, 'memory');
      return hit.isStale && isWithTeam ? this.fresherOf(hit, key, options) : hit;
    }
    const onDisk = await inTier(scope, 'disk', async () => (await this.disk.opened())?.get(key));
    if (!onDisk) {
      return isWithTeam ? this.lookRemotely(key, options) : undefined;
    }
    this.memory.set(key, onDisk);
    const hit = this.toHit(onDisk, 'disk');
    if (isWithTeam && hit.isStale) {
      return this.fresherOf(hit, key, options);
    }
    if (isWithTeam) {
      this.remote.fill(key, onDisk);
    }
    return hit;
  }

  /**
   * For what was not found: whose turn it is to ask for it in the team. Undefined where there is no
   * such thing, and then whoever needs it asks.
   */
  takeTurn(
    key: string,
    options: LookOptions,
    signal: AbortSignal,
  ): Promise<TeamTurn<CacheHit>> | undefined {
    const { remote, disposal } = this;
    return options.isShareable === true && remote.canLease
      ? takeTeamTurn(key, {
          remote,
          clock: this.options.clock,
          signal: AbortSignal.any([signal, disposal.signal]),
          // Without spans: it may look many times.
          look: () => this.lookRemotely(key, { ...options, scope: undefined }),
        })
      : undefined;
  }

  /** For a value that takes time to come. */
  begin(key: string, { files = [], isShareable = false }: ValueFacts = {}): Keeping {
    const pending = this.beginEntry(key, files);
    return {
      keep: (value, lifetime) => {
        if (pending.isVoid || this.disposal.signal.aborted) {
          return;
        }
        const entry = this.entryOf(value, lifetime, pending.files);
        this.put(key, entry);
        if (isShareable) {
          this.remote.set(key, entry);
        }
      },
      end: () => this.pending.delete(pending),
    };
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
    const hit = await this.get(key, options);
    if (!hit || !options.isValue(hit.value)) {
      return this.loadOnce(key, load, options);
    }
    if (hit.isStale) {
      this.loadOnce(key, load, options).catch(this.options.onProblem);
    }
    return hit.value;
  }

  /**
   * Forgets all keys with these segments on this machine, and what is on its way to it. What the team
   * shares stays, and is found again.
   */
  invalidate(pattern: CachePattern): Promise<void> {
    return this.forget(toGlob(pattern));
  }

  /** The same for a glob of `toGlob`, such as another window has forgotten for the team. */
  async forget(glob: string): Promise<void> {
    for (const pending of this.pending) {
      pending.isVoid ||= matchesGlob(pending.key, glob);
    }
    this.memory.invalidate(glob);
    (await this.disk.opened())?.invalidate(glob);
  }

  /** The same for the whole team: of the open project, whatever the pattern says of that. */
  async invalidateForTeam(pattern: CachePattern): Promise<void> {
    await this.invalidate(pattern);
    await this.remote.invalidate(toGlob(pattern));
    // Somebody may have read it again meanwhile.
    await this.invalidate(pattern);
  }

  /** Forgets all that is about a file, or comes of what it was. Does not open the disk for that. */
  invalidateFile(path: string): void {
    const file = fileKey(path);
    for (const pending of this.pending) {
      pending.isVoid ||= pending.files.includes(file);
    }
    this.memory.invalidateFile(file);
    this.disk.invalidateFile(file);
  }

  /** Forgets everything on this machine and gives the room on disk back. */
  async clear(): Promise<void> {
    await this.invalidate({});
    this.disk.open?.shrink();
  }

  /** Makes changed limits hold at once. */
  applyLimits(): void {
    this.memory.resize(this.options.memoryBytes());
    const disk = this.disk.open;
    if (disk?.evict()) {
      disk.shrink();
    }
  }

  dispose(): void {
    this.disposal.abort();
    this.disk.dispose();
  }

  private beginEntry(key: string, files: readonly string[]): Pending {
    const pending: Pending = { key, files: files.map(fileKey), isVoid: false };
    this.pending.add(pending);
    return pending;
  }

  /** What is promised to be stale may have been asked anew by somebody else of the team. */
  private async fresherOf(hit: CacheHit, key: string, options: LookOptions): Promise<CacheHit> {
    const theirs = await this.lookRemotely(key, options);
    return theirs && !theirs.isStale ? theirs : hit;
  }

  private async lookRemotely(
    key: string,
    { scope, files = [] }: LookOptions,
  ): Promise<CacheHit | undefined> {
    const pending = this.beginEntry(key, files);
    try {
      const found = await this.remote.get(key, scope);
      if (!found || pending.isVoid || this.disposal.signal.aborted) {
        return undefined;
      }
      const hit = this.toHit(found.entry, found.tier);
      this.put(key, { ...found.entry, files: pending.files });
      return hit;
    } finally {
      this.pending.delete(pending);
    }
  }

  private entryOf(value: unknown, lifetime: Lifetime, files: readonly string[]): CacheEntry {
    const freshUntil = this.options.clock.wallTime() + lifetime.freshMs;
    const expiresAt = freshUntil + lifetime.staleMs;
    return { text: JSON.stringify(value), freshUntil, expiresAt, files };
  }

  private put(key: string, entry: CacheEntry): void {
    this.memory.set(key, entry);
    if (this.options.diskBytes() > 0) {
      this.disk.open?.set(key, entry);
    }
  }

  private toHit(entry: CacheEntry, tier: CacheHit['tier']): CacheHit {
    const isStale = entry.freshUntil <= this.options.clock.wallTime();
    return { value: JSON.parse(entry.text), isStale, tier };
  }

  private loadOnce<T>(
    key: string,
    load: () => Promise<T | undefined>,
    options: LoadOptions<T>,
  ): Promise<T | undefined> {
    const running = this.loads.get(key) as Promise<T | undefined> | undefined;
    if (running) {
      return running;
    }
    const keeping = this.begin(key, options);
    const loading = load()
      .then((value) => {
        if (value !== undefined) {
          keeping.keep(value, options.lifetime);
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
}

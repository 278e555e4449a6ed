import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { FetchLike } from '../model/httpFetch.ts';
import type { CacheEntry } from './cacheEntry.ts';
import { matchesGlob } from './cacheKeys.ts';
import type { HttpCacheAccess } from './httpCacheAddress.ts';
import { HttpExchange } from './httpExchange.ts';
import { HttpReader, type ReadOutcome } from './httpReader.ts';
import { RefusalMemory } from './httpRefusal.ts';
import { HttpWriter } from './httpWriter.ts';
import type { RemoteTier, RemoteTierFigures } from './remoteTier.ts';
import type { SharedValues } from './sharedValues.ts';
import { TierGuard } from './tierGuard.ts';

export interface HttpTierOptions {
  readonly clock: Clock;
  readonly access: HttpCacheAccess;
  readonly values: SharedValues;
  /** Its connections; closed with the tier. */
  readonly http: Disposable;
  /** Asked for each request, because a proxy may come and go. */
  readonly fetch: () => FetchLike;
  /** Whether this window only reads: a CDN takes no values, and some members may not write. */
  readonly isReadOnly: boolean;
  /** Longer values are neither read nor written, bytes as they are sent. */
  readonly maxValueBytes: number;
}

/** More at once would open connections without end where the server is slow. */
const maxReadsAtOnce = 8;

/** Counted by the parts of the tier. */
export interface HttpTierCounts {
  hits: number;
  misses: number;
  writes: number;
  rejected: number;
  bytesRead: number;
  bytesWritten: number;
}

/** What the parts of the tier have in common. */
export interface HttpTierParts {
  readonly options: HttpTierOptions;
  readonly exchange: HttpExchange;
  readonly counts: HttpTierCounts;
}

/** Answers in any HTTP cache: a WebDAV store such as nginx, Varnish or a CDN in front of one. */
export class HttpTier implements RemoteTier {
  readonly name = 'http';
  private readonly options: HttpTierOptions;
  private readonly disposal = new AbortController();
  private readonly guard: TierGuard;
  private readonly refusals: RefusalMemory;
  private readonly reader: HttpReader;
  private readonly writer: HttpWriter;
  private readonly counts: HttpTierCounts = {
    hits: 0,
    misses: 0,
    writes: 0,
    rejected: 0,
    bytesRead: 0,
    bytesWritten: 0,
  };
  private readsUnderWay = 0;
  private hasAnswered = false;

  constructor(options: HttpTierOptions) {
    const { clock, access, fetch } = options;
    this.options = options;
    this.guard = new TierGuard(clock);
    this.refusals = new RefusalMemory(clock);
    const exchange = new HttpExchange(clock, access, fetch, this.disposal.signal);
    const parts: HttpTierParts = { options, exchange, counts: this.counts };
    this.reader = new HttpReader(parts);
    this.writer = new HttpWriter(parts);
  }

  get figures(): RemoteTierFigures {
    const reason = this.refusals.current ?? this.writer.reason;
    return { ...this.counts, failures: this.guard.failures, state: this.state, reason };
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    const isLeftAlone = this.refusals.current !== undefined || this.disposal.signal.aborted;
    if (isLeftAlone || this.readsUnderWay >= maxReadsAtOnce) {
      return undefined;
    }
    // The guard's signal is left aside: a late answer is let come, so that its connection serves the
    // next read.
    const outcome = await this.guard.read(() => this.read(key));
    if (outcome?.kind !== 'hit') {
      return undefined;
    }
    if (outcome.isOld) {
      this.set(key, outcome.entry);
    }
    return outcome.entry;
  }

  set(key: string, entry: CacheEntry): void {
    if (this.mayWrite) {
      this.writer.set(key, entry);
    }
  }

  async invalidate(glob: string): Promise<void> {
    if (this.mayWrite) {
      await this.writer.invalidate(glob, (key) => matchesGlob(key, glob));
    }
  }

  flush(): Promise<void> {
    return this.writer.flush();
  }

  dispose(): void {
    this.disposal.abort();
    this.options.http.dispose();
  }

  /** Rejects where the server gives no answer that can be used. */
  private async read(key: string): Promise<ReadOutcome> {
    this.readsUnderWay += 1;
    try {
      const outcome = await this.reader.read(key);
      this.hasAnswered = true;
      this.counts.hits += outcome.kind === 'hit' ? 1 : 0;
      this.counts.misses += outcome.kind === 'miss' ? 1 : 0;
      if (outcome.kind === 'refused') {
        // Here, because it may come late, as where a handshake takes longer than a read may.
        this.refusals.note(outcome.reason);
      }
      return outcome;
    } finally {
      this.readsUnderWay -= 1;
    }
  }

  private get mayWrite(): boolean {
    const isRefused = this.refusals.current !== undefined;
    return !(this.options.isReadOnly || isRefused || this.disposal.signal.aborted);
  }

  private get state(): RemoteTierFigures['state'] {
    if (this.refusals.current !== undefined) {
      return 'refused';
    }
    if (this.guard.isPassedOver) {
      return 'passedOver';
    }
    return this.hasAnswered ? 'ready' : 'connecting';
  }
}

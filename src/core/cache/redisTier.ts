import type { Clock } from '../../base/clock.ts';
import type { CacheEntry } from './cacheEntry.ts';
import { type RedisAddress, RedisConnection } from './redisConnection.ts';
import { ForgottenLog } from './redisForgotten.ts';
import { RedisLeases } from './redisLeases.ts';
import type { RemoteTier, RemoteTierFigures, TierLease } from './remoteTier.ts';
import type { SharedName } from './sharedNames.ts';
import type { SharedValues } from './sharedValues.ts';
import { TierGuard } from './tierGuard.ts';

export interface RedisTierOptions extends RedisAddress {
  readonly values: SharedValues;
  readonly clock: Clock;
  /** Told of globs that another window has forgotten for the team. */
  readonly onForgotten: (glob: string) => void;
  /** Told once why the server takes nobody here, until it does. */
  readonly onRefused?: (reason: string) => void;
}

/** Larger values are not shared: an explanation takes a few kB, and others wait behind it. */
const maxValueBytes = 256_000;
/** What may be under way to the server at once. More is dropped: the next reader misses it. */
const maxUnderWayBytes = 4_000_000;
/** Keys that are looked at in one step of a search, some 0.2 ms of the server's time. */
const scanCount = 1_000;

/**
 * Answers in a team's Redis. Each command is about one key, so that a cluster takes them, too; the
 * client sends those of one moment in one write.
 */
export class RedisTier implements RemoteTier {
  readonly name = 'redis';
  private readonly options: RedisTierOptions;
  private readonly connection: RedisConnection;
  private readonly guard: TierGuard;
  private readonly forgotten: ForgottenLog;
  private readonly leases: RedisLeases;
  private readonly writing = new Set<Promise<void>>();
  private underWayBytes = 0;
  private readonly counts = {
    ...{ hits: 0, misses: 0, writes: 0, rejected: 0 },
    ...{ bytesRead: 0, bytesWritten: 0 },
  };

  /** Begins to connect. */
  constructor(options: RedisTierOptions) {
    this.options = options;
    this.guard = new TierGuard(options.clock);
    this.connection = new RedisConnection(options, options.clock);
    this.connection.onDidConnect.event(() => this.guard.reset());
    this.connection.onDidRefuse.event((reason) => options.onRefused?.(reason));
    this.leases = new RedisLeases(this.connection, this.guard, options.values);
    this.forgotten = new ForgottenLog(this.connection, options);
  }

  get figures(): RemoteTierFigures {
    return { ...this.counts, failures: this.guard.failures, ...this.state() };
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    const names = this.options.values.names.namesOf(key);
    const found = this.connection.isReady
      ? await this.guard.read(() => this.readFirst(names))
      : undefined;
    const entry = found && this.open(found.name, found.sealed);
    if (!entry) {
      this.counts.misses += 1;
      return undefined;
    }
    this.counts.hits += 1;
    if (found.name !== names[0]) {
      // It was written with a key that the team is about to give up.
      this.set(key, entry);
    }
    return entry;
  }

  set(key: string, entry: CacheEntry): void {
    const value = this.connection.isReady ? this.options.values.seal(key, entry) : undefined;
    const size = value?.sealed.length ?? 0;
    if (!value || size > maxValueBytes || this.underWayBytes + size > maxUnderWayBytes) {
      return;
    }
    this.underWayBytes += size;
    const writing = this.guard
      .write(() =>
        this.connection.client.set(redisKey(value), Buffer.from(value.sealed), {
          expiration: { type: 'PX', value: value.ttlMs },
        }),
      )
      .then((isDone) => {
        this.underWayBytes -= size;
        this.counts.writes += isDone ? 1 : 0;
        this.counts.bytesWritten += isDone ? size : 0;
        this.writing.delete(writing);
      });
    this.writing.add(writing);
  }

  async invalidate(glob: string): Promise<void> {
    for (const name of this.options.values.names.namesOfGlob(glob)) {
      await this.removeAll(redisKey(name));
    }
    await this.forgotten.add(glob);
  }

  lease(key: string, leaseMs: number): Promise<TierLease | 'taken' | undefined> {
    return this.leases.take(key, leaseMs);
  }

  async flush(): Promise<void> {
    while (this.writing.size > 0) {
      await Promise.all(this.writing);
    }
  }

  dispose(): void {
    this.connection.dispose();
  }

  private state(): Pick<RemoteTierFigures, 'state' | 'reason'> {
    const { isReady, refusedBecause } = this.connection;
    if (refusedBecause !== '') {
      return { state: 'refused', reason: refusedBecause };
    }
    if (!isReady) {
      return { state: 'connecting', reason: '' };
    }
    const reason = this.guard.isFull ? 'It takes no more answers: its memory may be full.' : '';
    return { state: this.guard.isPassedOver ? 'passedOver' : 'ready', reason };
  }

  /** All that the team's keys make of it, in one write to the server; the newest that is there. */
  private async readFirst(names: readonly SharedName[]) {
    const { client } = this.connection;
    const values = await Promise.all(names.map((name) => client.get(redisKey(name))));
    for (const [place, sealed] of values.entries()) {
      const name = names[place];
      if (sealed !== null && name) {
        return { name, sealed };
      }
    }
    return undefined;
  }

  private open(name: SharedName, sealed: Buffer): CacheEntry | undefined {
    this.counts.bytesRead += sealed.length;
    const opened = this.options.values.open(this.name, name, sealed);
    if (opened === 'rejected') {
      this.counts.rejected += 1;
      return undefined;
    }
    return opened;
  }

  /** Never KEYS, which would hold up everybody for as long as it takes. */
  private async removeAll(pattern: string): Promise<void> {
    const { client } = this.connection;
    let cursor = '0';
    do {
      const found = await client.scan(cursor, { MATCH: pattern, COUNT: scanCount });
      cursor = String(found.cursor);
      const keys = found.keys.map(String);
      if (keys.length > 0) {
        await client.unlink(keys);
      }
    } while (cursor !== '0');
  }
}

/** Begins with the team and the project, for access rules and for what else is kept there. */
export function redisKey({ segments }: SharedName): string {
  return `slipstream:${segments.join(':')}`;
}

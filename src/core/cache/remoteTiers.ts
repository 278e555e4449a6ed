import type { TraceScope } from '../telemetry/traceScope.ts';
import type { CacheEntry } from './cacheEntry.ts';
import type { RemoteTier, RemoteTierName, TierLease } from './remoteTier.ts';
import { inTier } from './tierSpan.ts';

export interface RemoteHit {
  readonly entry: CacheEntry;
  readonly tier: RemoteTierName;
}

/** Keys of which it is known that the tiers were given them. About 150 bytes each. */
const maxGiven = 5_000;

/** The tiers that a team shares, the nearest first. */
export class RemoteTiers {
  private tiers: readonly RemoteTier[] = [];
  private readonly reads = new Map<string, Promise<RemoteHit | undefined>>();
  private readonly given = new Set<string>();

  get all(): readonly RemoteTier[] {
    return this.tiers;
  }

  /** Whoever made the tiers disposes of them. */
  use(tiers: readonly RemoteTier[]): void {
    this.tiers = tiers;
    this.given.clear();
  }

  /** One read for all who ask at the same time; only the first one's is traced. */
  get(key: string, scope?: TraceScope): Promise<RemoteHit | undefined> {
    const running = this.reads.get(key);
    if (running) {
      return running;
    }
    const reading = this.read(key, scope).finally(() => this.reads.delete(key));
    this.reads.set(key, reading);
    return reading;
  }

  set(key: string, entry: CacheEntry): void {
    this.noteGiven(key);
    for (const tier of this.tiers) {
      tier.set(key, entry);
    }
  }

  /** Gives the tiers what this machine has, once: they may not have been there when it was kept. */
  fill(key: string, entry: CacheEntry): void {
    if (!this.given.has(key)) {
      this.set(key, entry);
    }
  }

  /** The right to ask for an answer, of the nearest tier that knows of such; see `RemoteTier`. */
  async lease(key: string, leaseMs: number): Promise<TierLease | 'taken' | undefined> {
    return this.tiers.find(({ lease }) => lease !== undefined)?.lease?.(key, leaseMs);
  }

  /** Whether any tier has leases. */
  get canLease(): boolean {
    return this.tiers.some(({ lease }) => lease !== undefined);
  }

  async invalidate(glob: string): Promise<void> {
    await Promise.all(this.tiers.map((tier) => tier.invalidate(glob)));
  }

  private async read(key: string, scope?: TraceScope): Promise<RemoteHit | undefined> {
    const { tiers } = this;
    for (const [place, tier] of tiers.entries()) {
      const entry = await inTier(scope, tier.name, () => tier.get(key));
      if (entry) {
        this.noteGiven(key);
        for (const nearer of tiers.slice(0, place)) {
          nearer.set(key, entry);
        }
        return { entry, tier: tier.name };
      }
    }
    return undefined;
  }

  private noteGiven(key: string): void {
    if (this.given.size >= maxGiven) {
      this.given.clear();
    }
    this.given.add(key);
  }
}

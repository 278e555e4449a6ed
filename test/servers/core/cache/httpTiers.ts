import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../../src/base/clock.ts';
import type { CacheEntry } from '../../../../src/core/cache/cacheEntry.ts';
import { type OpenHttpTierOptions, openHttpTier } from '../../../../src/core/cache/openHttpTier.ts';
import type { RemoteTier } from '../../../../src/core/cache/remoteTier.ts';
import { createTeamKeyText } from '../../../../src/core/cache/teamKeys.ts';
import { anEntry, createMember } from '../../../support/team/sharedKit.ts';

/** More than a breaker's longest pause, milliseconds. */
const longPauseMs = 600_000;
const pollMs = 20;

/** The HTTP tiers of a test, each as one window of one team has it. */
export class HttpTiers {
  private readonly keyText = createTeamKeyText();
  private readonly open: RemoteTier[] = [];
  private skippedMs = 0;
  private readonly clock = this.clockWith(0);

  create(address: string, overrides: Partial<OpenHttpTierOptions> = {}): RemoteTier {
    const tier = openHttpTier({
      clock: this.clock,
      address,
      credential: undefined,
      isReadOnly: false,
      values: this.values('p'),
      ...overrides,
    });
    this.open.push(tier);
    return tier;
  }

  /** What a window in a project of the team has. @param aheadMs How wrong its clock is. */
  values(project: string, aheadMs = 0): OpenHttpTierOptions['values'] {
    return createMember(this.clockWith(aheadMs), { teamKeys: this.keyText, project }).values;
  }

  async put(tier: RemoteTier, key: string, text: string): Promise<void> {
    const before = tier.figures.writes;
    await this.until(() => {
      tier.set(key, anEntry(systemClock, text));
      return tier.flush().then(() => tier.figures.writes > before);
    });
  }

  /** What it finds, however busy this machine is: reads that are given up count as none. */
  async read(tier: RemoteTier, key: string): Promise<string | undefined> {
    const entry = await this.readEntry(tier, key);
    return entry && JSON.parse(entry.text);
  }

  async readEntry(tier: RemoteTier, key: string): Promise<CacheEntry | undefined> {
    let entry: CacheEntry | undefined;
    await this.until(async () => {
      const { misses } = tier.figures;
      entry = await tier.get(key);
      return (
        entry !== undefined || tier.figures.misses > misses || tier.figures.state === 'refused'
      );
    });
    return entry;
  }

  dispose(): void {
    for (const tier of this.open.splice(0)) {
      tier.dispose();
    }
  }

  private async until(isDone: () => Promise<boolean>): Promise<void> {
    while (!(await isDone())) {
      // A server that was too slow before is asked again without waiting for that.
      this.skippedMs += longPauseMs;
      await sleep(pollMs);
    }
  }

  private clockWith(aheadMs: number): Clock {
    return {
      ...systemClock,
      now: () => systemClock.now() + this.skippedMs,
      wallTime: () => systemClock.wallTime() + aheadMs,
    };
  }
}

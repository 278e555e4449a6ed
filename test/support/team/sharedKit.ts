import type { Clock } from '../../../src/base/clock.ts';
import type { CacheEntry } from '../../../src/core/cache/cacheEntry.ts';
import { CacheKeyGenerator } from '../../../src/core/cache/cacheKeys.ts';
import type { RemoteTierName } from '../../../src/core/cache/remoteTier.ts';
import { SharedValues } from '../../../src/core/cache/sharedValues.ts';
import { createTeamKeyText, parseTeamKeys } from '../../../src/core/cache/teamKeys.ts';

/** What one member of a team has: keys of their own machine, and values that the team can read. */
export interface Member {
  readonly keys: CacheKeyGenerator;
  readonly values: SharedValues;
  /** Tiers that gave what nobody of the team wrote. */
  readonly rejections: RemoteTierName[];
}

/**
 * @param teamKeys Text; the first one writes. A team of its own unless given.
 * @param project Null where the team has no name for it.
 */
export function createMember(
  clock: Clock,
  { teamKeys = createTeamKeyText(), machine = 'm', project = 'p' as string | null } = {},
): Member {
  const rejections: RemoteTierName[] = [];
  const values = new SharedValues({
    keys: parseTeamKeys(teamKeys),
    project: () => project ?? undefined,
    clock,
    onRejected: (tier) => rejections.push(tier),
  });
  const keys = new CacheKeyGenerator(() => ({ workspace: `w-${machine}`, owner: machine }));
  return { keys, values, rejections };
}

export function anEntry(clock: Clock, value: unknown, files: readonly string[] = []): CacheEntry {
  const freshUntil = clock.wallTime() + 60_000;
  return { text: JSON.stringify(value), freshUntil, expiresAt: freshUntil + 60_000, files };
}

const answerKeys = new CacheKeyGenerator(() => ({ workspace: 'w', owner: 'o' }));

/** The local key of an answer; another one for each `shape`. */
export function answerKey(shape: unknown, operation = 'explain'): string {
  return answerKeys.key({ namespace: 'answer', operation }, shape);
}

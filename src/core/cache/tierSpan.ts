import { slipstream } from '../telemetry/genAiAttributes.ts';
import { operation } from '../telemetry/spanNames.ts';
import { inSpan, type TraceScope } from '../telemetry/traceScope.ts';
import type { CacheEntry } from './cacheEntry.ts';
import type { RemoteTierName } from './remoteTier.ts';

export type TierName = 'memory' | 'disk' | RemoteTierName;

type Found = CacheEntry | undefined;

/** Looks in one tier, in a span that says which and whether it had it. */
export function inTier(
  scope: TraceScope | undefined,
  tier: TierName,
  look: () => Found | PromiseLike<Found>,
): Found | PromiseLike<Found> {
  if (!scope) {
    return look();
  }
  const noted = async (child: TraceScope | undefined): Promise<Found> => {
    const found = await look();
    child?.set({ [slipstream.cacheOutcome]: found ? 'hit' : 'miss' });
    return found;
  };
  return inSpan(scope, operation.cacheTier, noted, { [slipstream.cacheTier]: tier });
}

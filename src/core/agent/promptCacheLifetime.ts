import type { SettingValues } from '../settings.ts';
import type { MessageRecord } from '../store/records.ts';
import type { ThreadParts } from './threadParts.ts';

type Lifetime = '5m' | '1h';

const shortLifetimeMs = 5 * 60_000;
const longLifetimeMs = 60 * 60_000;

/**
 * How many pauses an hour's lifetime must bridge for each time that the cache is filled. Filling it
 * costs 2 instead of 1.25 of the price of a prompt's tokens; each pause bridged saves filling it anew
 * less reading it, 1.25 − 0.05 (the provider's price list): (2 − 1.25) ÷ (1.25 − 0.05).
 */
const bridgedPausesToPay = 0.625;

/** How long the provider shall keep the prompt of a thread with these records. */
export function promptCacheLifetime(
  { promptCacheSetting, clock }: Pick<ThreadParts<unknown>, 'promptCacheSetting' | 'clock'>,
  records: readonly MessageRecord[],
): Lifetime {
  return lifetimeFor(promptCacheSetting(), records, clock.wallTime());
}

/**
 * The same, judged by the pauses that the thread has had between its requests: those of more than
 * five minutes are what an hour bridges, those of more than an hour are lost either way.
 * @param nowMs When the next request is sent, milliseconds since 1970.
 */
export function lifetimeFor(
  setting: SettingValues['promptCache.lifetime'],
  records: readonly MessageRecord[],
  nowMs: number,
): Lifetime {
  if (setting !== 'auto') {
    return setting;
  }
  const pausesMs = pausesBetween(records, nowMs);
  const bridged = pausesMs.filter((ms) => ms > shortLifetimeMs && ms <= longLifetimeMs).length;
  const fillings = 1 + pausesMs.filter((ms) => ms > longLifetimeMs).length;
  return bridged >= bridgedPausesToPay * fillings ? '1h' : '5m';
}

/** From request to request: what is cached ages from the moment it was last asked for. */
function pausesBetween(records: readonly MessageRecord[], nowMs: number): number[] {
  const sentAt = records
    .filter(({ role }) => role === 'assistant')
    .map(({ createdAt }) => createdAt);
  return sentAt.map((at, index) => (sentAt[index + 1] ?? nowMs) - at);
}

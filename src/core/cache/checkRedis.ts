import { type Clock, delay } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { type RedisAddress, RedisConnection } from './redisConnection.ts';

/** What somebody waits who has just entered an address, milliseconds. */
const checkLimitMs = 10_000;
const pollMs = 50;

/** Resolves where a Redis answers and takes us. Rejects with a `UserError` that says what is wrong. */
export async function checkRedis(address: RedisAddress, clock: Clock): Promise<void> {
  const connection = new RedisConnection(address, clock);
  const end = clock.now() + checkLimitMs;
  try {
    while (!connection.isReady) {
      if (connection.refusedBecause !== '') {
        throw new UserError(connection.refusedBecause);
      }
      if (clock.now() >= end) {
        const { host } = new URL(address.url);
        throw new UserError(
          `Nothing answers at ${host}. Check the address, the network and a firewall.`,
        );
      }
      await delay(clock, pollMs, new AbortController().signal);
    }
  } finally {
    connection.dispose();
  }
}

import { randomUUID } from 'node:crypto';
import type { RedisConnection } from './redisConnection.ts';
import type { TierLease } from './remoteTier.ts';
import type { SharedValues } from './sharedValues.ts';
import type { TierGuard } from './tierGuard.ts';

/** Deletes it only where it is still ours: it may have expired, and be another's by now. */
const releaseScript =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('unlink', KEYS[1]) end return 0";

/** The right to ask for one answer, which one window of the team has at a time. */
export class RedisLeases {
  private readonly connection: RedisConnection;
  private readonly guard: TierGuard;
  private readonly values: SharedValues;

  constructor(connection: RedisConnection, guard: TierGuard, values: SharedValues) {
    this.connection = connection;
    this.guard = guard;
    this.values = values;
  }

  /** Undefined where the server cannot say: then everybody just asks. */
  async take(key: string, leaseMs: number): Promise<TierLease | 'taken' | undefined> {
    const [name] = this.values.names.namesOf(key);
    const { client, isReady } = this.connection;
    if (!name || !isReady) {
      return undefined;
    }
    const leaseKey = `slipstream:${name.segments.join(':')}:lease`;
    const token = randomUUID();
    const taken = await this.guard.read(async () => ({
      isOurs:
        (await client.set(leaseKey, token, {
          condition: 'NX',
          expiration: { type: 'PX', value: leaseMs },
        })) !== null,
    }));
    if (!taken) {
      return undefined;
    }
    return taken.isOurs ? { release: () => this.release(leaseKey, token) } : 'taken';
  }

  /** What is not released expires. */
  private release(leaseKey: string, token: string): void {
    if (this.connection.isReady) {
      void this.guard.write(() =>
        this.connection.client.eval(releaseScript, { keys: [leaseKey], arguments: [token] }),
      );
    }
  }
}

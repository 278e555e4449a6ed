import type { Clock } from '../../../../../src/base/clock.ts';
import { systemClock } from '../../../../../src/base/clock.ts';
import {
  DatabasePools,
  type DatabasePoolsOptions,
} from '../../../../../src/core/store/postgres/databasePools.ts';
import { parsePostgresUrl } from '../../../../../src/core/store/postgres/postgresAddress.ts';

export interface TestPoolsOptions
  extends Partial<Omit<DatabasePoolsOptions, 'address' | 'replica' | 'clock'>> {
  readonly replicaUrl?: string;
  readonly clock?: Clock;
}

/** The product's pools to a server of a test. */
export function poolsTo(url: string, options: TestPoolsOptions = {}): DatabasePools {
  const { replicaUrl, ...rest } = options;
  return new DatabasePools({
    address: parsePostgresUrl(url),
    clock: systemClock,
    ...rest,
    ...(replicaUrl === undefined ? {} : { replica: parsePostgresUrl(replicaUrl) }),
  });
}

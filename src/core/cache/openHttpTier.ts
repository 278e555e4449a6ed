import type { Clock } from '../../base/clock.ts';
import { createHttpFetch, type FetchLike } from '../model/httpFetch.ts';
import { toHttpCacheAccess } from './httpCacheAddress.ts';
import { HttpTier } from './httpTier.ts';
import type { RemoteTier } from './remoteTier.ts';
import { maxSharedTextBytes, sealOverheadBytes } from './sealedValue.ts';
import type { SharedValues } from './sharedValues.ts';

export interface OpenHttpTierOptions {
  readonly clock: Clock;
  readonly address: string;
  /** See `toHttpCacheAccess`. Undefined where anybody may come. */
  readonly credential: string | undefined;
  readonly isReadOnly: boolean;
  readonly values: SharedValues;
  /** The editor's own while a proxy is configured. */
  readonly hostFetch?: () => FetchLike | undefined;
  /** Certificates to trust besides Node's own, PEM. */
  readonly moreAuthorities?: () => readonly string[];
}

/** Opens no connection yet. Throws a `UserError` where the address or the credential is not one. */
export function openHttpTier(options: OpenHttpTierOptions): RemoteTier {
  const { clock, address, credential, isReadOnly, values, hostFetch } = options;
  const access = toHttpCacheAccess(address, credential);
  const http = createHttpFetch(clock, options.moreAuthorities);
  return new HttpTier({
    clock,
    access,
    values,
    isReadOnly,
    http,
    fetch: () => hostFetch?.() ?? http.fetch,
    maxValueBytes: maxSharedTextBytes + sealOverheadBytes,
  });
}

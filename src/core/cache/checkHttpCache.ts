import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { isCertificateError } from '../model/failures.ts';
import type { FetchLike } from '../model/httpFetch.ts';
import type { HttpCacheAccess } from './httpCacheAddress.ts';
import { HttpExchange } from './httpExchange.ts';
import { certificateRefusal, readRefusal } from './httpRefusal.ts';

/** What somebody waits who has just entered an address, milliseconds. */
const checkLimitMs = 10_000;
const maxPageBytes = 64 * 1024;

/**
 * Resolves where an HTTP cache answers and takes us: it has no value of a name that nobody uses.
 * Rejects with a `UserError` that says what is wrong.
 */
export async function checkHttpCache(
  access: HttpCacheAccess,
  fetch: FetchLike,
  clock: Clock,
): Promise<void> {
  const exchange = new HttpExchange(clock, access, () => fetch, new AbortController().signal);
  const status = await statusOf(exchange);
  const reason = readRefusal(status, exchange.host);
  if (reason !== undefined) {
    throw new UserError(reason);
  }
  if (status !== 404 && status !== 410) {
    throw new UserError(
      `${exchange.host} does not answer as an HTTP cache does (${status}). Check the address.`,
    );
  }
}

async function statusOf(exchange: HttpExchange): Promise<number> {
  const path = `check/${randomBytes(12).toString('base64url')}`;
  const limits = { maxAnswerBytes: maxPageBytes, limitMs: checkLimitMs };
  try {
    return (await exchange.ask({ method: 'GET', path, ...limits })).status;
  } catch (error) {
    throw new UserError(
      isCertificateError(error)
        ? certificateRefusal(exchange.host)
        : `Nothing answers at ${exchange.host}. Check the address, the network and a firewall.`,
      { cause: error },
    );
  }
}

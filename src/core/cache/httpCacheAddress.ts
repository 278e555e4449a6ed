import { UserError } from '../../base/errors.ts';
import { isLoopback } from '../model/connection.ts';

/** Who we are to an HTTP cache, and where it is. */
export interface HttpCacheAccess {
  /** With a slash at the end. */
  readonly base: URL;
  /** The header `Authorization`; undefined where anybody may come. */
  readonly authorization: string | undefined;
}

const setting = '“slipstream.team.cacheUrl”';

/**
 * What is needed to reach the cache. Throws a `UserError` where the address or the credential is not
 * one, or where anybody on the way could read the credential. Without one nothing is told by what is
 * sent, so that it may go unencrypted.
 * @param credential A token, a password for the name in the address, or both with a colon between them.
 */
export function toHttpCacheAccess(
  address: string,
  credential: string | undefined,
): HttpCacheAccess {
  const base = toBase(address);
  const authorization = toAuthorization(decodeURIComponent(base.username), credential);
  base.username = '';
  if (base.protocol === 'http:' && authorization !== undefined && !isLoopback(base.href)) {
    throw new UserError(
      `${setting} begins with http://, so anybody on the way could read the token. Use https://.`,
    );
  }
  return { base, authorization };
}

function toBase(address: string): URL {
  const url = URL.parse(address);
  if (!url) {
    throw new UserError(`${setting} is not an address. It begins with https://.`);
  }
  if (url.password !== '') {
    throw new UserError(
      `${setting} holds a password, which settings are not made to keep. Take it out, and enter it as the token of the team’s HTTP cache.`,
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new UserError(`${setting} has to begin with https://.`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new UserError(`${setting} must not have a part that begins with “?” or “#”.`);
  }
  url.pathname = url.pathname.replace(/\/*$/, '/');
  return url;
}

function toAuthorization(user: string, credential: string | undefined): string | undefined {
  if (!credential) {
    return undefined;
  }
  // No token has a colon (RFC 6750), and no name of basic authentication (RFC 7617).
  const isPair = user !== '' || credential.includes(':');
  if (isPair) {
    const pair = user === '' ? credential : `${user}:${credential}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  }
  if (!/^[\w.~+/-]+=*$/.test(credential)) {
    throw new UserError(
      'The token of the team’s HTTP cache holds characters that no token has. Enter it again.',
    );
  }
  return `Bearer ${credential}`;
}

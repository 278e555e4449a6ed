import { UserError } from '../../base/errors.ts';
import { toHttpCacheAccess } from '../../core/cache/httpCacheAddress.ts';
import { isLoopback } from '../../core/model/connection.ts';
import { describeHosts, parsePostgresUrl } from '../../core/store/postgres/postgresAddress.ts';

/** Checks and takes apart the addresses of a team's servers. Pure. */

/** An address as it may be kept in the settings, and the password that was in it. */
export interface SplitAddress {
  readonly address: string;
  readonly password: string | undefined;
}

const examples = {
  database: 'postgres://anna@db.example.com/slipstream',
  redis: 'rediss://redis.example.com',
  cache: 'https://cache.example.com/slipstream',
} as const;

export type TeamServerKind = keyof typeof examples;

/** What is wrong with an address, as a sentence that says what to do; undefined where nothing is. */
export function teamAddressProblem(kind: TeamServerKind, text: string): string | undefined {
  const read = readers[kind];
  try {
    read(splitAddress(text).address);
    return undefined;
  } catch (error) {
    return error instanceof UserError ? error.message : `Write it as in ${examples[kind]}.`;
  }
}

/** For the field that asks for it. */
export function exampleOf(kind: TeamServerKind): string {
  return examples[kind];
}

/** Takes a password out, because settings are no place for one. The address must be a good one. */
export function splitAddress(text: string): SplitAddress {
  const [, scheme = '', user = '', password, rest = ''] = parts.exec(text.trim()) ?? [];
  const address = password === undefined ? text.trim() : `${scheme}${user}@${rest}`;
  return {
    address: address.replace(/\/$/, ''),
    password: password === undefined ? undefined : decodeURIComponent(password),
  };
}

/** What a secret belongs to: it is never sent anywhere else. */
export function secretOrigin(address: string): string {
  if (isDatabase(address)) {
    const { user, hosts } = parsePostgresUrl(address);
    return `postgres://${user}@${hosts.map(({ name, port }) => `${name}:${port}`).join(',')}`;
  }
  const { protocol, username, host } = new URL(address);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}`;
}

/** Tells one database, as one user sees it, from all others. */
export function databaseIdentity(address: string): string {
  const parsed = parsePostgresUrl(address);
  return `${parsed.user}@${describeHosts(parsed)}/${parsed.database}`;
}

/** The database user whom an address names. */
export function userOf(address: string): string {
  return parsePostgresUrl(address).user;
}

/** For messages. */
export function hostIn(address: string): string {
  return isDatabase(address)
    ? describeHosts(parsePostgresUrl(address))
    : (URL.parse(address)?.host ?? address);
}

/** Scheme, user, password and the rest. What stands before the last @ of the host's part is the password's. */
const parts = /^([a-z]+:\/\/)([^:@/]*):([^/]*)@([^@/]*(?:\/.*)?)$/i;

/** Each throws where an address can't be used. */
const readers: { readonly [Kind in TeamServerKind]: (address: string) => unknown } = {
  database: parsePostgresUrl,
  redis: readRedis,
  cache: (address) => toHttpCacheAccess(address, undefined),
};

function readRedis(address: string): void {
  const url = new URL(address);
  if (!['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw new UserError(`Write it as in ${examples.redis}.`);
  }
  if (url.protocol === 'redis:' && !isLoopback(`http://${url.hostname}`)) {
    throw new UserError(`Use rediss: what is sent to ${url.hostname} must not be read on the way.`);
  }
}

function isDatabase(address: string): boolean {
  return /^postgres(ql)?:/i.test(address);
}

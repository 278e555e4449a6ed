import { UserError } from '../../base/errors.ts';
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

const protocols = {
  redis: ['redis:', 'rediss:'],
  cache: ['https:', 'http:'],
} as const satisfies Partial<Record<TeamServerKind, readonly string[]>>;

/** What is wrong with an address, as a sentence that says what to do; undefined where nothing is. */
export function teamAddressProblem(kind: TeamServerKind, text: string): string | undefined {
  if (kind === 'database') {
    return databaseProblem(text);
  }
  const url = URL.parse(text.trim());
  if (
    !url ||
    !protocols[kind].some((protocol) => protocol === url.protocol) ||
    url.hostname === ''
  ) {
    return `Write it as in ${examples[kind]}.`;
  }
  const isOpen = url.protocol === 'http:' || url.protocol === 'redis:';
  if (isOpen && !isLoopback(url.hostname)) {
    const safe = kind === 'redis' ? 'rediss' : 'https';
    return `Use ${safe}: what is sent to ${url.hostname} must not be read on the way.`;
  }
  return undefined;
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

/** Scheme, user, password and the rest. */
const parts = /^([a-z]+:\/\/)([^:@/]*):([^@/]*)@(.*)$/i;

function databaseProblem(text: string): string | undefined {
  try {
    parsePostgresUrl(splitAddress(text).address);
    return undefined;
  } catch (error) {
    return error instanceof UserError ? error.message : `Write it as in ${examples.database}.`;
  }
}

function isDatabase(address: string): boolean {
  return /^postgres(ql)?:/i.test(address);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

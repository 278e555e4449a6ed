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

const protocols: { readonly [Kind in TeamServerKind]: readonly string[] } = {
  database: ['postgres:', 'postgresql:'],
  redis: ['redis:', 'rediss:'],
  cache: ['https:', 'http:'],
};

/** What is wrong with an address, as a sentence that says what to do; undefined where nothing is. */
export function teamAddressProblem(kind: TeamServerKind, text: string): string | undefined {
  const url = URL.parse(text.trim());
  if (!url || !protocols[kind].includes(url.protocol) || url.hostname === '') {
    return `Write it as in ${examples[kind]}.`;
  }
  if (kind === 'database' && url.username === '') {
    return `Say who you are there, as in ${examples.database}.`;
  }
  if (kind === 'database' && url.pathname.length < 2) {
    return `Name the database, as in ${examples.database}.`;
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
  const url = new URL(text.trim());
  const password = url.password === '' ? undefined : decodeURIComponent(url.password);
  url.password = '';
  return { address: url.href.replace(/\/$/, ''), password };
}

/** What a secret belongs to: it is never sent anywhere else. */
export function secretOrigin(address: string): string {
  const { protocol, username, host } = new URL(address);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}`;
}

/** Tells one database, as one user sees it, from all others. */
export function databaseIdentity(address: string): string {
  const { username, host, pathname } = new URL(address);
  return `${decodeURIComponent(username)}@${host}${pathname}`;
}

/** The user whom an address names. */
export function userOf(address: string): string {
  return decodeURIComponent(new URL(address).username);
}

export function hostIn(address: string): string {
  return URL.parse(address)?.host ?? address;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

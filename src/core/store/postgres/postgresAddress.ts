import { isIP } from 'node:net';
import { UserError } from '../../../base/errors.ts';

/** Where a database is and as whom to connect; without the password. */
export interface PostgresAddress {
  /** Tried in this order; of several, the first that takes writes is the primary. */
  readonly hosts: readonly PostgresHost[];
  readonly user: string;
  readonly database: string;
  /** Whether TLS is spoken. Then the server's certificate is always checked. */
  readonly usesTls: boolean;
}

export interface PostgresHost {
  readonly name: string;
  readonly port: number;
}

const defaultPort = 5432;
const form = 'postgres://user@host:5432/database';

/**
 * Reads `postgres://user@host:port/database?sslmode=…`; several hosts are separated by commas, as
 * everywhere with PostgreSQL. Throws a `UserError` that says what is wrong with it.
 */
export function parsePostgresUrl(url: string): PostgresAddress {
  const match = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/i.exec(
    url.trim(),
  );
  const [, credentials = '', hostList = '', path = '', query = ''] = match ?? [];
  if (!match) {
    throw new UserError(`The address of the team's database must look like ${form}.`);
  }
  const [user = '', password] = credentials.split(':');
  if (password !== undefined) {
    throw new UserError(
      "The address of the team's database holds a password, which settings do not keep safe. " +
        'Take it out, and enter it with "Slipstream: Connect to a team".',
    );
  }
  if (user === '') {
    throw new UserError(`The address of the team's database names no user. Write ${form}.`);
  }
  const hosts = hostList.split(',').map(parseHost);
  const database = decoded(path) || decoded(user);
  return { hosts, user: decoded(user), database, usesTls: readTls(query, hosts) };
}

/** For messages and for the panel: without the user. */
export function describeHosts({ hosts }: PostgresAddress): string {
  return hosts
    .map(({ name, port }) => (port === defaultPort ? name : `${name}:${port}`))
    .join(', ');
}

function parseHost(text: string): PostgresHost {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i.exec(text);
  const port = Number(match?.[2] ?? defaultPort);
  if (!match?.[1] || port < 1 || port > 65_535) {
    throw new UserError(
      `"${text}" in the address of the team's database is no host. Write ${form}.`,
    );
  }
  return { name: decoded(match[1].replace(/^\[|\]$/g, '')), port };
}

/** In plain text the password's proof and all that is kept can be read along the way. */
function readTls(query: string, hosts: readonly PostgresHost[]): boolean {
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((name) => name !== 'sslmode');
  if (unknown !== undefined) {
    throw new UserError(
      `Slipstream does not know "${unknown}" in the address of the team's database; it takes sslmode alone.`,
    );
  }
  const mode = parameters.get('sslmode') ?? '';
  switch (mode) {
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return true;
    case 'disable':
    case '':
      break;
    default:
      throw new UserError(
        `"sslmode=${mode}" would let somebody on the way turn encryption off. Write sslmode=require, or leave it out.`,
      );
  }
  const isLocal = hosts.every(({ name }) => isLoopback(name));
  if (mode === 'disable' && !isLocal) {
    throw new UserError(
      'Without TLS the team’s database can be used on this machine alone. Take "sslmode=disable" out of its address.',
    );
  }
  return !isLocal;
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new UserError(
      `"${text}" in the address of the team's database is not encoded as in a URL.`,
      {
        cause: error,
      },
    );
  }
}

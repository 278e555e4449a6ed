import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { UserError } from '../../base/errors.ts';

/** A team's secret, as what is derived of it: one key for each use, so that none tells of another. */
export interface TeamKey {
  /** Eight hexadecimal digits, derived of the secret: a mistyped key is found by it. */
  readonly id: string;
  /** What the team is called in shared tiers. Tells nothing of the secret. */
  readonly team: string;
  /** Encrypts and authenticates values. */
  readonly sealing: KeyObject;
  /** Makes names of keys. */
  readonly naming: KeyObject;
}

const prefix = 'slipstream-key-1';
const secretBytes = 32;
const textForm = new RegExp(`^${prefix}:([0-9a-f]{8}):([A-Za-z0-9_-]{43})$`);

/** A new key, in the form in which members hand it to each other. */
export function createTeamKeyText(): string {
  const secret = randomBytes(secretBytes);
  return `${prefix}:${keyId(secret)}:${secret.toString('base64url')}`;
}

/**
 * The keys of a team from text: one or more, with white space between them. The first one writes; all
 * of them read, so that a key can be replaced while others still use the one before. Throws a
 * `UserError` that quotes nothing of the text.
 */
export function parseTeamKeys(text: string): readonly TeamKey[] {
  const parts = text.split(/\s+/).filter((part) => part !== '');
  if (parts.length === 0) {
    throw new UserError('The team key is empty. Paste the key that a member of the team gave you.');
  }
  const keys = parts.map(parseTeamKey);
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    throw new UserError('The same team key stands there twice. Paste each key once.');
  }
  return keys;
}

function parseTeamKey(text: string): TeamKey {
  const [, id = '', encoded = ''] = textForm.exec(text) ?? [];
  if (encoded === '') {
    throw new UserError(
      `This is not a team key. It begins with ${prefix}: and has 68 characters; copy the whole of it.`,
    );
  }
  const secret = Buffer.from(encoded, 'base64url');
  if (keyId(secret) !== id) {
    throw new UserError('The team key has a mistake in it: its parts do not fit. Copy it again.');
  }
  return {
    id,
    team: derive(secret, 'team', 12).toString('base64url'),
    sealing: createSecretKey(derive(secret, 'sealing', 32)),
    naming: createSecretKey(derive(secret, 'naming', 32)),
  };
}

function keyId(secret: Uint8Array): string {
  return derive(secret, 'id', 4).toString('hex');
}

/** The secret is random, so that no salt is needed (RFC 5869, 3.1). */
function derive(secret: Uint8Array, use: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `${prefix} ${use}`, bytes));
}

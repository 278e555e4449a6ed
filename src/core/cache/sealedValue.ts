import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Encoding, pack, unpack } from '../store/compression.ts';
import { longestSharedFreshMs, longestSharedMs } from './answerPolicy.ts';
import type { CacheEntry } from './cacheEntry.ts';
import { type SharedName, sealVersion } from './sharedNames.ts';
import type { TeamKey } from './teamKeys.ts';

/** The longest text that is shared, bytes: an explanation has thousands. More than this is a bomb. */
export const maxSharedTextBytes = 1_000_000;

/** What came of the bytes that a shared tier gave for a name. */
export type OpenedValue =
  | { readonly kind: 'opened'; readonly entry: CacheEntry }
  /** Nothing to worry about, and not to be had: too old, or packed in a way that this Node lacks. */
  | { readonly kind: 'absent' }
  /** Not what somebody with the team's key wrote under this name. */
  | { readonly kind: 'rejected' };

/*
 * A sealed value: version (1 byte), encoding (1), id of the key (4), length of the text (4), fresh until
 * (8), expires at (8), nonce (12), then the encrypted text and its tag (16). Numbers are big-endian,
 * times in milliseconds since 1970. All that stands before the text and the name of the entry are
 * authenticated with it: neither can be given to another value.
 */
const at = { encoding: 1, keyId: 2, length: 6, freshUntil: 10, expiresAt: 18, nonce: 26 } as const;
const nonceBytes = 12;
const headerBytes = at.nonce + nonceBytes;
const tagBytes = 16;
/** What sealing adds to a text, bytes. */
export const sealOverheadBytes = headerBytes + tagBytes;

/** Their place is their number in a header. */
const encodings: readonly Encoding[] = ['plain', 'zstd', 'gzip'];
const cipher = 'aes-256-gcm';
const options = { authTagLength: tagBytes };
const absent = { kind: 'absent' } as const;
const rejected = { kind: 'rejected' } as const;

/**
 * The entry, compressed, encrypted and authenticated. Without its files: they are paths of this
 * machine, and the name holds a digest of their content. Undefined where it is too long.
 *
 * Nonces are random: one key may seal 2^32 values before two are likely to be equal by more than the
 * 2^-32 that NIST allows (SP 800-38D, 8.3), which is a hundred a second for a year.
 */
export function sealValue(entry: CacheEntry, { segments, key }: SharedName): Buffer | undefined {
  const lengthBytes = Buffer.byteLength(entry.text);
  if (lengthBytes > maxSharedTextBytes) {
    return undefined;
  }
  const { value, encoding } = pack(entry.text);
  const header = Buffer.alloc(headerBytes);
  header[0] = sealVersion;
  header[at.encoding] = encodings.indexOf(encoding);
  header.write(key.id, at.keyId, 'hex');
  header.writeUInt32BE(lengthBytes, at.length);
  header.writeDoubleBE(Math.round(entry.freshUntil), at.freshUntil);
  header.writeDoubleBE(Math.round(entry.expiresAt), at.expiresAt);
  const nonce = randomBytes(nonceBytes);
  nonce.copy(header, at.nonce);
  const sealing = createCipheriv(cipher, key.sealing, nonce, options);
  sealing.setAAD(boundData(header, segments));
  const sealed = sealing.update(typeof value === 'string' ? Buffer.from(value) : value);
  return Buffer.concat([header, sealed, sealing.final(), sealing.getAuthTag()]);
}

/**
 * @param keys All that the team knows.
 * @param now Milliseconds since 1970, by this machine's clock. A clock that is off makes an entry live
 * at most as long as one that is written now.
 */
export function openValue(
  bytes: Uint8Array,
  { segments }: SharedName,
  keys: readonly TeamKey[],
  now: number,
): OpenedValue {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data[0] !== sealVersion || data.length < sealOverheadBytes) {
    return rejected;
  }
  const id = data.toString('hex', at.keyId, at.length);
  const key = keys.find((known) => known.id === id);
  const lengthBytes = data.readUInt32BE(at.length);
  if (!key || lengthBytes > maxSharedTextBytes) {
    return rejected;
  }
  const packed = decrypt(data, segments, key);
  if (!packed) {
    return rejected;
  }
  const text = readText(packed, encodings[data[at.encoding] ?? 0], lengthBytes);
  if (text === undefined) {
    return absent;
  }
  const entry = entryOf(data, text, now);
  return entry.expiresAt <= now ? absent : { kind: 'opened', entry };
}

/** Undefined where anything about it is not as it was written. */
function decrypt(data: Buffer, segments: readonly string[], key: TeamKey): Buffer | undefined {
  const header = data.subarray(0, headerBytes);
  const tag = data.subarray(-tagBytes);
  const opening = createDecipheriv(cipher, key.sealing, header.subarray(at.nonce), options);
  opening.setAAD(boundData(header, segments));
  opening.setAuthTag(tag);
  const opened = opening.update(data.subarray(headerBytes, -tagBytes));
  try {
    opening.final();
    return opened;
  } catch {
    // The one way in which it tells that the tag does not fit.
    return undefined;
  }
}

/** Undefined where this Node lacks the encoding, or where it is not as long as was said. */
function readText(
  packed: Buffer,
  encoding: Encoding | undefined,
  lengthBytes: number,
): string | undefined {
  try {
    const value = encoding === 'plain' ? packed.toString('utf8') : packed;
    const text = unpack(value, encoding ?? null, lengthBytes);
    return Buffer.byteLength(text) === lengthBytes ? text : undefined;
  } catch {
    // Written by somebody of the team, who has an encoding that this Node does not have.
    return undefined;
  }
}

function entryOf(data: Buffer, text: string, now: number): CacheEntry {
  const expiresAt = Math.min(data.readDoubleBE(at.expiresAt), now + longestSharedMs);
  const freshUntil = Math.min(
    data.readDoubleBE(at.freshUntil),
    now + longestSharedFreshMs,
    expiresAt,
  );
  return { text, freshUntil, expiresAt, files: [] };
}

function boundData(header: Buffer, segments: readonly string[]): Buffer {
  return Buffer.concat([header, Buffer.from(segments.join(':'))]);
}

import * as zlib from 'node:zlib';
import { UserError } from '../../base/errors.ts';
import type { SqlValue } from './database.ts';

/** How a text is kept: as it is, or compressed. Stored beside each. */
export type Encoding = 'plain' | 'zstd' | 'gzip';

export interface PackedText {
  readonly value: string | Uint8Array;
  readonly encoding: Encoding;
}

/**
 * Below this, little is gained: source text of 1 kB shrinks by half in 20 to 40 µs, one of 4 kB to
 * a third (measured with zstd level 3), and SQLite's pages hold 4 kB.
 */
const minCompressedCharacters = 1_024;

/** Compresses a text where that makes it smaller: with zstd where this Node has it, else with gzip. */
export function pack(text: string, best = bestEncoding()): PackedText {
  if (text.length < minCompressedCharacters || best === 'plain') {
    return { value: text, encoding: 'plain' };
  }
  const bytes = Buffer.from(text, 'utf8');
  const packed = compress(bytes, best);
  return packed.length < bytes.length
    ? { value: packed, encoding: best }
    : { value: text, encoding: 'plain' };
}

/**
 * The text again. Throws a `UserError` where this Node lacks the encoding. Damaged bytes throw or
 * give another text, by Node's version: check what comes back.
 * @param maxBytes Throws where the text would be longer; for what others have packed.
 */
export function unpack(value: SqlValue, encoding: SqlValue, maxBytes?: number): string {
  if (typeof value === 'string' && encoding === 'plain') {
    return value;
  }
  if (!(value instanceof Uint8Array)) {
    throw new TypeError('A packed text is neither text nor bytes.');
  }
  const bytes = encoding === 'plain' ? Buffer.from(value) : decompress(value, encoding, maxBytes);
  return bytes.toString('utf8');
}

export interface PackedBytes {
  readonly value: Uint8Array;
  readonly encoding: Encoding;
}

/** The same for bytes. */
export function packBytes(bytes: Uint8Array, best = bestEncoding()): PackedBytes {
  if (bytes.length < minCompressedCharacters || best === 'plain') {
    return { value: bytes, encoding: 'plain' };
  }
  const packed = compress(bytes, best);
  return packed.length < bytes.length
    ? { value: packed, encoding: best }
    : { value: bytes, encoding: 'plain' };
}

/** The bytes again; see `unpack` for what it throws. */
export function unpackBytes(value: SqlValue, encoding: SqlValue): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError('Packed bytes are not bytes.');
  }
  return encoding === 'plain' ? value : decompress(value, encoding);
}

function compress(bytes: Uint8Array, encoding: 'zstd' | 'gzip'): Uint8Array {
  return encoding === 'zstd' ? zlib.zstdCompressSync(bytes) : zlib.gzipSync(bytes);
}

function decompress(value: Uint8Array, encoding: SqlValue, maxBytes?: number): Buffer {
  // Node takes no limit below 1.
  const limit = maxBytes === undefined ? {} : { maxOutputLength: Math.max(1, maxBytes) };
  if (encoding === 'gzip') {
    return zlib.gunzipSync(value, limit);
  }
  if (encoding !== 'zstd' || !hasZstd()) {
    throw newerEncoding(encoding);
  }
  return zlib.zstdDecompressSync(value, limit);
}

function newerEncoding(encoding: SqlValue): UserError {
  return new UserError(
    `This history was written by a newer VS Code (${String(encoding)}). Update VS Code to read it.`,
  );
}

function bestEncoding(): Encoding {
  return hasZstd() ? 'zstd' : 'gzip';
}

function hasZstd(): boolean {
  return typeof zlib.zstdCompressSync === 'function';
}

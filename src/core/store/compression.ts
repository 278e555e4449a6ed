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
  const packed = best === 'zstd' ? zlib.zstdCompressSync(bytes) : zlib.gzipSync(bytes);
  return packed.length < bytes.length
    ? { value: packed, encoding: best }
    : { value: text, encoding: 'plain' };
}

/**
 * The text again. Throws a `UserError` where this Node lacks the encoding. Damaged bytes throw or
 * give another text, by Node's version: check what comes back.
 */
export function unpack(value: SqlValue, encoding: SqlValue): string {
  if (typeof value === 'string' && encoding === 'plain') {
    return value;
  }
  if (!(value instanceof Uint8Array)) {
    throw new TypeError('A packed text is neither text nor bytes.');
  }
  if (encoding === 'gzip') {
    return zlib.gunzipSync(value).toString('utf8');
  }
  if (encoding !== 'zstd' || !hasZstd()) {
    throw new UserError(
      `This history was written by a newer VS Code (${String(encoding)}). Update VS Code to read it.`,
    );
  }
  return zlib.zstdDecompressSync(value).toString('utf8');
}

function bestEncoding(): Encoding {
  return hasZstd() ? 'zstd' : 'gzip';
}

function hasZstd(): boolean {
  return typeof zlib.zstdCompressSync === 'function';
}

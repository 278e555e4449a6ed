import { encodingOf } from '../core/tools/textEncoding.ts';

/** The part of a file that is looked at for NUL bytes; Git looks at as much. */
const binaryProbeBytes = 8_000;

export interface DecodedText {
  readonly text: string;
  readonly hasByteOrderMark: boolean;
}

/** Whether the bytes are not text. A UTF-16 file with its mark is. */
export function isBinary(bytes: Uint8Array): boolean {
  return encodingOf(bytes.subarray(0, binaryProbeBytes)) === undefined;
}

/** The text of UTF-8, or of UTF-16 with its mark; undefined where the bytes are neither. */
export function decodeUnicode(bytes: Uint8Array): DecodedText | undefined {
  const encoding = encodingOf(bytes.subarray(0, binaryProbeBytes)) ?? 'utf-8';
  const hasUtf8Mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    // The decoder takes the mark away.
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return { text, hasByteOrderMark: encoding !== 'utf-8' || hasUtf8Mark };
  } catch {
    // Throwing is the decoder's way to say that the bytes are in another encoding.
    return undefined;
  }
}

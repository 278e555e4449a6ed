/** Takes texts apart into pieces that can be compared with each other. Pure. */

/** A piece of a text, in whole lines. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
  /** Equal for equal texts, and hardly ever for others. */
  readonly hash: number;
}

/** A function of usual length; what is longer says little as a whole. */
const maxLines = 24;
/** Fewer lines are hardly worth their header. */
const minLines = 4;

/**
 * The pieces of a text. Borders depend on what stands close by alone, so that a change moves only those
 * around it and the pieces behind it are found again.
 */
export function chunkRanges(text: string): readonly ChunkRange[] {
  const chunks: ChunkRange[] = [];
  let start = 0;
  let lines = 0;
  let isAfterGap = false;
  let hash = hashSeed;
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at);
    const first = text.charCodeAt(at);
    const isBorder = lines >= maxLines || (lines >= minLines && isAfterGap && isWordStart(first));
    if (isBorder) {
      chunks.push({ start, end: at, hash });
      [start, lines, hash] = [at, 0, hashSeed];
    }
    hash = hashOf(text, at, end, hash);
    isAfterGap = isBlank(text, at, end);
    lines += 1;
    at = end;
  }
  return lines > 0 ? [...chunks, { start, end: text.length, hash }] : chunks;
}

/** The words of a text by which pieces are compared: names, and their parts. Each once. */
export function wordsOf(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [name] of text.matchAll(/[\p{L}_$][\p{L}\w$]{2,}/gu)) {
    words.add(name);
    const parts = name.match(/[\p{Lu}]?[\p{Ll}\d]{2,}|[\p{Lu}\d]{3,}/gu) ?? [];
    if (parts.length > 1) {
      for (const part of parts) {
        words.add(part.toLowerCase());
      }
    }
  }
  return words;
}

const hashSeed = 0x811c9dc5;

/** FNV-1a over UTF-16 units, widened to 52 bits by the length of what was read. */
function hashOf(text: string, start: number, end: number, seed: number): number {
  let low = seed % 0x1_0000_0000;
  const counted = Math.floor(seed / 0x1_0000_0000) + (end - start);
  for (let at = start; at < end; at += 1) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return (counted % 0x10_0000) * 0x1_0000_0000 + low;
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end + 1;
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (text.charCodeAt(at) > 32) {
      return false;
    }
  }
  return true;
}

/** Letters, `_`, `@`, `#` and `/`: definitions, decorators and comments begin with them. */
function isWordStart(unit: number): boolean {
  const isLetter = (unit >= 64 && unit <= 90) || (unit >= 97 && unit <= 122) || unit > 127;
  return isLetter || unit === 95 || unit === 35 || unit === 47;
}

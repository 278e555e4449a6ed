import { reindent } from './reindent.ts';

/** A place that reads like the text looked for but for white space, and what goes there. */
export interface LoosePlace {
  /** Offsets in the text, whose line ends are LF. */
  readonly start: number;
  readonly end: number;
  /** One-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  /** The new text with the indentation that the text has there. */
  readonly newText: string;
}

export type LooseMatch =
  | { readonly kind: 'found'; readonly place: LoosePlace }
  /** One-based lines where the places begin. */
  | { readonly kind: 'ambiguous'; readonly lines: readonly number[] }
  | { readonly kind: 'none' };

const none: LooseMatch = { kind: 'none' };

/**
 * Looks for whole lines that are `oldText` but for white space at either end and for how much of it
 * is between words. Where more than one place is, or the new text's indentation can't be told from
 * what is there, nothing is found. All line ends are LF.
 */
export function matchLoosely(text: string, oldText: string, newText: string): LooseMatch {
  const wanted = linesOf(oldText);
  const plain = wanted.map(withoutSpace);
  // Where nothing but white space is to change, it must be told exactly.
  if (plain.every((line) => line === '') || sameLines(plain, linesOf(newText).map(withoutSpace))) {
    return none;
  }
  const lines = text.split('\n');
  const starts = findStarts(lines, plain);
  const [start] = starts;
  if (start === undefined) {
    return none;
  }
  if (starts.length > 1) {
    return { kind: 'ambiguous', lines: starts.map((line) => line + 1) };
  }
  const place = placeAt(lines, start, { wanted, oldText, newText });
  return place ? { kind: 'found', place } : none;
}

/** The lines of a quoted text: its last newline ends a line rather than beginning one. */
function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** A line without what is tolerated. */
function withoutSpace(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}

function sameLines(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}

/** Where the lines read like `plain`: zero-based, overlapping ones as well. */
function findStarts(lines: readonly string[], plain: readonly string[]): readonly number[] {
  // The longest line is the rarest: all others are looked at only around it.
  const anchor = plain.reduce(
    (best, line, index) => (line.length > (plain[best]?.length ?? 0) ? index : best),
    0,
  );
  const starts: number[] = [];
  for (let start = 0; start + plain.length <= lines.length; start += 1) {
    if (isLike(lines, start, plain, anchor) && plain.every(likeAt(lines, start))) {
      starts.push(start);
    }
  }
  return starts;
}

function likeAt(lines: readonly string[], start: number) {
  return (line: string, index: number): boolean =>
    withoutSpace(lines[start + index] ?? '') === line;
}

/** Compares the anchor alone. Most lines are told apart by length, before anything is made of them. */
function isLike(
  lines: readonly string[],
  start: number,
  plain: readonly string[],
  anchor: number,
): boolean {
  const line = lines[start + anchor] ?? '';
  const wanted = plain[anchor] ?? '';
  return line.length >= wanted.length && withoutSpace(line) === wanted;
}

interface Wanted {
  readonly wanted: readonly string[];
  readonly oldText: string;
  readonly newText: string;
}

function placeAt(
  lines: readonly string[],
  start: number,
  { wanted, oldText, newText }: Wanted,
): LoosePlace | undefined {
  const found = lines.slice(start, start + wanted.length);
  const fresh = newText === '' ? [] : linesOf(newText);
  const indented = reindent({ wanted, found, fresh, lines });
  if (!indented) {
    return undefined;
  }
  const isLast = start + wanted.length === lines.length;
  const takesNewline = oldText.endsWith('\n') && !isLast;
  const endsLine = newText.endsWith('\n') && !(oldText.endsWith('\n') && isLast);
  const offset = lines.slice(0, start).reduce((sum, line) => sum + line.length + 1, 0);
  return {
    start: offset,
    end: offset + found.join('\n').length + (takesNewline ? 1 : 0),
    startLine: start + 1,
    endLine: start + wanted.length,
    newText: indented.join('\n') + (endsLine ? '\n' : ''),
  };
}

import { wellFormed } from './outputCap.ts';
import type { LineMatcher } from './searchPattern.ts';

/** A line that is shown: a match, or one near it. */
export interface FoundLine {
  /** One-based. */
  readonly number: number;
  /** Cut around the match where it is long. */
  readonly text: string;
  readonly isMatch: boolean;
}

/** What was found in one file. */
export interface FileFindings {
  /** Relative to the tree's root, with slashes. */
  readonly file: string;
  /** In order. */
  readonly lines: readonly FoundLine[];
}

/** As many as one file may add: beyond them it is a generated one, and the count says enough. */
export const maxMatchesPerFile = 1_000;
/** Enough to see the match in its statement; minified files have lines of megabytes. */
const maxLineCharacters = 300;
/** What is kept before a match in a line that is cut. */
const keptBeforeCharacters = 100;

/** Finds the matching lines of a text, and `contextLines` before and after each. */
export function searchText(
  text: string,
  matcher: LineMatcher,
  contextLines: number,
): readonly FoundLine[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') {
    lines.pop();
  }
  const matches = [...matcher.match(lines)].slice(0, maxMatchesPerFile);
  const shown = new Map<number, FoundLine>();
  for (const [index] of matches) {
    for (let near = index - contextLines; near <= index + contextLines; near += 1) {
      const line = lines[near];
      if (line !== undefined && !shown.has(near)) {
        shown.set(near, { number: near + 1, text: cutLine(line, 0), isMatch: false });
      }
    }
  }
  for (const [index, at] of matches) {
    shown.set(index, { number: index + 1, text: cutLine(lines[index] ?? '', at), isMatch: true });
  }
  return [...shown.values()].sort((left, right) => left.number - right.number);
}

/** A line's text where it is short, else the part of it around `at`. */
export function cutLine(line: string, at: number): string {
  if (line.length <= maxLineCharacters) {
    return line;
  }
  const start = Math.max(0, Math.min(at - keptBeforeCharacters, line.length - maxLineCharacters));
  const end = Math.min(line.length, start + maxLineCharacters);
  return `${start > 0 ? '…' : ''}${wellFormed(line.slice(start, end))}${end < line.length ? '…' : ''}`;
}

import type { ReviewHunk } from './reviewHunk.ts';

/** What is kept of a review over a reload of the window. JSON types only. */
export interface KeptReview {
  readonly isNew: boolean;
  /** Of the text that the hunks lie in. */
  readonly hash: string;
  readonly hunks: readonly KeptHunk[];
}

export interface KeptHunk extends Omit<ReviewHunk, 'id'> {
  /** Its own lines, and some before and after: by them it is found where the text is another. */
  readonly lines: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** As in a diff: seldom do so many lines in a row occur twice. */
const contextLines = 3;

/** The hunk as it is kept. @param lines Those of the text. */
export function keptHunk(
  { start, count, removed, isTouched }: ReviewHunk,
  lines: readonly string[],
): KeptHunk {
  const end = start + count;
  return {
    ...{ start, count, removed, isTouched },
    lines: lines.slice(start, end),
    before: lines.slice(Math.max(0, start - contextLines), start),
    after: lines.slice(end, end + contextLines),
  };
}

/**
 * The hunks that are found in a text that is another by now: those whose lines stand in just one
 * place, after or before the same lines as then, or between them where the hunk has none of its own.
 * In order and apart.
 */
export function foundHunks(
  hunks: readonly KeptHunk[],
  lines: readonly string[],
): readonly Omit<ReviewHunk, 'id'>[] {
  const found: Omit<ReviewHunk, 'id'>[] = [];
  let end = 0;
  for (const hunk of hunks) {
    const start = placeOf(hunk, lines);
    if (start !== undefined && start >= end) {
      const { count, removed, isTouched } = hunk;
      found.push({ start, count, removed, isTouched });
      end = start + count;
    }
  }
  return found;
}

function placeOf(hunk: KeptHunk, lines: readonly string[]): number | undefined {
  const { before, after } = hunk;
  const between = onlyPlaceOf([...before, ...hunk.lines, ...after], lines);
  if (between !== undefined || hunk.lines.length === 0) {
    return between === undefined ? undefined : between + before.length;
  }
  const follows = onlyPlaceOf([...before, ...hunk.lines], lines);
  return follows === undefined
    ? onlyPlaceOf([...hunk.lines, ...after], lines)
    : follows + before.length;
}

/** Where these lines stand, if it is in one place alone. */
function onlyPlaceOf(wanted: readonly string[], lines: readonly string[]): number | undefined {
  let place: number | undefined;
  for (let at = 0; at + wanted.length <= lines.length; at += 1) {
    if (wanted.every((line, index) => lines[at + index] === line)) {
      if (place !== undefined) {
        return undefined;
      }
      place = at;
    }
  }
  return place;
}

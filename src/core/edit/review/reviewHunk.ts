import { commonHead, commonTail, type LineChange } from './lineChanges.ts';

/**
 * A piece of a file that waits for the user's word: its lines stand where others stood. What a file
 * would be without its hunks is not kept anywhere: it is the text with each hunk's lines put back, so
 * whatever happens outside of hunks belongs to it at once.
 */
export interface ReviewHunk {
  /** Stays with the hunk while it moves and grows. */
  readonly id: number;
  /** Zero-based line of the text at which it begins. */
  readonly start: number;
  /** How many lines it has; 0 where lines were only removed, namely before the line `start`. */
  readonly count: number;
  /** What stood there, without line ends. */
  readonly removed: readonly string[];
  /** Whether somebody else has changed its lines since. */
  readonly isTouched: boolean;
}

/** `slipstream` changes what is then under review; `user` is everybody else. */
export type Author = 'slipstream' | 'user';

/**
 * The hunks after a change of the text, in order and apart. A change beside a hunk moves it. One that
 * meets a hunk belongs to it: it grows by lines it did not have, which it then holds as removed ones,
 * so that rejecting it gives back exactly what stood there.
 * @param lines The text before the change.
 */
export function afterChange(
  lines: readonly string[],
  hunks: readonly ReviewHunk[],
  change: LineChange,
  { author, newId }: { readonly author: Author; readonly newId: () => number },
): readonly ReviewHunk[] {
  const { start, end, lines: added } = change;
  const met = hunks.filter((hunk) => meets(hunk, change, author));
  const shift = added.length - (end - start);
  const [before, after] = around(hunks, met, end);
  const moved = shift === 0 ? after : after.map((hunk) => ({ ...hunk, start: hunk.start + shift }));
  if (met.length === 0 && author === 'user') {
    return [...before, ...moved];
  }
  const first = Math.min(start, met[0]?.start ?? start);
  const last = Math.max(end, endOf(met.at(-1)) ?? end);
  const joined: ReviewHunk = {
    id: met[0]?.id ?? newId(),
    start: first,
    count: last - first + shift,
    removed: linesWithout(lines, met, first, last),
    isTouched: author === 'user' || met.some((hunk) => hunk.isTouched),
  };
  const now = [...lines.slice(first, start), ...added, ...lines.slice(end, last)];
  return [...before, ...trimmed(joined, now), ...moved];
}

/** The lines from `first` up to `last` as they would be without these hunks, which lie within. */
export function linesWithout(
  lines: readonly string[],
  hunks: readonly ReviewHunk[],
  first = 0,
  last = lines.length,
): string[] {
  const parts: (readonly string[])[] = [];
  let position = first;
  for (const { start, count, removed } of hunks) {
    parts.push(lines.slice(position, start), removed);
    position = start + count;
  }
  parts.push(lines.slice(position, last));
  return parts.flat();
}

/** The hunks that are left, where they are once the others' lines are put back. */
export function hunksWithout(
  hunks: readonly ReviewHunk[],
  ids: ReadonlySet<number>,
): readonly ReviewHunk[] {
  let shift = 0;
  return hunks.flatMap((hunk) => {
    if (ids.has(hunk.id)) {
      shift += hunk.removed.length - hunk.count;
      return [];
    }
    return [shift === 0 ? hunk : { ...hunk, start: hunk.start + shift }];
  });
}

/**
 * Whether a change is one of this hunk's lines. The user's new lines above and below are not; a
 * further edit of ours that borders on a hunk is, because the two can't be told apart on the screen.
 */
function meets({ start, count }: ReviewHunk, change: LineChange, author: Author): boolean {
  const end = start + count;
  if (author === 'slipstream') {
    return change.start <= end && change.end >= start;
  }
  return change.start < end && change.end > start;
}

/** The hunks before and after those that a change up to line `end` meets. */
function around(
  hunks: readonly ReviewHunk[],
  met: readonly ReviewHunk[],
  end: number,
): readonly [readonly ReviewHunk[], readonly ReviewHunk[]] {
  const [first] = met;
  if (first) {
    const index = hunks.indexOf(first);
    return [hunks.slice(0, index), hunks.slice(index + met.length)];
  }
  // Lines put in where a hunk has none of its own come before it.
  const index = hunks.findIndex((hunk) => hunk.start >= end);
  return index < 0 ? [hunks, []] : [hunks.slice(0, index), hunks.slice(index)];
}

function endOf(hunk: ReviewHunk | undefined): number | undefined {
  return hunk && hunk.start + hunk.count;
}

/** The hunk without what is as it was; none where all of it is. */
function trimmed(hunk: ReviewHunk, now: readonly string[]): readonly ReviewHunk[] {
  const { removed } = hunk;
  const shorter = Math.min(removed.length, now.length);
  const head = commonHead(removed, now);
  const tail = Math.min(commonTail(removed, now), shorter - head);
  if (head + tail === removed.length && head + tail === now.length) {
    return [];
  }
  return [
    {
      ...hunk,
      start: hunk.start + head,
      count: now.length - head - tail,
      removed: removed.slice(head, removed.length - tail),
    },
  ];
}

import { type StructuredPatchHunk, structuredPatch } from 'diff';
import { withLineEnd } from './lineEnds.ts';

/** What a change does to one file. */
export interface DiffedFile {
  /** As it is shown, with slashes. */
  readonly file: string;
  /** Undefined for a new file. */
  readonly before: string | undefined;
  readonly after: string;
}

/** As in git: enough to see where a change is. */
const contextLines = 3;
/** Steps until the search for the smallest diff gives up: 200 ms for 25,000 lines on a slow core. */
const maxEditSteps = 1_000;
/** About 1,000 lines, more than anybody reads before allowing an edit; the card scrolls smoothly. */
const maxDiffCharacters = 60_000;

/**
 * A unified diff for people to look at. Line ends are left out of the comparison. A diff that is too
 * long ends with a line that says how much is missing.
 */
export function unifiedDiff({ file, before, after }: DiffedFile): string {
  const old = withLineEnd(before ?? '', '\n');
  const next = withLineEnd(after, '\n');
  const hunks = findHunks(old, next);
  const header = [before === undefined ? '--- /dev/null' : `--- a/${file}`, `+++ b/${file}`];
  return capLines([...header, ...hunks.flatMap(formatHunk)]);
}

/** How many lines a change adds and how many it removes. */
export function countChangedLines(before: string, after: string): readonly [number, number] {
  const hunks = findHunks(withLineEnd(before, '\n'), withLineEnd(after, '\n'));
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const count = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
  return [count('+'), count('-')];
}

function findHunks(before: string, after: string): readonly StructuredPatchHunk[] {
  const patch = structuredPatch('', '', before, after, '', '', {
    context: contextLines,
    maxEditLength: maxEditSteps,
  });
  return patch ? patch.hunks : [replacementHunk(before, after)];
}

/** One hunk that replaces all between the first and the last difference: right, but not the least. */
function replacementHunk(before: string, after: string): StructuredPatchHunk {
  const old = before.split('\n');
  const next = after.split('\n');
  const shorter = Math.min(old.length, next.length);
  let head = 0;
  while (head < shorter && old[head] === next[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === next.at(-1 - tail)) {
    tail += 1;
  }
  const removed = old.slice(head, old.length - tail);
  const added = next.slice(head, next.length - tail);
  return {
    oldStart: head + 1,
    oldLines: removed.length,
    newStart: head + 1,
    newLines: added.length,
    lines: [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)],
  };
}

function formatHunk(hunk: StructuredPatchHunk): readonly string[] {
  const old = formatRange(hunk.oldStart, hunk.oldLines);
  return [`@@ -${old} +${formatRange(hunk.newStart, hunk.newLines)} @@`, ...hunk.lines];
}

/** An empty range is named by the line before it. */
function formatRange(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start},${count}`;
}

function capLines(lines: readonly string[]): string {
  let length = 0;
  const kept = lines.findIndex((line) => {
    length += line.length + 1;
    return length > maxDiffCharacters;
  });
  if (kept < 0) {
    return `${lines.join('\n')}\n`;
  }
  const cut = lines.slice(0, kept).join('\n');
  // A single endless line would otherwise leave nothing to see.
  const start = (lines[kept] ?? '').slice(0, Math.max(0, maxDiffCharacters - cut.length));
  return `${cut}\n${start}\n\\ ${lines.length - kept} more lines of this diff are not shown\n`;
}

import { linesWithEnds } from '../base/lines.ts';

/** A replacement of a part of a text. Offsets in UTF-16 code units. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * How many lines, old and new together, a change may span and still be told apart from the next one.
 * The search is square in it: 2,000 take about 2 million comparisons, some 10 ms.
 */
const maxHunkLines = 2_000;

/** Lines that must agree for the texts to count as in step again: one alone is often a brace. */
const linesInStep = 2;

/**
 * Replacements that turn `before` into `after`, in order and apart, small rather than few, so that
 * cursors, folds and decorations outside of them stay where they are.
 */
export function replacementsBetween(before: string, after: string): readonly Replacement[] {
  const [oldLines, newLines] = [linesWithEnds(before), linesWithEnds(after)];
  const replacements: Replacement[] = [];
  let [oldLine, newLine, oldOffset] = [0, 0, 0];
  while (oldLine < oldLines.length || newLine < newLines.length) {
    if (oldLine < oldLines.length && oldLines[oldLine] === newLines[newLine]) {
      oldOffset += oldLines[oldLine]?.length ?? 0;
      oldLine += 1;
      newLine += 1;
      continue;
    }
    const [oldEnd, newEnd] = nextInStep(oldLines, oldLine, newLines, newLine);
    const removed = oldLines.slice(oldLine, oldEnd).join('');
    const added = newLines.slice(newLine, newEnd).join('');
    replacements.push(trimmed(oldOffset, removed, added));
    oldOffset += removed.length;
    [oldLine, newLine] = [oldEnd, newEnd];
  }
  return replacements;
}

/** The text with `replacements`, which are in order and apart, applied. */
export function applyReplacements(text: string, replacements: readonly Replacement[]): string {
  const parts: string[] = [];
  let position = 0;
  for (const replacement of replacements) {
    parts.push(text.slice(position, replacement.start), replacement.text);
    position = replacement.end;
  }
  return parts.join('') + text.slice(position);
}

/** The nearest lines, one of each text, from which on both agree again; the ends where there are none. */
function nextInStep(
  oldLines: readonly string[],
  oldStart: number,
  newLines: readonly string[],
  newStart: number,
): readonly [number, number] {
  for (let span = 1; span <= maxHunkLines; span += 1) {
    for (let removed = 0; removed <= span; removed += 1) {
      const [oldLine, newLine] = [oldStart + removed, newStart + span - removed];
      if (agree(oldLines, oldLine, newLines, newLine)) {
        return [oldLine, newLine];
      }
    }
  }
  return commonTail(oldLines, oldStart, newLines, newStart);
}

function agree(
  oldLines: readonly string[],
  oldLine: number,
  newLines: readonly string[],
  newLine: number,
): boolean {
  if (oldLine > oldLines.length || newLine > newLines.length) {
    return false;
  }
  for (let next = 0; next < linesInStep; next += 1) {
    if (oldLines[oldLine + next] !== newLines[newLine + next]) {
      return false;
    }
  }
  return true;
}

/** For a change too long to search: where the ends of both texts begin to agree. */
function commonTail(
  oldLines: readonly string[],
  oldStart: number,
  newLines: readonly string[],
  newStart: number,
): readonly [number, number] {
  let [oldEnd, newEnd] = [oldLines.length, newLines.length];
  while (oldEnd > oldStart && newEnd > newStart && oldLines[oldEnd - 1] === newLines[newEnd - 1]) {
    oldEnd -= 1;
    newEnd -= 1;
  }
  return [oldEnd, newEnd];
}

/** Leaves out what the removed and the added text have in common at their beginning and end. */
function trimmed(offset: number, removed: string, added: string): Replacement {
  const shorter = Math.min(removed.length, added.length);
  let head = 0;
  while (head < shorter && removed[head] === added[head]) {
    head += 1;
  }
  head -= splitsPair(removed, head) ? 1 : 0;
  let tail = 0;
  while (tail < shorter - head && removed.at(-1 - tail) === added.at(-1 - tail)) {
    tail += 1;
  }
  tail -=
    splitsPair(removed, removed.length - tail) || splitsPair(added, added.length - tail) ? 1 : 0;
  return {
    start: offset + head,
    end: offset + removed.length - tail,
    text: added.slice(head, added.length - tail),
  };
}

/** Whether `index` lies inside a surrogate pair or between CR and LF, which editors move out of. */
function splitsPair(text: string, index: number): boolean {
  const [before, after] = [text.charCodeAt(index - 1), text.charCodeAt(index)];
  const isInSurrogates = before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
  return isInSurrogates || (before === 0x0d && after === 0x0a);
}

import { splitLines } from '../../../base/lines.ts';
import { commonHead, commonTail, type LineChange, lineChanges } from './lineChanges.ts';
import type { ReviewHunk } from './reviewHunk.ts';

/** A replacement of a part of a text as editors tell of it. Zero-based lines, UTF-16 characters. */
export interface TextEdit {
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly endCharacter: number;
  readonly text: string;
}

/**
 * Which whole lines an edit replaces, in order and apart. Where several lines that are alike could be
 * the ones that went, those of a hunk are taken.
 */
export function changedLines(
  lines: readonly string[],
  edit: TextEdit,
  hunks: readonly ReviewHunk[],
): readonly LineChange[] {
  const { startLine, endLine } = edit;
  const old = lines.slice(startLine, endLine + 1);
  const head = (old[0] ?? '').slice(0, edit.startCharacter);
  const tail = (old[endLine - startLine] ?? '').slice(edit.endCharacter);
  const next = splitLines(head + edit.text + tail);
  const removal = removedAlone(old, next, startLine, hunks);
  if (removal) {
    return [removal];
  }
  return lineChanges(old, next).map((change) => ({
    start: change.start + startLine,
    end: change.end + startLine,
    lines: change.lines,
  }));
}

/** Where lines only went: those of a hunk, if they could be the ones. */
function removedAlone(
  old: readonly string[],
  next: readonly string[],
  offset: number,
  hunks: readonly ReviewHunk[],
): LineChange | undefined {
  const gone = old.length - next.length;
  const latest = commonHead(old, next);
  const earliest = next.length - commonTail(old, next);
  if (gone <= 0 || earliest > latest) {
    return undefined;
  }
  for (let start = earliest; start <= latest; start += 1) {
    const [first, end] = [start + offset, start + offset + gone];
    if (hunks.some((hunk) => hunk.start <= first && end <= hunk.start + hunk.count)) {
      return { start: first, end, lines: [] };
    }
  }
  return { start: latest + offset, end: latest + offset + gone, lines: [] };
}

import { basename, dirname } from 'node:path';
import type { ReviewedFileView } from '../../../shared/views.ts';
import type { FileReview } from './fileReview.ts';
import { lineChanges } from './lineChanges.ts';
import type { ReviewHunk } from './reviewHunk.ts';

/** A file under review as the panel lists it. */
export function viewOf(path: string, displayPath: string, review: FileReview): ReviewedFileView {
  const folder = dirname(displayPath);
  const { added, removed } = countLines(review);
  return {
    path,
    name: basename(displayPath),
    folder: folder === '.' ? '' : folder,
    added,
    removed,
    changes: review.hunks.length,
    isNew: review.isNew,
  };
}

/** Above this, lines that are alike within a hunk are counted as changed: looking takes too long. */
const mostComparedLines = 200;

/** How many lines the hunks of a file have added and removed. */
export function countLines(review: FileReview): { added: number; removed: number } {
  const counts = review.hunks.map((hunk) => countsOf(hunk, review.linesOf(hunk)));
  const added = counts.reduce((sum, count) => sum + count.added, 0);
  const removed = counts.reduce((sum, count) => sum + count.removed, 0);
  // The empty line after the last line end is none to people.
  const hasEmptyLast = review.isNew && review.text().endsWith('\n');
  return { added: hasEmptyLast ? added - 1 : added, removed };
}

/** A hunk may hold single lines that are as they were. */
export function countsOf(
  { removed }: ReviewHunk,
  lines: readonly string[],
): { added: number; removed: number } {
  if (removed.length + lines.length > mostComparedLines) {
    return { added: lines.length, removed: removed.length };
  }
  const changes = lineChanges(removed, lines);
  return {
    added: changes.reduce((sum, change) => sum + change.lines.length, 0),
    removed: changes.reduce((sum, { start, end }) => sum + end - start, 0),
  };
}

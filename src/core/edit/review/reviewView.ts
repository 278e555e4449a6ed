import { basename, dirname } from 'node:path';
import type { ReviewedFileView } from '../../../shared/views.ts';
import type { FileReview } from './fileReview.ts';

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

/** How many lines the hunks of a file have added and removed. */
export function countLines(review: FileReview): { added: number; removed: number } {
  const added = review.hunks.reduce((sum, { count }) => sum + count, 0);
  const removed = review.hunks.reduce((sum, hunk) => sum + hunk.removed.length, 0);
  // The empty line after the last line end is none to people.
  const hasEmptyLast = review.isNew && review.text().endsWith('\n');
  return { added: hasEmptyLast ? added - 1 : added, removed };
}

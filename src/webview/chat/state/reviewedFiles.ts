import type { ReviewedFileView } from '../../../shared/views.ts';
import type { Announcer } from './announcer.ts';

/** The list with a file as it is now: in its place, at the end, or no longer. */
export function withFile(
  files: readonly ReviewedFileView[],
  path: string,
  file: ReviewedFileView | null,
): readonly ReviewedFileView[] {
  if (file === null) {
    return files.filter((one) => one.path !== path);
  }
  return files.some((one) => one.path === path)
    ? files.map((one) => (one.path === path ? file : one))
    : [...files, file];
}

/** Says to screen readers when another file waits for review, and when none does any more. */
export function announceReview(
  before: readonly ReviewedFileView[],
  after: readonly ReviewedFileView[],
  announcer: Announcer,
): void {
  const added = after.find(({ path }) => !before.some((one) => one.path === path));
  if (added) {
    const count = added.changes === 1 ? '1 change waits' : `${added.changes} changes wait`;
    announcer.say(`${added.name}: ${count} for review.`);
  } else if (after.length === 0 && before.length > 0) {
    announcer.say('No changes wait for review.');
  }
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FileReview } from '../../../../../src/core/edit/review/fileReview.ts';
import type { TextEdit } from '../../../../../src/core/edit/review/textEdit.ts';

/** Lines that are often alike, so that it is often open which of them went. */
export const line = fc.constantFrom('a', 'b', 'c', '', '}');
export const text = fc.array(line, { maxLength: 14 }).map((lines) => lines.join('\n'));

export function counter(): () => number {
  let last = 0;
  return () => {
    last += 1;
    return last;
  };
}

/** A review of one edit. */
export function reviewOf(before: string | undefined, after: string): FileReview {
  const review = new FileReview(counter());
  review.begin(before);
  review.record(after);
  return review;
}

export function idsOf(review: FileReview): ReadonlySet<number> {
  return new Set(review.hunks.map(({ id }) => id));
}

/** The text after an edit, as an editor has it. */
export function applied(before: string, edit: TextEdit): string {
  const lines = before.split('\n');
  const offset = (at: number, character: number): number =>
    lines.slice(0, at).reduce((sum, one) => sum + one.length + 1, 0) + character;
  return (
    before.slice(0, offset(edit.startLine, edit.startCharacter)) +
    edit.text +
    before.slice(offset(edit.endLine, edit.endCharacter))
  );
}

/** An edit of a text somewhere, from four numbers between 0 and 1. */
export function editAt(before: string, places: readonly number[], typed: string): TextEdit {
  const [one = 0, other = 0] = places;
  const [start, end] = [Math.min(one, other), Math.max(one, other)].map((place) =>
    positionAt(before, Math.round(place * before.length)),
  );
  assert.ok(start && end);
  return {
    startLine: start.line,
    startCharacter: start.character,
    endLine: end.line,
    endCharacter: end.character,
    text: typed,
  };
}

function positionAt(before: string, offset: number): { line: number; character: number } {
  const lines = before.slice(0, offset).split('\n');
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

/** Hunks are in order, apart, inside the text, and none of them changes nothing. */
export function assertSound(review: FileReview): void {
  const lines = review.text().split('\n');
  let end = 0;
  for (const hunk of review.hunks) {
    assert.ok(hunk.start >= end, 'hunks overlap');
    end = hunk.start + hunk.count;
    assert.ok(end <= lines.length, 'a hunk lies outside of the text');
    assert.notDeepEqual(lines.slice(hunk.start, end), hunk.removed, 'a hunk changes nothing');
  }
}

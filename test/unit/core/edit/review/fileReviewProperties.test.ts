import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FileReview } from '../../../../../src/core/edit/review/fileReview.ts';
import type { ReviewHunk } from '../../../../../src/core/edit/review/reviewHunk.ts';
import { applied, assertSound, counter, editAt, idsOf, reviewOf, text } from './reviewKit.ts';

describe('Whatever is typed into a file under review', () => {
  const steps = fc.array(
    fc.record({
      places: fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      typed: fc.constantFrom('', 'x', '\n', 'a\n', '\nb\nc', '}\n}'),
    }),
    { maxLength: 8 },
  );

  it('hunks stay with their lines, and rejecting all gives what was without them', () => {
    fc.assert(
      fc.property(text, text, steps, (old, next, edits) => {
        const review = reviewOf(old, next);
        let now = next;
        for (const { places, typed } of edits) {
          const edit = editAt(now, places, typed);
          now = applied(now, edit);
          review.edit([edit]);
          if (review.isIdle) {
            return;
          }
          assert.equal(review.text(), now);
          assertSound(review);
        }
        if (review.isIdle) {
          return;
        }
        const wanted = review.baseline();
        assert.equal(review.without(idsOf(review), now), wanted);
        review.rejected(idsOf(review));
        assert.equal(review.isIdle, true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('what a hunk replaced is never lost, and an edit inside of it changes nothing else', () => {
    fc.assert(
      fc.property(text, text, fc.nat(), steps, (old, next, which, edits) => {
        const review = reviewOf(old, next);
        for (const { places, typed } of edits) {
          const own = review.hunks.filter(({ count }) => count > 0);
          const hunk = own[which % own.length];
          if (!hunk) {
            return;
          }
          const wanted = review.baseline();
          const isAtBorder = typeInside(review, hunk, places, typed);
          if (review.isIdle) {
            return;
          }
          // A line put in at the very border is the user's own: then the baseline has it too.
          assert.ok(isAtBorder || review.baseline() === wanted);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('an edit of other lines changes what is without the hunks in just the same way', () => {
    fc.assert(
      fc.property(
        text,
        text,
        fc.nat(),
        fc.constantFrom('x', 'x\ny', 'zz'),
        (old, next, which, typed) => {
          const review = reviewOf(old, next);
          const lines = next.split('\n');
          const isInHunk = (at: number): boolean =>
            review.hunks.some(({ start, count }) => start <= at && at < start + count);
          const others = [...lines.keys()].filter((at) => !isInHunk(at));
          const at = others[which % others.length];
          if (at === undefined || review.isIdle) {
            return;
          }
          const length = lines[at]?.length ?? 0;
          const shift = review.hunks
            .filter(({ start, count }) => start + count <= at)
            .reduce((sum, { count, removed }) => sum + removed.length - count, 0);
          const wanted = review.baseline().split('\n');
          assert.equal(wanted[at + shift], lines[at]);
          wanted[at + shift] = typed;
          review.edit([
            { startLine: at, startCharacter: 0, endLine: at, endCharacter: length, text: typed },
          ]);
          assert.equal(review.baseline(), wanted.join('\n'));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('hunks accepted and rejected in any order leave the chosen lines', () => {
    fc.assert(
      fc.property(
        text,
        text,
        fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
        (old, next, choices) => {
          const review = reviewOf(old, next);
          const accepted = review.hunks.filter((_, index) => choices[index]);
          const lines = next.split('\n');
          const wanted = [...review.hunks]
            .filter((_, index) => !choices[index])
            .reduceRight(
              (text, { start, count, removed }) => [
                ...text.slice(0, start),
                ...removed,
                ...text.slice(start + count),
              ],
              lines,
            )
            .join('\n');
          let now = next;
          for (const { id } of accepted) {
            review.accept(new Set([id]));
          }
          for (const { id } of [...review.hunks]) {
            now = review.without(new Set([id]), now);
            review.rejected(new Set([id]));
          }
          assert.equal(now, wanted);
          assert.equal(review.isIdle, true);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('accepting changes no text, and rejecting nothing that is without the hunks, at any time', () => {
    const decision = fc.record({ isAccepted: fc.boolean(), which: fc.nat() });
    fc.assert(
      fc.property(
        text,
        text,
        steps,
        fc.array(decision, { maxLength: 8 }),
        (old, next, edits, decisions) => {
          const review = reviewOf(old, next);
          let now = next;
          for (const [index, { isAccepted, which }] of decisions.entries()) {
            const step = edits[index];
            if (step) {
              const edit = editAt(now, step.places, step.typed);
              now = applied(now, edit);
              review.edit([edit]);
            }
            const hunk = review.hunks[which % review.hunks.length];
            if (!hunk) {
              return;
            }
            now = decided(review, hunk.id, isAccepted, now);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('further edits of ours keep what was there before the first', () => {
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 5 }), (old, texts) => {
        const review = new FileReview(counter());
        let now = old;
        for (const next of texts) {
          review.begin(now);
          review.record(next);
          now = next;
          if (review.isIdle) {
            assert.equal(now, old);
          } else {
            assert.equal(review.text(), now);
            assert.equal(review.baseline(), old);
            assertSound(review);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Edits a hunk's lines; answers whether that may put lines in before its first or after its last. */
function typeInside(
  review: FileReview,
  { start, count }: ReviewHunk,
  places: readonly number[],
  typed: string,
): boolean {
  const lines = review
    .text()
    .split('\n')
    .slice(start, start + count);
  const edit = editAt(lines.join('\n'), places, typed);
  review.edit([{ ...edit, startLine: edit.startLine + start, endLine: edit.endLine + start }]);
  return typed.includes('\n') && (edit.startLine === 0 || edit.endLine === lines.length - 1);
}

/** Decides on a hunk and answers with the text after it. */
function decided(review: FileReview, id: number, isAccepted: boolean, now: string): string {
  const ids = new Set([id]);
  const baseline = review.baseline();
  const others = review.hunks.filter((hunk) => hunk.id !== id).length;
  const after = isAccepted ? now : review.without(ids, now);
  if (isAccepted) {
    review.accept(ids);
  } else {
    review.rejected(ids);
  }
  assert.equal(review.hunks.length, others);
  if (!review.isIdle) {
    assert.equal(review.text(), after);
    assert.ok(isAccepted || review.baseline() === baseline);
    assertSound(review);
  } else if (!isAccepted) {
    assert.equal(after, baseline);
  }
  return after;
}

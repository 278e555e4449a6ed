import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FileReview } from '../../../../../src/core/edit/review/fileReview.ts';
import { assertSound, counter, idsOf, reviewOf, text } from './reviewKit.ts';

const before = 'one\ntwo\nthree\nfour\nfive\nmiddle\nsix\nseven\neight\nnine\nten\n';
const after = before.replace('two', 'TWO').replace('nine\n', '');

/** The review as it is after a reload, in which the file reads so. */
function reloaded(review: FileReview, now: string): FileReview {
  return FileReview.restore(JSON.parse(JSON.stringify(review.keep())), now, counter());
}

/** Where hunks are, with what each has and has replaced. */
const shapes = (review: FileReview): string[] =>
  review.hunks.map(
    (hunk) => `${hunk.start}: ${hunk.removed.join('|')} → ${review.linesOf(hunk).join('|')}`,
  );

describe('A review after a reload, in a text that is another', () => {
  it('has the hunks whose lines and neighbours are the same, where they are now', () => {
    const now = `zero\n${after.replace('middle', 'MIDDLE')}`;
    const review = reloaded(reviewOf(before, after), now);
    assert.deepEqual(shapes(review), ['2: two → TWO', '10: nine → ']);
    const rejected = review.without(idsOf(review), now);
    assert.equal(rejected, `zero\n${before.replace('middle', 'MIDDLE')}`);
  });

  it('has those that have the same neighbours on one side', () => {
    const review = reviewOf(before, after);
    assert.deepEqual(shapes(reloaded(review, after.replace('one', 'One'))), shapes(review));
    assert.deepEqual(shapes(reloaded(review, after.replace('three', 'Three'))), shapes(review));
  });

  it('lets go of those whose lines were changed, or without any, whose neighbours were', () => {
    const review = reviewOf(before, after);
    assert.deepEqual(shapes(reloaded(review, after.replace('TWO', 'Two'))), ['9: nine → ']);
    assert.deepEqual(shapes(reloaded(review, after.replace('eight', 'Eight'))), ['1: two → TWO']);
    assert.equal(reloaded(review, 'all new\n').isIdle, true);
    assert.equal(reloaded(review, before).isIdle, true);
  });

  it('lets go of those that could be in two places', () => {
    const review = reviewOf(before, after);
    // The last lines are so just once.
    assert.deepEqual(shapes(reloaded(review, `${after}${after}`)), ['19: nine → ']);
  });

  it('has all of a file that was made, which is then somebody else’s as well', () => {
    const review = reloaded(reviewOf(undefined, 'new\n'), 'new\nand more\n');
    assert.deepEqual([review.isNew, review.hunks.length, review.lineCount], [true, 1, 3]);
    assert.equal(review.hunks[0]?.isTouched, true);
    assert.equal(reloaded(reviewOf(undefined, 'new\n'), 'new\n').hunks[0]?.isTouched, false);
  });

  it('is sound, and gives back by rejection only lines that it had replaced', () => {
    fc.assert(
      fc.property(text, text, text, (old, next, now) => {
        const review = reviewOf(old, next);
        const again = reloaded(review, now);
        if (again.isIdle) {
          return;
        }
        assertSound(again);
        const known = new Set(shapes(review).map((shape) => shape.replace(/^\d+/, '')));
        for (const shape of shapes(again)) {
          assert.ok(known.has(shape.replace(/^\d+/, '')));
        }
        assert.equal(again.without(idsOf(again), now), again.baseline());
      }),
      { numRuns: 2_000 },
    );
  });

  it('is whole where only lines far from hunks are different', () => {
    const line = fc.constantFrom('a', 'b', '', '}');
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 9 }),
        fc.array(line, { maxLength: 9 }),
        (top, end) => {
          const around = (middle: string): string => [...top, middle, ...end].join('\n');
          const review = reviewOf(before, after);
          const again = reloaded(review, around(after));
          assert.equal(again.hunks.length, 2);
          assert.equal(again.baseline(), around(before));
        },
      ),
      { numRuns: 200 },
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FileReview } from '../../../../../src/core/edit/review/fileReview.ts';
import type { ReviewHunk } from '../../../../../src/core/edit/review/reviewHunk.ts';
import { applied, assertSound, counter, editAt, idsOf, reviewOf, text } from './reviewKit.ts';

const before = 'one\ntwo\nthree\nfour\nfive\nsix\n';
const after = 'one\nTWO\nthree\nfour\nFIVE\nSIX\n';

/** A user's edit on one line, or from one to another. */
function type(review: FileReview, start: [number, number], end: [number, number], typed: string) {
  review.edit([
    {
      startLine: start[0],
      startCharacter: start[1],
      endLine: end[0],
      endCharacter: end[1],
      text: typed,
    },
  ]);
}

function shapes(review: FileReview) {
  return review.hunks.map(({ start, count, removed, isTouched }) => ({
    start,
    count,
    removed,
    isTouched,
  }));
}

describe('The review of a file', () => {
  it('has a hunk for each piece of an edit, with what it replaced', () => {
    assert.deepEqual(shapes(reviewOf(before, after)), [
      { start: 1, count: 1, removed: ['two'], isTouched: false },
      { start: 4, count: 2, removed: ['five', 'six'], isTouched: false },
    ]);
  });

  it('moves hunks with what is typed above them, which is the user’s own', () => {
    const review = reviewOf(before, after);
    type(review, [0, 3], [0, 3], '\nnew\nlines');
    assert.deepEqual(
      review.hunks.map(({ start }) => start),
      [3, 6],
    );
    assert.equal(review.baseline(), `one\nnew\nlines\n${before.slice(4)}`);
  });

  it('lets a hunk grow with what is typed inside, and tells so', () => {
    const review = reviewOf(before, after);
    type(review, [4, 4], [4, 4], '\nbetween');
    assert.deepEqual(shapes(review)[1], {
      start: 4,
      count: 3,
      removed: ['five', 'six'],
      isTouched: true,
    });
    assert.equal(review.baseline(), before);
  });

  it('takes a line typed right below a hunk for the user’s own', () => {
    const review = reviewOf(before, after);
    type(review, [1, 3], [1, 3], '\nmine');
    assert.equal(review.baseline(), 'one\ntwo\nmine\nthree\nfour\nfive\nsix\n');
    assert.equal(review.hunks[0]?.isTouched, false);
  });

  it('holds the lines that an edit across its border took along', () => {
    const review = reviewOf(before, after);
    type(review, [1, 1], [2, 3], '');
    assert.equal(review.text(), 'one\nTee\nfour\nFIVE\nSIX\n');
    assert.deepEqual(shapes(review)[0], {
      start: 1,
      count: 1,
      removed: ['two', 'three'],
      isTouched: true,
    });
    assert.equal(review.baseline(), before);
  });

  it('joins hunks that an edit covers', () => {
    const review = reviewOf(before, after);
    type(review, [1, 0], [4, 4], 'x');
    assert.equal(review.hunks.length, 1);
    assert.equal(review.baseline(), before);
  });

  it('is over where the user writes what stood there', () => {
    const review = reviewOf(before, after);
    type(review, [1, 0], [1, 3], 'two');
    assert.equal(review.hunks.length, 1);
    type(review, [4, 0], [5, 3], 'five\nsix');
    assert.equal(review.isIdle, true);
  });

  it('knows lines that went again by the hunk they are in', () => {
    const review = reviewOf('{\n}\n', '{\n}\n}\n');
    const [hunk] = review.hunks;
    assert.ok(hunk);
    // Which of the two braces an editor tells of is open.
    type(review, [1, 0], [2, 0], '');
    assert.equal(review.isIdle, true);
  });

  it('merges a further edit into the hunks', () => {
    const review = reviewOf(before, after);
    review.begin(after);
    review.record('one\nTWO, again\nthree\nfour\nFIVE\nSIX\nseven\n');
    assert.deepEqual(shapes(review), [
      { start: 1, count: 1, removed: ['two'], isTouched: false },
      { start: 4, count: 3, removed: ['five', 'six'], isTouched: false },
    ]);
  });

  it('builds on what was typed between two edits', () => {
    const review = reviewOf(before, after);
    review.begin(`zero\n${after}`);
    review.record(`zero\n${after}end\n`);
    assert.equal(review.baseline(), `zero\n${before}`);
  });

  it('leaves the text as it is when a hunk is accepted', () => {
    const review = reviewOf(before, after);
    const [first, second] = review.hunks;
    assert.ok(first && second);
    review.accept(new Set([first.id]));
    assert.equal(review.text(), after);
    assert.equal(review.baseline(), 'one\nTWO\nthree\nfour\nfive\nsix\n');
    assert.deepEqual(review.hunks, [second]);
  });

  it('puts a hunk’s lines back when it is rejected, and the others stay', () => {
    const review = reviewOf(before, after);
    const [first, second] = review.hunks;
    assert.ok(first && second);
    const ids = new Set([second.id]);
    assert.equal(review.without(ids, after), 'one\nTWO\nthree\nfour\nfive\nsix\n');
    review.rejected(ids);
    assert.equal(review.text(), 'one\nTWO\nthree\nfour\nfive\nsix\n');
    assert.deepEqual(review.hunks, [first]);
  });

  it('brings hunks back with the text they had', () => {
    const review = reviewOf(before, after);
    const hunks = review.hunks;
    const [first] = hunks;
    assert.ok(first);
    review.rejected(new Set([first.id]));
    assert.equal(review.recall(after), true);
    assert.deepEqual(review.hunks, hunks);
    review.rejected(idsOf(review));
    assert.equal(review.isIdle, true);
    assert.equal(review.recall(after), true);
    assert.deepEqual(review.hunks, hunks);
    assert.equal(review.recall(before), true);
    assert.equal(review.isIdle, true);
    assert.equal(review.recall('another text'), false);
  });

  it('does not bring back what was accepted', () => {
    const review = reviewOf(before, after);
    const [first, second] = review.hunks;
    assert.ok(first && second);
    review.accept(new Set([first.id]));
    review.rejected(new Set([second.id]));
    assert.equal(review.recall(after), true);
    assert.deepEqual(review.hunks, [second]);
  });

  it('is one hunk for a file that was made, whoever writes in it', () => {
    const review = reviewOf(undefined, 'a\nb\n');
    assert.deepEqual(shapes(review), [{ start: 0, count: 3, removed: [], isTouched: false }]);
    type(review, [2, 0], [2, 0], 'mine\n');
    assert.deepEqual(shapes(review), [{ start: 0, count: 4, removed: [], isTouched: true }]);
    assert.equal(review.isNew, true);
    review.accept(idsOf(review));
    assert.equal(review.isIdle, true);
    review.begin('a\nb\nmine\n');
    assert.equal(review.isNew, false);
  });

  it('keeps the bytes of all other lines, and mixed line ends where all is as before', () => {
    const mixed = 'one\r\ntwo\nthree\r\n';
    const review = reviewOf(mixed, 'one\r\nTWO\nTWO\nthree\r\n');
    const raw = 'one\r\nTWO\nTWO\nthree\r\n';
    assert.equal(review.without(idsOf(review), raw), mixed);
    assert.equal(reviewOf('a\r\nb\r\n', 'a\r\n').without(new Set([1]), 'a\r\n'), 'a\r\nb\r\n');
  });

  it('is kept and taken up where the file still reads the same, and only there', () => {
    const review = reviewOf(before, after);
    const kept = JSON.parse(JSON.stringify(review.keep()));
    const restored = FileReview.restore(kept, after.replaceAll('\n', '\r\n'), counter());
    assert.deepEqual(restored && shapes(restored), shapes(review));
    assert.equal(restored?.baseline(), before);
    assert.equal(FileReview.restore(kept, `${after}x`, counter()), undefined);
  });
});

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

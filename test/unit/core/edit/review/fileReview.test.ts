import assert from 'node:assert/strict';
import { FileReview } from '../../../../../src/core/edit/review/fileReview.ts';
import { counter, idsOf, reviewOf } from './reviewKit.ts';

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
    const between = reviewOf('a\nb', 'a\nx\nb');
    type(between, [1, 1], [1, 1], '\nx');
    assert.equal(between.baseline(), 'a\nx\nb');
    type(between, [1, 0], [2, 0], '');
    assert.equal(between.isIdle, true);
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

  it('does not bring back what was accepted while the text was another', () => {
    const review = reviewOf(before, after);
    const [first, second] = review.hunks;
    assert.ok(first && second);
    type(review, [0, 0], [0, 0], 'x');
    review.accept(new Set([first.id]));
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

  it('is kept and taken up where the file still reads the same', () => {
    const review = reviewOf(before, after);
    const kept = JSON.parse(JSON.stringify(review.keep()));
    const restored = FileReview.restore(kept, after.replaceAll('\n', '\r\n'), counter());
    assert.deepEqual(shapes(restored), shapes(review));
    assert.equal(restored.baseline(), before);
  });
});

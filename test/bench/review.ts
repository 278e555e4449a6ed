/**
 * What a keystroke costs in a file of 25,000 lines with 50 hunks under review: following the hunks
 * through the edit, against finding them anew by comparing the whole text with what it was. And what
 * finding them costs once, when an edit is recorded.
 */
import { FileReview } from '../../src/core/edit/review/fileReview.ts';
import { lineChanges } from '../../src/core/edit/review/lineChanges.ts';
import { median, printReport, rounded } from './support.ts';

const lineCount = 25_000;
const hunkCount = 50;
const keystrokes = 500;
/** Each takes a good part of a second. */
const recounts = 15;

const lines = Array.from(
  { length: lineCount },
  (_, index) => `  const value${index % 977} = compute(${index}, ${(index * 7919) % 13});`,
);
const before = `${lines.join('\n')}\n`;
const every = lineCount / hunkCount;
const after = before
  .split('\n')
  .map((line, index) => (index % every === every / 2 ? `${line} // checked\n  check();` : line))
  .join('\n');

function recorded(): FileReview {
  let ids = 0;
  const review = new FileReview(() => {
    ids += 1;
    return ids;
  });
  review.begin(before);
  review.record(after);
  return review;
}

/** Milliseconds for each of so many runs. */
function durations(runs: number, task: (run: number) => void): readonly number[] {
  return Array.from({ length: runs }, (_, run) => {
    const start = performance.now();
    task(run);
    return performance.now() - start;
  });
}

/** Typing all over the file: letters, and every tenth time a new line, which moves what is below. */
function type(review: FileReview, run: number): void {
  const line = (run * 7_919) % (lineCount / 2);
  const at = { startLine: line, startCharacter: 2, endLine: line, endCharacter: 2 };
  review.edit([{ ...at, text: run % 10 === 0 ? '\n' : 'x' }]);
}

const recordMs = median(durations(recounts, () => recorded()));
const review = recorded();
const followMs = median(durations(keystrokes, (run) => type(review, run)));
const old = review.baseline().split('\n');
const now = review.text().split('\n');
const recountMs = median(durations(recounts, () => lineChanges(old, now)));
printReport('review', {
  lines: lineCount,
  hunks: hunkCount,
  hunksAfterTyping: review.hunks.length,
  recordMs: rounded(recordMs),
  followMs: rounded(followMs),
  recountMs: rounded(recountMs),
  ratio: rounded(recountMs / followMs),
});

import { createHash } from 'node:crypto';
import { splitLines } from '../../../base/lines.ts';
import { foundHunks, type KeptReview, keptHunk } from './keptReview.ts';
import { joinedChanges, type LineChange, lineChanges, withLines } from './lineChanges.ts';
import { putBack } from './putBack.ts';
import {
  type Author,
  afterChange,
  hunksWithout,
  linesWithout,
  type ReviewHunk,
} from './reviewHunk.ts';
import { changedLines, type TextEdit } from './textEdit.ts';

/**
 * Of so many texts of a file it is known which hunks they had, for when the user goes back to one by
 * Undo: more steps than anybody takes back one by one.
 */
const mostRemembered = 64;

/**
 * One file with its hunks. It follows the text, which others own: each change of it must be told.
 * Texts that come in may have any line ends.
 */
export class FileReview {
  private lines: string[] = [];
  private current: readonly ReviewHunk[] = [];
  private wasMade = false;
  private readonly newId: () => number;
  /** The file's text before the first edit where its line ends are mixed: only so they come back. */
  private mixed: string | undefined;
  /** The hunks of earlier texts by the texts' hashes, the latest last. */
  private readonly remembered = new Map<string, readonly ReviewHunk[]>();

  constructor(newId: () => number) {
    this.newId = newId;
  }

  /**
   * The review as it was kept, or where the file reads otherwise by now, with those of its hunks that
   * are found in it. A file that was made is one hunk, whatever it reads like.
   */
  static restore(kept: KeptReview, text: string, newId: () => number): FileReview {
    const review = new FileReview(newId);
    review.lines = splitLines(text);
    const isSame = review.hash() === kept.hash;
    if (kept.isNew) {
      review.wasMade = true;
      const isTouched = !isSame || kept.hunks.some((hunk) => hunk.isTouched);
      review.current = [review.wholeFile(isTouched ? 'user' : 'slipstream')];
    } else {
      const hunks = isSame ? kept.hunks : foundHunks(kept.hunks, review.lines);
      review.current = hunks.map(({ start, count, removed, isTouched }) => ({
        ...{ id: newId(), start, count, removed, isTouched },
      }));
    }
    review.remember();
    review.rest();
    return review;
  }

  /** Whether there was no such file before. */
  get isNew(): boolean {
    return this.wasMade;
  }

  get hunks(): readonly ReviewHunk[] {
    return this.current;
  }

  /** Whether nothing waits for the user's word. The text is not followed then. */
  get isIdle(): boolean {
    return this.current.length === 0;
  }

  get lineCount(): number {
    return this.lines.length;
  }

  /** The lines that a hunk has now. */
  linesOf({ start, count }: ReviewHunk): readonly string[] {
    return this.lines.slice(start, start + count);
  }

  /** The text with LF as line ends. */
  text(): string {
    return this.lines.join('\n');
  }

  /** What the file would be without the hunks, with LF as line ends. */
  baseline(): string {
    return this.wasMade ? '' : linesWithout(this.lines, this.current).join('\n');
  }

  keep(): KeptReview {
    const hunks = this.current.map((hunk) => keptHunk(hunk, this.wasMade ? [] : this.lines));
    return { isNew: this.wasMade, hash: this.hash(), hunks };
  }

  /** Slipstream is about to change the text, which is `before`; undefined where there is no file. */
  begin(before: string | undefined): void {
    if (before === undefined || this.isIdle) {
      this.wasMade = before === undefined;
      this.mixed = before !== undefined && hasMixedLineEnds(before) ? before : undefined;
      this.lines = splitLines(before ?? '');
      this.current = [];
    } else {
      this.moveTo(before);
    }
  }

  /** Slipstream has changed the text to this one. */
  record(after: string): void {
    this.remember();
    const next = splitLines(after);
    this.changeAll(joinedChanges(this.lines, lineChanges(this.lines, next)), 'slipstream');
    if (this.wasMade) {
      this.current = [this.wholeFile('slipstream')];
    }
    this.remember();
    this.rest();
  }

  /** Somebody has typed. Edits in the order in which they apply. */
  edit(edits: readonly TextEdit[]): void {
    for (const edit of this.isIdle ? [] : edits) {
      this.changeAll(changedLines(this.lines, edit, this.current), 'user');
    }
    this.rest();
  }

  /** The text is this one now, by whatever way. */
  moveTo(text: string): void {
    if (!this.isIdle) {
      this.changeAll(lineChanges(this.lines, splitLines(text)), 'user');
      this.rest();
    }
  }

  /** The user went back or forth to this text. False where it is not known which hunks it had. */
  recall(text: string): boolean {
    const lines = splitLines(text);
    const hunks = this.remembered.get(hashOf(lines));
    if (hunks) {
      this.lines = lines;
      this.current = hunks;
      this.rest();
    }
    return hunks !== undefined;
  }

  /** The hunks are the user's own from now on. The text stays. */
  accept(ids: ReadonlySet<number>): void {
    const without = (hunks: readonly ReviewHunk[]): readonly ReviewHunk[] =>
      hunks.filter(({ id }) => !ids.has(id));
    this.current = without(this.current);
    for (const [hash, hunks] of this.remembered) {
      this.remembered.set(hash, without(hunks));
    }
    this.rest();
  }

  /** The text with the lines of these hunks put back, from the same text with its own line ends. */
  without(ids: ReadonlySet<number>, raw: string): string {
    const hunks = this.current.filter(({ id }) => ids.has(id));
    const text = putBack(raw, hunks);
    return this.mixed !== undefined && isSameText(this.mixed, text) ? this.mixed : text;
  }

  /** The lines of these hunks were put back. */
  rejected(ids: ReadonlySet<number>): void {
    this.remember();
    const hunks = this.current.filter(({ id }) => ids.has(id));
    this.lines = linesWithout(this.lines, hunks);
    this.current = hunksWithout(this.current, ids);
    this.remember();
    this.rest();
  }

  /** Changes in order and apart, by the lines as they are before all of them. */
  private changeAll(changes: readonly LineChange[], author: Author): void {
    for (const change of [...changes].reverse()) {
      this.change(change, author);
    }
  }

  private change(change: LineChange, author: Author): void {
    const { lines, newId } = this;
    if (!this.wasMade) {
      this.current = afterChange(lines, this.current, change, { author, newId });
    }
    this.lines = withLines(lines, change);
    if (this.wasMade) {
      this.current = [this.wholeFile(author)];
    }
  }

  /** A file that was made is one hunk, whoever writes in it. */
  private wholeFile(author: Author): ReviewHunk {
    const [known] = this.current;
    return {
      id: known?.id ?? this.newId(),
      start: 0,
      count: this.lines.length,
      removed: [],
      isTouched: author === 'user' || (known?.isTouched ?? false),
    };
  }

  /** A text that is not followed need not be held. */
  private rest(): void {
    if (this.isIdle) {
      this.lines = [];
      this.wasMade = false;
      this.mixed = undefined;
    }
  }

  private remember(): void {
    const hash = this.hash();
    this.remembered.delete(hash);
    this.remembered.set(hash, this.current);
    const [oldest] = this.remembered.keys();
    if (this.remembered.size > mostRemembered && oldest !== undefined) {
      this.remembered.delete(oldest);
    }
  }

  private hash(): string {
    return hashOf(this.lines);
  }
}

function hashOf(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('base64');
}

function hasMixedLineEnds(text: string): boolean {
  return new Set(text.match(/\r\n|\r|\n/g)).size > 1;
}

function isSameText(one: string, other: string): boolean {
  return splitLines(one).join('\n') === splitLines(other).join('\n');
}

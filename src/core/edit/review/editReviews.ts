import { Emitter, type Event } from '../../../base/emitter.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import type { FileChange } from '../../tools/workspace.ts';
import { FileReview } from './fileReview.ts';
import type { TextEdit } from './textEdit.ts';

/**
 * Files of which it is remembered which hunks they had, for Undo, though nothing of them waits: more
 * than anybody goes back over.
 */
const mostIdle = 32;

/** A change of an open document's text. */
export interface DocumentChange {
  /** In the order in which they apply. */
  readonly edits: readonly TextEdit[];
  /** Whether the user went back or forth in the history of the text. */
  readonly isUndoOrRedo: boolean;
  readonly lineCount: number;
  /** The text after the change. */
  readonly text: () => string;
}

/**
 * The edits that wait for the user's word, file by file. Whatever is applied in `recording` is under
 * review from then on.
 */
export class EditReviews implements Disposable {
  private readonly changes = new Emitter<string>();
  /** Tells of a file under review whose text or hunks are different, or that is no longer, by its path. */
  readonly onDidChange: Event<string> = this.changes.event;
  private readonly rejections = new Emitter<string>();
  /** Tells of a file of which a hunk was rejected, by its path. */
  readonly onDidReject: Event<string> = this.rejections.event;
  private readonly files = new Map<string, FileReview>();
  /** Files that are being edited by us: what their documents tell meanwhile is our own doing. */
  private readonly held = new Set<string>();
  private readonly openText: (path: string) => string | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private ids = 0;

  /** Gives each hunk an id of its own. */
  readonly newId = (): number => {
    this.ids += 1;
    return this.ids;
  };

  /** @param openText The text of a file that is open as a document. */
  constructor(openText: (path: string) => string | undefined) {
    this.openText = openText;
  }

  /** The files with hunks, in the order in which they were first edited. */
  paths(): readonly string[] {
    return [...this.files].flatMap(([path, review]) => (review.isIdle ? [] : [path]));
  }

  /** Undefined where nothing of the file waits. */
  file(path: string): FileReview | undefined {
    const review = this.files.get(path);
    return review?.isIdle ? undefined : review;
  }

  /** Applies changes and puts them under review; where that fails, all stays as it is. */
  recording(changes: readonly FileChange[], apply: () => Promise<void>): Promise<void> {
    return this.holding(
      changes.map(({ path }) => path),
      async () => {
        await apply();
        for (const { path, before, after } of changes) {
          const review = this.files.get(path) ?? new FileReview(this.newId);
          this.files.set(path, review);
          review.begin(before);
          review.record(after);
        }
      },
    );
  }

  /**
   * Runs what writes to these files without following their documents meanwhile; what they read then
   * is caught up with. One after the other, because each builds on the texts that the one before left.
   */
  holding(paths: readonly string[], work: () => Promise<void>): Promise<void> {
    const run = async (): Promise<void> => {
      for (const path of paths) {
        this.held.add(path);
      }
      try {
        await work();
      } finally {
        for (const path of paths) {
          this.held.delete(path);
          this.catchUp(path);
        }
      }
    };
    const turn = this.last.then(run, run);
    this.last = turn;
    return turn;
  }

  accept(path: string, ids: ReadonlySet<number>): void {
    this.file(path)?.accept(ids);
    this.tell(path);
  }

  /** Hunks of the file are gone because the user did not want them. */
  noteRejection(path: string): void {
    this.rejections.fire(path);
  }

  /** A document has changed. */
  follow(path: string, change: DocumentChange): void {
    const review = this.files.get(path);
    if (!review || this.held.has(path)) {
      return;
    }
    const wasIdle = review.isIdle;
    if (!(change.isUndoOrRedo && review.recall(change.text()))) {
      review.edit(change.edits);
      // A change that was missed would misplace all that follow.
      if (!review.isIdle && review.lineCount !== change.lineCount) {
        review.moveTo(change.text());
      }
    }
    if (!(wasIdle && review.isIdle)) {
      this.tell(path);
    }
  }

  /** The file reads so now: it was opened, or another program has written it. */
  moveTo(path: string, text: string): void {
    const review = this.file(path);
    if (review && !this.held.has(path)) {
      review.moveTo(text);
      this.tell(path);
    }
  }

  /** The file is gone: there is nothing left to decide. */
  forget(path: string): void {
    if (this.files.delete(path)) {
      this.tell(path);
    }
  }

  rename(from: string, to: string): void {
    const review = this.files.get(from);
    if (review) {
      this.files.delete(from);
      this.files.set(to, review);
      this.tell(from);
      this.tell(to);
    }
  }

  /** Takes up a review that was kept, unless the file is under review again. */
  resume(path: string, review: FileReview): void {
    if (!this.file(path)) {
      this.files.set(path, review);
      this.tell(path);
    }
  }

  dispose(): void {
    this.changes.dispose();
    this.rejections.dispose();
    this.files.clear();
  }

  /** What the user typed meanwhile, or a formatter did on saving. */
  private catchUp(path: string): void {
    const text = this.openText(path);
    const review = this.files.get(path);
    if (review && text !== undefined && !review.recall(text)) {
      review.moveTo(text);
    }
    this.tell(path);
  }

  private tell(path: string): void {
    this.dropIdle();
    this.changes.fire(path);
  }

  private dropIdle(): void {
    const idle = [...this.files].flatMap(([path, review]) => (review.isIdle ? [path] : []));
    for (const path of idle.slice(0, Math.max(0, idle.length - mostIdle))) {
      this.files.delete(path);
    }
  }
}

import { sep } from 'node:path';
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

/** Hears of what happens to hunks while they are still there. */
export interface ReviewObserver {
  /** Slipstream is about to edit the file. */
  willRecord(path: string): void;
  didRecord(path: string): void;
  /** The user has accepted or rejected hunks, which are as they were until this returns. */
  willDecide(path: string, ids: ReadonlySet<number>, isAccepted: boolean): void;
  didRename(from: string, to: string): void;
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
  private observer: ReviewObserver | undefined;
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

  /** There is one observer at a time. */
  observeWith(observer: ReviewObserver): void {
    this.observer = observer;
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

  /** Whether the file is followed, or was until nothing of it waited. */
  isKnown(path: string): boolean {
    return this.files.has(path);
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
          this.observer?.willRecord(path);
          review.record(after);
          this.observer?.didRecord(path);
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
    this.observer?.willDecide(path, ids, true);
    this.file(path)?.accept(ids);
    this.tell(path);
  }

  /** The lines of these hunks were put back because the user did not want them. */
  reject(path: string, ids: ReadonlySet<number>): void {
    this.observer?.willDecide(path, ids, false);
    this.file(path)?.rejected(ids);
    this.rejections.fire(path);
  }

  /** The file was deleted because the user did not want what was made. */
  rejectFile(path: string): void {
    const ids = new Set(this.file(path)?.hunks.map(({ id }) => id));
    this.observer?.willDecide(path, ids, false);
    this.forget(path);
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

  /** Files that are followed: the one of this path, or those in the folder that it is. */
  pathsIn(path: string): readonly string[] {
    return [...this.files.keys()].filter((one) => one === path || one.startsWith(path + sep));
  }

  /** A file has another name, or the folder that it is in. */
  rename(from: string, to: string): void {
    for (const path of this.pathsIn(from)) {
      this.move(path, to + path.slice(from.length));
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

  private move(from: string, to: string): void {
    const review = this.files.get(from);
    if (review) {
      this.files.delete(from);
      this.files.set(to, review);
      this.observer?.didRename(from, to);
      this.tell(from);
      this.tell(to);
    }
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

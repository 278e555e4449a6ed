import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { EditReviews } from '../../core/edit/review/editReviews.ts';
import { FileReview } from '../../core/edit/review/fileReview.ts';
import { type KeptFile, keptReviews, keptReviewsKey } from './keptReviews.ts';

/** Quiet time before reviews are written: what they lie in must not have changed when they are read. */
const writeDebounceMs = 300;

/** VS Code warns of extensions that keep more than 512 kB of such state. */
const mostKeptCharacters = 200_000;

export interface ReviewStorageParts {
  readonly reviews: EditReviews;
  readonly state: Pick<vscode.Memento, 'get' | 'update'>;
  readonly readText: (path: string) => Promise<string>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** Keeps reviews over a reload of the window, as far as there is room. */
export class ReviewStorage implements Disposable {
  private readonly resources = new ResourceManager('reviewStorage');
  private readonly parts: ReviewStorageParts;
  private timer: Disposable | undefined;
  /** Before that, writing would lose what is kept. */
  private isRestored = false;

  constructor(parts: ReviewStorageParts) {
    this.parts = parts;
    this.resources.add(parts.reviews.onDidChange(() => this.writeSoon()));
  }

  /** Takes up what was kept. Answers with the files that have been changed since: those are let go. */
  async restore(): Promise<readonly string[]> {
    const { state, reviews, readText } = this.parts;
    const lost: string[] = [];
    for (const kept of keptReviews(state)) {
      const text = await readIfThere(readText, kept.path);
      const review = text === undefined ? undefined : FileReview.restore(kept, text, reviews.newId);
      if (review) {
        reviews.resume(kept.path, review);
      } else if (!reviews.file(kept.path)) {
        lost.push(kept.path);
      }
    }
    this.isRestored = true;
    this.writeSoon();
    return lost;
  }

  dispose(): void {
    if (this.timer) {
      this.write();
    }
    this.resources.dispose();
  }

  private writeSoon(): void {
    if (!this.isRestored) {
      return;
    }
    this.timer?.dispose();
    this.timer = this.parts.clock.setTimeout(() => this.write(), writeDebounceMs);
  }

  private write(): void {
    this.timer?.dispose();
    this.timer = undefined;
    const { reviews, state, onError } = this.parts;
    let room = mostKeptCharacters;
    const kept = reviews.paths().flatMap((path): readonly KeptFile[] => {
      const review = reviews.file(path)?.keep();
      if (!review) {
        return [];
      }
      const file = { ...review, path };
      room -= JSON.stringify(file).length;
      // Without its hash it fits no text, so that it is told as lost.
      return [room >= 0 ? file : { path, isNew: false, hash: '', hunks: [] }];
    });
    state.update(keptReviewsKey, kept).then(undefined, onError);
  }
}

/** Undefined where the file is gone, or is no text any more. */
async function readIfThere(
  readText: (path: string) => Promise<string>,
  path: string,
): Promise<string | undefined> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof UserError) {
      return undefined;
    }
    throw error;
  }
}

import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { EditReviews } from '../../core/edit/review/editReviews.ts';
import { FileReview } from '../../core/edit/review/fileReview.ts';
import type { KeptUserChanges, UserChanges } from '../../core/edit/review/userChanges.ts';
import { type KeptFile, keptReviews, keptReviewsKey, keptUserChangesKey } from './keptReviews.ts';

/** Quiet time before reviews are written: what they lie in must not have changed when they are read. */
const writeDebounceMs = 300;

/** VS Code warns of extensions that keep more than 512 kB of such state. */
const mostKeptCharacters = 200_000;

export interface ReviewStorageParts {
  readonly reviews: EditReviews;
  readonly userChanges: UserChanges;
  readonly state: Pick<vscode.Memento, 'get' | 'update'>;
  readonly readText: (path: string) => Promise<string>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** A file of which hunks were not found again. */
export interface LostReview {
  readonly path: string;
  /** How many there were, 0 where that was not kept, and how many are back. */
  readonly hunks: number;
  readonly found: number;
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
    this.resources.add(parts.userChanges.onDidTell(() => this.writeSoon()));
  }

  /** Takes up what was kept. Answers with what was not found again, because files were changed since. */
  async restore(): Promise<readonly LostReview[]> {
    const { state } = this.parts;
    const lost: LostReview[] = [];
    for (const kept of keptReviews(state)) {
      if (!this.parts.reviews.file(kept.path)) {
        lost.push(...(await this.restoreFile(kept)));
      }
    }
    const changes = state.get<KeptUserChanges>(keptUserChangesKey);
    if (changes) {
      this.parts.userChanges.resume(changes);
    }
    this.isRestored = true;
    this.writeSoon();
    return lost;
  }

  /** None where all of it is back. */
  private async restoreFile(kept: KeptFile): Promise<readonly LostReview[]> {
    const { reviews, readText } = this.parts;
    const { path, hunks } = kept;
    const text = await readIfThere(readText, path);
    const review = text === undefined ? undefined : FileReview.restore(kept, text, reviews.newId);
    const found = review?.hunks.length ?? 0;
    if (review && found > 0) {
      reviews.resume(path, review);
    }
    return found > 0 && found === hunks.length ? [] : [{ path, hunks: hunks.length, found }];
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
    state.update(keptUserChangesKey, this.parts.userChanges.keep()).then(undefined, onError);
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

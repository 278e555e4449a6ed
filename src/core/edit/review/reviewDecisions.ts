import type { FileChange } from '../../tools/workspace.ts';
import type { EditReviews } from './editReviews.ts';
import type { FileReview } from './fileReview.ts';

/** Hunks of files by their ids, by the files' paths. */
export type HunkSelection = ReadonlyMap<string, ReadonlySet<number>>;

/** The files as decisions need them. */
export interface ReviewedFiles {
  /** The text as the user sees it, with its own line ends. Throws `UserError` where there is none. */
  readText(path: string): Promise<string>;
  /** Applies all changes or none, as one step to undo, and puts nothing under review. */
  applyChanges(changes: readonly FileChange[]): Promise<void>;
  deleteFile(path: string): Promise<void>;
}

/** What rejecting would take away beyond what Slipstream wrote. */
export interface RejectionCost {
  /** Files that were made, and would be deleted. */
  readonly deleted: readonly string[];
  /** Files with hunks that somebody else has changed as well. */
  readonly touched: readonly string[];
}

/** A file that was deleted because its making was rejected. */
export interface DeletedFile {
  readonly path: string;
  readonly text: string;
}

/** Accepts and rejects hunks. */
export class ReviewDecisions {
  private readonly reviews: EditReviews;
  private readonly files: ReviewedFiles;

  constructor(reviews: EditReviews, files: ReviewedFiles) {
    this.reviews = reviews;
    this.files = files;
  }

  /** Every hunk of these files, or of all. */
  everyHunk(paths: readonly string[] = this.reviews.paths()): HunkSelection {
    return new Map(
      paths.map((path) => [path, new Set(this.reviews.file(path)?.hunks.map(({ id }) => id))]),
    );
  }

  /** The hunks stay as they are and wait no longer. */
  accept(selection: HunkSelection): void {
    for (const [path, ids] of selection) {
      this.reviews.accept(path, ids);
    }
  }

  costOfRejecting(selection: HunkSelection): RejectionCost {
    const chosen = [...selection].flatMap(([path, ids]) => {
      const review = this.reviews.file(path);
      return review ? [{ path, review, ids }] : [];
    });
    return {
      deleted: chosen.flatMap(({ path, review }) => (review.isNew ? [path] : [])),
      touched: chosen.flatMap(({ path, review, ids }) =>
        review.hunks.some(({ id, isTouched }) => isTouched && ids.has(id)) ? [path] : [],
      ),
    };
  }

  /**
   * Puts back what the hunks replaced, all in one step to undo, and deletes files that were made: these
   * it answers with, because no editor is left in which that could be undone.
   * Throws `UserError` and changes nothing where a file can't be written.
   */
  async reject(selection: HunkSelection): Promise<readonly DeletedFile[]> {
    const deleted: DeletedFile[] = [];
    await this.reviews.holding([...selection.keys()], async () => {
      const changes: FileChange[] = [];
      for (const [path, ids] of selection) {
        const review = this.reviews.file(path);
        if (review?.isNew) {
          deleted.push({ path, text: await this.files.readText(path) });
        } else if (review) {
          changes.push(...(await this.changeOf(path, review, ids)));
        }
      }
      if (changes.length > 0) {
        await this.files.applyChanges(changes);
      }
      for (const path of changes.map((change) => change.path)) {
        this.reviews.reject(path, selection.get(path) ?? new Set());
      }
      for (const { path } of deleted) {
        await this.files.deleteFile(path);
        this.reviews.rejectFile(path);
      }
    });
    return deleted;
  }

  private async changeOf(
    path: string,
    review: FileReview,
    ids: ReadonlySet<number>,
  ): Promise<readonly FileChange[]> {
    const before = await this.files.readText(path);
    review.moveTo(before);
    const after = review.without(ids, before);
    return after === before ? [] : [{ path, before, after }];
  }
}

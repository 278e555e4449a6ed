import { Emitter, type Event } from '../../../base/emitter.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import type { EditReviews, ReviewObserver } from './editReviews.ts';
import type { FileReview } from './fileReview.ts';

/** What became of a piece of an edit that the model believes to stand. */
export interface UserChange {
  readonly path: string;
  /**
   * `rejected`: it is gone, by rejection or Undo; `restored`: that was undone after it was told.
   * `deleted`: the file, which was made, is.
   */
  readonly kind: 'rejected' | 'restored' | 'changed' | 'deleted';
  /** The first lines of the piece as the model last knew it, without line ends. */
  readonly lines: readonly string[];
  /** The first lines of what stands there now. */
  readonly now: readonly string[];
}

/** What is kept of it over a reload of the window. JSON types only. */
export interface KeptUserChanges {
  /** Files and the turn that edited each last. */
  readonly owners: readonly (readonly [path: string, owner: TurnOfThread])[];
  readonly pending: readonly OwnedChange[];
}

export interface TurnOfThread {
  readonly threadId: string;
  readonly turnId: string;
}

interface OwnedChange {
  readonly owner: TurnOfThread;
  readonly change: UserChange;
}

/** A hunk as the model knows it. */
interface KnownHunk {
  readonly lines: readonly string[];
  readonly removed: readonly string[];
}

interface OwnedFile {
  /** Undefined where it was no thread's edit. */
  readonly owner: TurnOfThread | undefined;
  readonly isNew: boolean;
  readonly hunks: ReadonlyMap<number, KnownHunk>;
  /** The user's last word on hunks, with the lines that they had then. */
  readonly decisions: Map<
    number,
    { readonly isAccepted: boolean; readonly lines: readonly string[] }
  >;
}

/** Enough to know a piece again; a file that was made is one piece. */
const mostLines = 100;

/** More than anybody takes back between two messages; the oldest are not told of. */
const mostPending = 64;

/**
 * What the user rejects of the edits that threads made, and changes by typing within, until the
 * thread's model was told. The hunks are compared with how it knows them when a message is sent: what
 * was undone and done again in between is nothing to tell.
 */
export class UserChanges implements ReviewObserver, Disposable {
  private readonly tellings = new Emitter<void>();
  /** A thread's model was told. */
  readonly onDidTell: Event<void> = this.tellings.event;
  private readonly reviews: EditReviews;
  private readonly files = new Map<string, OwnedFile>();
  private pending: readonly OwnedChange[] = [];

  constructor(reviews: EditReviews) {
    this.reviews = reviews;
    reviews.observeWith(this);
  }

  /** A thread has edited the file: what becomes of its hunks is for that thread to know. */
  edited(path: string, owner: TurnOfThread): void {
    this.look(path, owner);
  }

  /** What this thread's model does not know yet, oldest first; nothing of these turns' edits. */
  of(threadId: string, exceptTurns: ReadonlySet<string> = new Set()): readonly UserChange[] {
    const isAsked = (owner: TurnOfThread | undefined): boolean =>
      owner?.threadId === threadId && !exceptTurns.has(owner.turnId);
    const current = [...this.files].flatMap(([path, file]) =>
      isAsked(file.owner) ? this.changesOf(path, file) : [],
    );
    const earlier = this.pending.filter(({ owner }) => isAsked(owner));
    return [...earlier.map(({ change }) => change), ...current];
  }

  /** The thread's model knows all that there is to know. */
  told(threadId: string): void {
    this.pending = this.pending.filter(({ owner }) => owner.threadId !== threadId);
    for (const [path, file] of [...this.files]) {
      if (file.owner?.threadId === threadId) {
        this.look(path, file.owner);
      }
    }
    this.tellings.fire();
  }

  /** These turns are no longer part of their thread: its model knows nothing of their edits. */
  forgetTurns(turnIds: ReadonlySet<string>): void {
    this.pending = this.pending.filter(({ owner }) => !turnIds.has(owner.turnId));
    for (const [path, { owner }] of [...this.files]) {
      if (owner && turnIds.has(owner.turnId)) {
        this.files.delete(path);
      }
    }
    this.tellings.fire();
  }

  dispose(): void {
    this.tellings.dispose();
    this.files.clear();
  }

  keep(): KeptUserChanges {
    const owners: (readonly [string, TurnOfThread])[] = [];
    let pending = this.pending;
    for (const [path, file] of this.files) {
      if (file.owner) {
        owners.push([path, file.owner]);
        pending = this.pendingWith(pending, path, file);
      }
    }
    return { owners, pending };
  }

  /** Takes up what was kept, once the reviews were. */
  resume({ owners, pending }: KeptUserChanges): void {
    this.pending = [...pending, ...this.pending];
    for (const [path, owner] of owners) {
      if (!this.files.has(path)) {
        this.look(path, owner);
      }
    }
  }

  willRecord(path: string): void {
    const file = this.files.get(path);
    if (file) {
      this.pending = this.pendingWith(this.pending, path, file);
    }
  }

  /** Whose edit it was is told afterwards, if it was a thread's. */
  didRecord(path: string): void {
    this.look(path, undefined);
  }

  willDecide(path: string, ids: ReadonlySet<number>, isAccepted: boolean): void {
    const review = this.reviews.file(path);
    for (const hunk of review?.hunks ?? []) {
      if (review && ids.has(hunk.id)) {
        this.files.get(path)?.decisions.set(hunk.id, { isAccepted, lines: review.linesOf(hunk) });
      }
    }
  }

  didRename(from: string, to: string): void {
    const file = this.files.get(from);
    if (file) {
      this.files.delete(from);
      this.files.set(to, file);
    }
  }

  private pendingWith(
    pending: readonly OwnedChange[],
    path: string,
    file: OwnedFile,
  ): readonly OwnedChange[] {
    const { owner } = file;
    const changes = owner ? this.changesOf(path, file).map((change) => ({ owner, change })) : [];
    return [...pending, ...changes].slice(-mostPending);
  }

  private look(path: string, owner: TurnOfThread | undefined): void {
    if (!this.reviews.isKnown(path)) {
      this.files.delete(path);
      return;
    }
    const hunks = new Map<number, KnownHunk>();
    const review = this.reviews.file(path);
    for (const hunk of review?.hunks ?? []) {
      hunks.set(hunk.id, { lines: review?.linesOf(hunk) ?? [], removed: hunk.removed });
    }
    const isNew = review?.isNew ?? false;
    this.files.set(path, { owner, isNew, hunks, decisions: new Map() });
  }

  private changesOf(path: string, file: OwnedFile): readonly UserChange[] {
    return this.wholeChangesOf(path, file).map((change) => ({
      ...change,
      lines: change.lines.slice(0, mostLines),
      now: change.now.slice(0, mostLines),
    }));
  }

  private wholeChangesOf(path: string, file: OwnedFile): readonly UserChange[] {
    const review = this.reviews.file(path);
    const back =
      review?.hunks.filter(({ id, isTouched }) => !isTouched && !file.hunks.has(id)) ?? [];
    return [
      ...this.changesOfKnown(path, file),
      ...back.map((hunk): UserChange => {
        const now = review?.linesOf(hunk) ?? [];
        return { path, kind: 'restored', lines: hunk.removed, now };
      }),
    ];
  }

  private changesOfKnown(
    path: string,
    { isNew, hunks, decisions }: OwnedFile,
  ): readonly UserChange[] {
    const review = this.reviews.file(path);
    return [...hunks].flatMap(([id, { lines, removed }]): readonly UserChange[] => {
      const hunk = review?.hunks.find((one) => one.id === id);
      const decision = decisions.get(id);
      if (hunk && review) {
        return changed(path, lines, review.linesOf(hunk));
      }
      if (decision?.isAccepted) {
        return changed(path, lines, decision.lines);
      }
      if (isNew && decision) {
        return [{ path, kind: 'deleted', lines, now: [] }];
      }
      // It may be part of another by now, and of a file that is gone nothing is known.
      const isGone = decision ?? (this.reviews.isKnown(path) && !isWithin(removed, review));
      return isGone ? [{ path, kind: 'rejected', lines, now: removed }] : [];
    });
  }
}

function changed(
  path: string,
  lines: readonly string[],
  now: readonly string[],
): readonly UserChange[] {
  const isSame = lines.length === now.length && lines.every((line, at) => line === now[at]);
  return isSame ? [] : [{ path, kind: 'changed', lines, now }];
}

/** Whether some hunk that was touched has replaced these lines among others. */
function isWithin(removed: readonly string[], review: FileReview | undefined): boolean {
  const wanted = `\n${removed.join('\n')}\n`;
  return (review?.hunks ?? []).some(
    (hunk) =>
      hunk.isTouched &&
      hunk.removed.length > removed.length &&
      `\n${hunk.removed.join('\n')}\n`.includes(removed.length === 0 ? '' : wanted),
  );
}

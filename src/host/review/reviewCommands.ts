import { UserError } from '../../base/errors.ts';
import type { DeletedFile, HunkSelection } from '../../core/edit/review/reviewDecisions.ts';
import type { ReviewAction } from '../../shared/views.ts';
import { fileName } from '../editPreviews.ts';
import type { VsCodeWorkspace } from '../vscodeWorkspace.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import type { BaselineDocuments } from './baselineDocuments.ts';
import { type Place, ReviewNavigation } from './reviewNavigation.ts';

export interface ReviewCommandParts {
  readonly workspace: VsCodeWorkspace;
  readonly folders: WorkspaceFolders;
  readonly baselines: BaselineDocuments;
  /** Asks the user; `label` is the button that goes ahead. */
  readonly confirm: (message: string, detail: string, label: string) => Promise<boolean>;
  /** Tells of something with a button that does something about it. */
  readonly offer: (message: string, label: string, act: () => Promise<void>) => void;
}

/** What the user does about edits under review, from the editor, the palette and the panel. */
export class ReviewCommands {
  private readonly parts: ReviewCommandParts;
  private readonly navigation: ReviewNavigation;
  private last: Promise<void> = Promise.resolve();

  constructor(parts: ReviewCommandParts) {
    this.parts = parts;
    this.navigation = new ReviewNavigation(parts.workspace.reviews, parts.folders);
  }

  /** Goes to the hunk after the cursor, and from the last one of a file to the next file. */
  next(): Promise<void> {
    return this.inTurn(() => this.navigation.go(1));
  }

  previous(): Promise<void> {
    return this.inTurn(() => this.navigation.go(-1));
  }

  /** Without arguments: the hunk at the cursor; then goes on to the next one. */
  acceptHunk(path: unknown, id: unknown): Promise<void> {
    return this.inTurn(async () => {
      const place = this.hunkOf(path, id);
      this.parts.workspace.decisions.accept(selectionOf(place));
      await this.goOn(id, place);
    });
  }

  rejectHunk(path: unknown, id: unknown): Promise<void> {
    return this.inTurn(async () => {
      const place = this.hunkOf(path, id);
      if (await this.reject(selectionOf(place))) {
        await this.goOn(id, place);
      }
    });
  }

  async acceptFile(path: unknown): Promise<void> {
    this.parts.workspace.decisions.accept(
      this.parts.workspace.decisions.everyHunk([this.fileOf(path)]),
    );
  }

  async rejectFile(path: unknown): Promise<void> {
    await this.reject(this.parts.workspace.decisions.everyHunk([this.fileOf(path)]));
  }

  async acceptAll(): Promise<void> {
    this.parts.workspace.decisions.accept(this.allHunks());
  }

  async rejectAll(): Promise<void> {
    await this.reject(this.allHunks());
  }

  async showChanges(path: unknown): Promise<void> {
    await this.parts.baselines.show(this.fileOf(path));
  }

  /** From the panel's list; without a path about all files. */
  async act(action: ReviewAction, path: string | undefined): Promise<void> {
    if (action === 'open') {
      await this.navigation.open(this.fileOf(path));
    } else if (action === 'accept') {
      await (path === undefined ? this.acceptAll() : this.acceptFile(path));
    } else {
      await (path === undefined ? this.rejectAll() : this.rejectFile(path));
    }
  }

  /** Keys may come quicker than a file is written: each finds the cursor where the one before left it. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work, work);
    this.last = turn;
    return turn;
  }

  private allHunks(): HunkSelection {
    const all = this.parts.workspace.decisions.everyHunk();
    if (all.size === 0) {
      throw new UserError('No changes wait for review.');
    }
    return all;
  }

  /** False where the user thought better of it. */
  private async reject(selection: HunkSelection): Promise<boolean> {
    const { deleted, touched } = this.parts.workspace.decisions.costOfRejecting(selection);
    const isMeant =
      (deleted.length === 0 && touched.length === 0) ||
      (await this.parts.confirm(...question(deleted, touched)));
    if (isMeant) {
      this.offerBack(await this.parts.workspace.decisions.reject(selection));
    }
    return isMeant;
  }

  /** A deleted file has no editor in which Undo would bring it back. */
  private offerBack(deleted: readonly DeletedFile[]): void {
    if (deleted.length > 0) {
      const { workspace, offer } = this.parts;
      const changes = deleted.map(({ path, text }) => ({ path, before: undefined, after: text }));
      offer(`Deleted ${names(deleted.map(({ path }) => path))}.`, 'Undo', () =>
        workspace.applyChanges(changes),
      );
    }
  }

  private fileOf(path: unknown): string {
    const chosen = typeof path === 'string' ? path : this.navigation.activePath();
    if (chosen === undefined || !this.parts.workspace.reviews.file(chosen)) {
      throw new UserError('This file has no changes that wait for review.');
    }
    return chosen;
  }

  private hunkOf(path: unknown, id: unknown): Place {
    const file = this.fileOf(path);
    if (typeof id !== 'number') {
      return this.navigation.atCursor() ?? noHunk('Put the cursor into a change first.');
    }
    const hunk = this.parts.workspace.reviews.file(file)?.hunks.find((one) => one.id === id);
    return hunk ? { path: file, hunk } : noHunk('This change no longer waits for review.');
  }

  /** By keyboard one goes from change to change; whoever clicks has chosen where to look. */
  private async goOn(id: unknown, place: Place): Promise<void> {
    if (id === undefined) {
      await this.navigation.goOn(place);
    }
  }
}

function selectionOf({ path, hunk }: Place): HunkSelection {
  return new Map([[path, new Set([hunk.id])]]);
}

function noHunk(message: string): never {
  throw new UserError(message);
}

function question(
  deleted: readonly string[],
  touched: readonly string[],
): readonly [string, string, string] {
  const changed = touched.filter((path) => !deleted.includes(path));
  const both = touched.filter((path) => deleted.includes(path));
  const detail = [
    ...(deleted.length > 0
      ? [deleted.length === 1 ? 'Slipstream made this file.' : 'Slipstream made these files.']
      : []),
    ...(both.length > 0 ? [`What was added to ${names(both)} since goes as well.`] : []),
    ...(changed.length > 0
      ? [`Some of these lines in ${names(changed)} have been changed since. That goes as well.`]
      : []),
    'Undo brings it back.',
  ].join(' ');
  return deleted.length > 0
    ? [`Delete ${names(deleted)}?`, detail, 'Delete']
    : [`Reject changes in ${names(changed)}?`, detail, 'Reject'];
}

function names(paths: readonly string[]): string {
  return paths.map(fileName).join(', ');
}

import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { EditReviews } from '../../core/edit/review/editReviews.ts';
import type { HunkSelection, ReviewDecisions } from '../../core/edit/review/reviewDecisions.ts';
import type { ReviewHunk } from '../../core/edit/review/reviewHunk.ts';
import type { ReviewAction } from '../../shared/views.ts';
import { fileName } from '../editPreviews.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import type { BaselineDocuments } from './baselineDocuments.ts';
import { shownLine } from './reviewDecorations.ts';

export interface ReviewCommandParts {
  readonly reviews: EditReviews;
  readonly decisions: ReviewDecisions;
  readonly folders: WorkspaceFolders;
  readonly baselines: BaselineDocuments;
  /** Asks the user; `label` is the button that goes ahead. */
  readonly confirm: (message: string, detail: string, label: string) => Promise<boolean>;
}

/** A hunk and where it is. */
interface Place {
  readonly path: string;
  readonly hunk: ReviewHunk;
}

/** What the user does about edits under review, from the editor, the palette and the panel. */
export class ReviewCommands {
  private readonly parts: ReviewCommandParts;

  constructor(parts: ReviewCommandParts) {
    this.parts = parts;
  }

  /** Goes to the hunk after the cursor, and from the last one of a file to the next file. */
  async next(): Promise<void> {
    await this.go(1);
  }

  async previous(): Promise<void> {
    await this.go(-1);
  }

  /** Without arguments: the hunk at the cursor; then goes on to the next one. */
  async acceptHunk(path: unknown, id: unknown): Promise<void> {
    const place = this.hunkOf(path, id);
    this.parts.decisions.accept(selectionOf(place));
    await this.goOn(id, place);
  }

  async rejectHunk(path: unknown, id: unknown): Promise<void> {
    const place = this.hunkOf(path, id);
    if (await this.reject(selectionOf(place))) {
      await this.goOn(id, place);
    }
  }

  async acceptFile(path: unknown): Promise<void> {
    this.parts.decisions.accept(this.parts.decisions.everyHunk([this.fileOf(path)]));
  }

  async rejectFile(path: unknown): Promise<void> {
    await this.reject(this.parts.decisions.everyHunk([this.fileOf(path)]));
  }

  async acceptAll(): Promise<void> {
    this.parts.decisions.accept(this.allHunks());
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
      await this.open(this.fileOf(path));
    } else if (action === 'accept') {
      await (path === undefined ? this.acceptAll() : this.acceptFile(path));
    } else {
      await (path === undefined ? this.rejectAll() : this.rejectFile(path));
    }
  }

  /** Opens a file at its first hunk. */
  private async open(path: string): Promise<void> {
    const hunk = this.parts.reviews.file(path)?.hunks[0];
    if (hunk) {
      await this.reveal({ path, hunk });
    }
  }

  private allHunks(): HunkSelection {
    const all = this.parts.decisions.everyHunk();
    if (all.size === 0) {
      throw new UserError('No changes wait for review.');
    }
    return all;
  }

  /** False where the user thought better of it. */
  private async reject(selection: HunkSelection): Promise<boolean> {
    const { deleted, touched } = this.parts.decisions.costOfRejecting(selection);
    const isMeant =
      (deleted.length === 0 && touched.length === 0) ||
      (await this.parts.confirm(...question(deleted, touched)));
    if (isMeant) {
      await this.parts.decisions.reject(selection);
    }
    return isMeant;
  }

  private fileOf(path: unknown): string {
    const active = vscode.window.activeTextEditor;
    const chosen =
      typeof path === 'string' ? path : active && this.parts.folders.pathOf(active.document.uri);
    if (chosen === undefined || !this.parts.reviews.file(chosen)) {
      throw new UserError('This file has no changes that wait for review.');
    }
    return chosen;
  }

  private hunkOf(path: unknown, id: unknown): Place {
    const file = this.fileOf(path);
    const hunks = this.parts.reviews.file(file)?.hunks ?? [];
    const hunk =
      typeof id === 'number' ? hunks.find((one) => one.id === id) : hunks.find(isAtCursor);
    if (!hunk) {
      throw new UserError(
        typeof id === 'number'
          ? 'This change no longer waits for review.'
          : 'Put the cursor into a change first: Next change goes to one.',
      );
    }
    return { path: file, hunk };
  }

  /** By keyboard one goes from change to change; whoever clicks has chosen where to look. */
  private async goOn(id: unknown, { hunk }: Place): Promise<void> {
    if (id === undefined && this.parts.reviews.paths().length > 0) {
      await this.go(1, hunk.start);
    }
  }

  /** @param from The line to start from; the cursor's, if left out. */
  private async go(step: 1 | -1, from?: number): Promise<void> {
    const place = this.inThisFile(step, from) ?? this.inNextFile(step);
    if (!place) {
      throw new UserError('No changes wait for review.');
    }
    await this.reveal(place);
  }

  private inThisFile(step: 1 | -1, from: number | undefined): Place | undefined {
    const editor = vscode.window.activeTextEditor;
    const path = editor && this.parts.folders.pathOf(editor.document.uri);
    if (!editor || path === undefined) {
      return undefined;
    }
    const hunks = this.parts.reviews.file(path)?.hunks ?? [];
    const cursor = editor.selection.active.line;
    const hunk =
      step === 1
        ? hunks.find(({ start }) => (from === undefined ? start > cursor : start >= from))
        : hunks.findLast(({ start, count }) => Math.max(start + count, start + 1) <= cursor);
    return hunk && { path, hunk };
  }

  /** The first hunk of the file after the one in view, or the last of the one before. Wraps around. */
  private inNextFile(step: 1 | -1): Place | undefined {
    const { reviews, folders } = this.parts;
    const paths = reviews.paths();
    const editor = vscode.window.activeTextEditor;
    const current = editor ? paths.indexOf(folders.pathOf(editor.document.uri) ?? '') : -1;
    const start = current < 0 && step === -1 ? 0 : current;
    const path = paths.at((start + step) % paths.length);
    const hunk = path === undefined ? undefined : reviews.file(path)?.hunks.at(step === 1 ? 0 : -1);
    return path !== undefined && hunk ? { path, hunk } : undefined;
  }

  private async reveal({ path, hunk }: Place): Promise<void> {
    const active = vscode.window.activeTextEditor;
    const isShown = active && this.parts.folders.pathOf(active.document.uri) === path;
    const editor = isShown
      ? active
      : await vscode.window.showTextDocument(this.parts.folders.uriOf(path));
    const line = shownLine(hunk, editor.document.lineCount);
    const last = Math.max(line, hunk.start + hunk.count - 1);
    editor.selection = new vscode.Selection(line, 0, line, 0);
    editor.revealRange(
      new vscode.Range(line, 0, last, 0),
      vscode.TextEditorRevealType.InCenterIfOutsideViewport,
    );
  }
}

function selectionOf({ path, hunk }: Place): HunkSelection {
  return new Map([[path, new Set([hunk.id])]]);
}

/** The cursor stands in the hunk, or at the place from which its lines were taken. */
function isAtCursor(hunk: ReviewHunk): boolean {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    return false;
  }
  const { line } = editor.selection.active;
  const first = shownLine(hunk, editor.document.lineCount);
  return first <= line && line <= Math.max(first, hunk.start + hunk.count - 1);
}

function question(
  deleted: readonly string[],
  touched: readonly string[],
): readonly [string, string, string] {
  const made = deleted.map(fileName).join(', ');
  const changed = touched.filter((path) => !deleted.includes(path)).map(fileName);
  const both = touched.filter((path) => deleted.includes(path)).map(fileName);
  const detail = [
    ...(deleted.length > 0 ? ['Slipstream made it, so rejecting it deletes it.'] : []),
    ...(both.length > 0 ? [`What you added to ${both.join(', ')} goes with it.`] : []),
    ...(changed.length > 0
      ? [`You have changed some of these lines in ${changed.join(', ')}. Those changes go as well.`]
      : []),
    'Undo brings all of it back.',
  ].join(' ');
  return deleted.length > 0
    ? [`Delete ${made}?`, detail, 'Delete']
    : [`Reject changes in ${changed.join(', ')}?`, detail, 'Reject'];
}

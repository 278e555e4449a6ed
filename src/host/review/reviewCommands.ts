import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { DeletedFile, HunkSelection } from '../../core/edit/review/reviewDecisions.ts';
import type { ReviewHunk } from '../../core/edit/review/reviewHunk.ts';
import type { ReviewAction } from '../../shared/views.ts';
import { fileName } from '../editPreviews.ts';
import type { VsCodeWorkspace } from '../vscodeWorkspace.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import type { BaselineDocuments } from './baselineDocuments.ts';
import { shownLine } from './reviewDecorations.ts';

export interface ReviewCommandParts {
  readonly workspace: VsCodeWorkspace;
  readonly folders: WorkspaceFolders;
  readonly baselines: BaselineDocuments;
  /** Asks the user; `label` is the button that goes ahead. */
  readonly confirm: (message: string, detail: string, label: string) => Promise<boolean>;
  /** Tells of something with a button that does something about it. */
  readonly offer: (message: string, label: string, act: () => Promise<void>) => void;
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
    this.parts.workspace.decisions.accept(selectionOf(place));
    await this.goOn(id, place);
  }

  async rejectHunk(path: unknown, id: unknown): Promise<void> {
    const place = this.hunkOf(path, id);
    if (await this.reject(selectionOf(place))) {
      await this.goOn(id, place);
    }
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
      await this.open(this.fileOf(path));
    } else if (action === 'accept') {
      await (path === undefined ? this.acceptAll() : this.acceptFile(path));
    } else {
      await (path === undefined ? this.rejectAll() : this.rejectFile(path));
    }
  }

  /** Opens a file at its first hunk. */
  private async open(path: string): Promise<void> {
    const hunk = this.parts.workspace.reviews.file(path)?.hunks[0];
    if (hunk) {
      await this.reveal({ path, hunk });
    }
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
    const active = vscode.window.activeTextEditor;
    const chosen =
      typeof path === 'string' ? path : active && this.parts.folders.pathOf(active.document.uri);
    if (chosen === undefined || !this.parts.workspace.reviews.file(chosen)) {
      throw new UserError('This file has no changes that wait for review.');
    }
    return chosen;
  }

  private hunkOf(path: unknown, id: unknown): Place {
    const file = this.fileOf(path);
    const hunks = this.parts.workspace.reviews.file(file)?.hunks ?? [];
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
    if (id === undefined && this.parts.workspace.reviews.paths().length > 0) {
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
    const hunks = this.parts.workspace.reviews.file(path)?.hunks ?? [];
    const cursor = editor.selection.active.line;
    const hunk =
      step === 1
        ? hunks.find(({ start }) => (from === undefined ? start > cursor : start >= from))
        : hunks.findLast(({ start, count }) => Math.max(start + count, start + 1) <= cursor);
    return hunk && { path, hunk };
  }

  /** The first hunk of the file after the one in view, or the last of the one before. Wraps around. */
  private inNextFile(step: 1 | -1): Place | undefined {
    const { folders, workspace } = this.parts;
    const { reviews } = workspace;
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

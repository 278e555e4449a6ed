import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { EditReviews } from '../../core/edit/review/editReviews.ts';
import type { ReviewHunk } from '../../core/edit/review/reviewHunk.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import { shownLine } from './reviewDecorations.ts';

/** A hunk and where it is. */
export interface Place {
  readonly path: string;
  readonly hunk: ReviewHunk;
}

/** Where the cursor goes next; -1 goes back. */
export type Step = 1 | -1;

/** Goes from hunk to hunk, within a file and from file to file. */
export class ReviewNavigation {
  private readonly reviews: EditReviews;
  private readonly folders: WorkspaceFolders;

  constructor(reviews: EditReviews, folders: WorkspaceFolders) {
    this.reviews = reviews;
    this.folders = folders;
  }

  /** Goes to the hunk after the cursor or before it, or to that of the next file. Wraps around. */
  async go(step: Step): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    await this.goFrom(step, editor?.selection.active.line ?? 0);
  }

  /** Goes on from a hunk that was decided on, where any is left. */
  async goOn({ hunk }: Place): Promise<void> {
    if (this.reviews.paths().length > 0) {
      await this.goFrom(1, hunk.start - 1);
    }
  }

  /** Opens a file at its first hunk, with the focus there. */
  async open(path: string): Promise<void> {
    const hunk = this.reviews.file(path)?.hunks[0];
    if (hunk) {
      show(await vscode.window.showTextDocument(this.folders.uriOf(path)), hunk);
    }
  }

  /** The file in the active editor. */
  activePath(): string | undefined {
    const editor = vscode.window.activeTextEditor;
    return editor && this.folders.pathOf(editor.document.uri);
  }

  /** The hunk that the cursor stands in, or at the place from which its lines were taken. */
  atCursor(): Place | undefined {
    const [editor, path] = [vscode.window.activeTextEditor, this.activePath()];
    if (!editor || path === undefined) {
      return undefined;
    }
    const { line } = editor.selection.active;
    const hunk = this.reviews.file(path)?.hunks.find((one) => {
      const [first, last] = shownLines(one, editor.document.lineCount);
      return first <= line && line <= last;
    });
    return hunk && { path, hunk };
  }

  private async goFrom(step: Step, line: number): Promise<void> {
    const place = this.inThisFile(step, line) ?? this.inNextFile(step);
    if (!place) {
      throw new UserError('No changes wait for review.');
    }
    const active = vscode.window.activeTextEditor;
    if (active && this.activePath() === place.path) {
      show(active, place.hunk);
    } else {
      show(await vscode.window.showTextDocument(this.folders.uriOf(place.path)), place.hunk);
    }
  }

  private inThisFile(step: Step, line: number): Place | undefined {
    const [editor, path] = [vscode.window.activeTextEditor, this.activePath()];
    if (!editor || path === undefined) {
      return undefined;
    }
    const { lineCount } = editor.document;
    const hunks = this.reviews.file(path)?.hunks ?? [];
    const hunk =
      step === 1
        ? hunks.find((one) => shownLines(one, lineCount)[0] > line)
        : hunks.findLast((one) => shownLines(one, lineCount)[1] < line);
    return hunk && { path, hunk };
  }

  private inNextFile(step: Step): Place | undefined {
    const paths = this.reviews.paths();
    const current = paths.indexOf(this.activePath() ?? '');
    const start = current < 0 && step === -1 ? 0 : current;
    const path = paths.at((start + step) % paths.length);
    const hunks = path === undefined ? undefined : this.reviews.file(path)?.hunks;
    const hunk = hunks?.at(step === 1 ? 0 : -1);
    return path !== undefined && hunk ? { path, hunk } : undefined;
  }
}

function show(editor: vscode.TextEditor, hunk: ReviewHunk): void {
  const [first, last] = shownLines(hunk, editor.document.lineCount);
  editor.selection = new vscode.Selection(first, 0, first, 0);
  editor.revealRange(
    new vscode.Range(first, 0, last, 0),
    vscode.TextEditorRevealType.InCenterIfOutsideViewport,
  );
}

/** The first and the last line at which a hunk is shown. */
function shownLines(hunk: ReviewHunk, lineCount: number): readonly [number, number] {
  const first = shownLine(hunk, lineCount);
  return [first, Math.max(first, hunk.start + hunk.count - 1)];
}

import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { EditReviews } from '../../core/edit/review/editReviews.ts';
import type { FileReview } from '../../core/edit/review/fileReview.ts';
import type { ReviewHunk } from '../../core/edit/review/reviewHunk.ts';
import { countsOf } from '../../core/edit/review/reviewView.ts';
import { type CommandName, commandId } from '../commandTable.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import { shownLine } from './reviewDecorations.ts';

/** What can be done with each hunk, above it, and with all of a file, at its top. */
export class ReviewLenses implements vscode.CodeLensProvider, Disposable {
  readonly onDidChangeCodeLenses: vscode.Event<void>;
  private readonly resources = new ResourceManager('reviewLenses');
  private readonly changes: vscode.EventEmitter<void>;
  private readonly reviews: EditReviews;
  private readonly folders: WorkspaceFolders;

  constructor(reviews: EditReviews, folders: WorkspaceFolders) {
    this.reviews = reviews;
    this.folders = folders;
    this.changes = this.resources.add(new vscode.EventEmitter<void>());
    this.onDidChangeCodeLenses = this.changes.event;
    this.resources.add(vscode.languages.registerCodeLensProvider({ scheme: 'file' }, this));
  }

  /** Hunks have changed: VS Code asks anew. */
  refresh(): void {
    this.changes.fire();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const path = this.folders.pathOf(document.uri);
    const review = path === undefined ? undefined : this.reviews.file(path);
    if (path === undefined || !review) {
      return [];
    }
    const hunks = review.isNew ? [] : review.hunks;
    return [
      ...fileLenses(path, review),
      ...hunks.flatMap((hunk) => hunkLenses(path, review, hunk, document.lineCount)),
    ];
  }

  dispose(): void {
    this.resources.dispose();
  }
}

function fileLenses(path: string, review: FileReview): vscode.CodeLens[] {
  const count = review.hunks.length;
  const changes = count === 1 ? '1 change' : `${count} changes`;
  return [
    lens(0, 'Accept file', 'acceptFile', path),
    lens(0, review.isNew ? 'Delete file' : 'Reject file', 'rejectFile', path),
    lens(0, review.isNew ? 'New file' : changes, 'showChanges', path),
  ];
}

function hunkLenses(
  path: string,
  review: FileReview,
  hunk: ReviewHunk,
  lineCount: number,
): vscode.CodeLens[] {
  const line = shownLine(hunk, lineCount);
  // At the top of the file they stand beside those for all of it.
  const what = line === 0 ? ' change' : '';
  return [
    lens(line, `Accept${what}`, 'acceptChange', path, hunk.id),
    lens(line, `Reject${what}`, 'rejectChange', path, hunk.id),
    lens(line, `Show changes (${figures(hunk, review.linesOf(hunk))})`, 'showChanges', path),
  ];
}

function figures(hunk: ReviewHunk, lines: readonly string[]): string {
  const { added, removed } = countsOf(hunk, lines);
  const parts = [...(added > 0 ? [`+${added}`] : []), ...(removed > 0 ? [`−${removed}`] : [])];
  return hunk.isTouched ? `${parts.join(' ')}, changed since` : parts.join(' ');
}

function lens(
  line: number,
  title: string,
  command: CommandName,
  ...args: readonly unknown[]
): vscode.CodeLens {
  return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
    title,
    command: commandId(command),
    arguments: [...args],
  });
}

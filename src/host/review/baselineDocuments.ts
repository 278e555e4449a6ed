import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { EditReviews } from '../../core/edit/review/editReviews.ts';
import { fileName } from '../editPreviews.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';

const scheme = 'slipstream-baseline';

/** What files under review would be without their hunks, for the left side of VS Code's diff editor. */
export class BaselineDocuments implements vscode.TextDocumentContentProvider, Disposable {
  readonly onDidChange: vscode.Event<vscode.Uri>;
  private readonly resources = new ResourceManager('baselineDocuments');
  private readonly changes: vscode.EventEmitter<vscode.Uri>;
  private readonly reviews: EditReviews;
  private readonly folders: WorkspaceFolders;

  constructor(reviews: EditReviews, folders: WorkspaceFolders) {
    this.reviews = reviews;
    this.folders = folders;
    this.changes = this.resources.add(new vscode.EventEmitter<vscode.Uri>());
    this.onDidChange = this.changes.event;
    this.resources.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    // An address has its drive in small letters, as which a path need not have it.
    const path = this.reviews.paths().find((one) => uriOf(one).toString() === uri.toString());
    return (path === undefined ? undefined : this.reviews.file(path))?.baseline() ?? '';
  }

  /** Opens the file beside what it would be without the hunks. The file's side can be edited. */
  async show(path: string): Promise<void> {
    await vscode.commands.executeCommand(
      'vscode.diff',
      uriOf(path),
      this.folders.uriOf(path),
      `${fileName(path)} (changes to review)`,
    );
  }

  /** The hunks of a file have changed. A diff that has nothing left to show is closed. */
  async refresh(path: string): Promise<void> {
    if (this.reviews.file(path)) {
      this.changes.fire(uriOf(path));
      return;
    }
    const left = uriOf(path).toString();
    const tabs = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(
        ({ input }) =>
          input instanceof vscode.TabInputTextDiff && input.original.toString() === left,
      );
    if (tabs.length > 0) {
      await vscode.window.tabGroups.close(tabs);
    }
  }

  dispose(): void {
    this.resources.dispose();
  }
}

function uriOf(path: string): vscode.Uri {
  return vscode.Uri.file(path).with({ scheme });
}

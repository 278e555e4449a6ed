import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { EditReviews } from '../../core/edit/review/editReviews.ts';
import type { TextEdit } from '../../core/edit/review/textEdit.ts';
import type { VsCodeWorkspace } from '../vscodeWorkspace.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';

export interface ReviewTrackingParts {
  readonly workspace: VsCodeWorkspace;
  readonly folders: WorkspaceFolders;
  readonly onError: (error: unknown) => void;
}

/** Tells the reviews of all that happens to their files: in editors, on disk, by whomever. */
export class ReviewTracking implements Disposable {
  private readonly resources = new ResourceManager('reviewTracking');
  private readonly parts: ReviewTrackingParts;
  private readonly reviews: EditReviews;

  constructor(parts: ReviewTrackingParts) {
    this.parts = parts;
    this.reviews = parts.workspace.reviews;
    const { workspace } = vscode;
    this.resources.add(workspace.onDidChangeTextDocument((event) => this.follow(event)));
    this.resources.add(workspace.onDidOpenTextDocument((document) => this.opened(document)));
    this.resources.add(workspace.onDidCloseTextDocument(({ uri }) => this.look(uri)));
    this.resources.add(
      workspace.onDidDeleteFiles(({ files }) => {
        for (const uri of files) {
          this.look(uri);
        }
      }),
    );
    this.resources.add(workspace.onDidRenameFiles(({ files }) => this.renamed(files)));
    this.resources.add(
      parts.workspace.onDidChangeFile((changed) => {
        for (const path of this.reviews.pathsIn(changed)) {
          if (!this.isOpen(path)) {
            this.read(path);
          }
        }
      }),
    );
  }

  dispose(): void {
    this.resources.dispose();
  }

  private follow({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    const path = this.parts.folders.pathOf(document.uri);
    if (path === undefined || contentChanges.length === 0) {
      return;
    }
    this.reviews.follow(path, {
      edits: contentChanges.map(toTextEdit),
      isUndoOrRedo: reason !== undefined,
      lineCount: document.lineCount,
      text: () => document.getText(),
    });
  }

  /** It may have been written by other programs while no editor showed it. */
  private opened(document: vscode.TextDocument): void {
    const path = this.parts.folders.pathOf(document.uri);
    if (path !== undefined && this.reviews.file(path)) {
      this.reviews.moveTo(path, document.getText());
    }
  }

  private renamed(files: readonly { readonly oldUri: vscode.Uri; readonly newUri: vscode.Uri }[]) {
    const { folders } = this.parts;
    for (const { oldUri, newUri } of files) {
      const [from, to] = [folders.pathOf(oldUri), folders.pathOf(newUri)];
      if (from !== undefined && to !== undefined) {
        this.reviews.rename(from, to);
      }
    }
  }

  /** A file is what the disk says, where no document speaks for it any more, as are all in a folder. */
  private look(uri: vscode.Uri): void {
    const path = this.parts.folders.pathOf(uri);
    for (const one of path === undefined ? [] : this.reviews.pathsIn(path)) {
      this.read(one);
    }
  }

  /** VS Code tells of a document's changes itself; of other files only that something happened. */
  private read(path: string): void {
    if (this.reviews.file(path)) {
      this.readNow(path).catch(this.parts.onError);
    }
  }

  private async readNow(path: string): Promise<void> {
    try {
      this.reviews.moveTo(path, (await this.parts.workspace.readText(path)).text);
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      this.reviews.forget(path);
    }
  }

  private isOpen(path: string): boolean {
    return vscode.workspace.textDocuments.some(
      ({ uri, isClosed }) => !isClosed && this.parts.folders.pathOf(uri) === path,
    );
  }
}

function toTextEdit({ range, text }: vscode.TextDocumentContentChangeEvent): TextEdit {
  return {
    startLine: range.start.line,
    startCharacter: range.start.character,
    endLine: range.end.line,
    endCharacter: range.end.character,
    text,
  };
}

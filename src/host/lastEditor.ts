import * as vscode from 'vscode';
import type { Disposable } from '../base/lifecycle.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

/**
 * Which file the user looked at last in a text editor. VS Code names no active one while something
 * else, such as a preview, has the place of the text.
 */
export class LastEditor implements Disposable {
  private readonly folders: WorkspaceFolders;
  private readonly listener: vscode.Disposable;
  private document: vscode.TextDocument | undefined;

  constructor(folders: WorkspaceFolders) {
    this.folders = folders;
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    this.note(activeTextEditor ?? visibleTextEditors[0]);
    this.listener = vscode.window.onDidChangeActiveTextEditor((editor) => this.note(editor));
  }

  /** Undefined where there was none, or its file has been closed since. */
  get uri(): vscode.Uri | undefined {
    return this.document?.isClosed === false ? this.document.uri : undefined;
  }

  dispose(): void {
    this.listener.dispose();
  }

  private note(editor: vscode.TextEditor | undefined): void {
    if (editor && this.folders.pathOf(editor.document.uri) !== undefined) {
      this.document = editor.document;
    }
  }
}

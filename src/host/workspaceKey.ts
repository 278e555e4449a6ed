import * as vscode from 'vscode';

/** The folders of the window, as threads know them. */
export function workspaceKey(): string {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders
    .map((folder) => folder.uri.fsPath)
    .sort()
    .join('\n');
}

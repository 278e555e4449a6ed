import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { WorkspaceSelection } from '../core/tools/workspace.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

/**
 * Absolute paths of the files open in tabs, the active one first, each once. Where no text editor is
 * active, the file whose preview is comes first, then `last`: what a text editor showed before.
 */
export function openFilePaths(folders: WorkspaceFolders, last?: vscode.Uri): readonly string[] {
  const groups = [...vscode.window.tabGroups.all].sort(
    (left, right) => Number(right.isActive) - Number(left.isActive),
  );
  const tabs = groups.flatMap((group) =>
    [...group.tabs].sort((left, right) => Number(right.isActive) - Number(left.isActive)),
  );
  const active = vscode.window.activeTextEditor?.document.uri;
  const looked = active ? [active] : [previewedUri(tabs[0]), last];
  const uris = [...looked, ...tabs.map(tabUri)];
  const paths = uris.flatMap((uri) => (uri ? (folders.pathOf(uri) ?? []) : []));
  return [...new Set(paths)];
}

/** What is selected in the active editor, in whole lines; undefined where nothing is. */
export function currentSelection(folders: WorkspaceFolders): WorkspaceSelection | undefined {
  const editor = vscode.window.activeTextEditor;
  const path = editor && folders.pathOf(editor.document.uri);
  if (!editor || path === undefined || editor.selection.isEmpty) {
    return undefined;
  }
  const { document, selection } = editor;
  return {
    path,
    startLine: selection.start.line + 1,
    endLine: lastLine(selection),
    text: document.getText(selection),
    languageId: document.languageId,
  };
}

/** One-based. A selection that ends before the first character of a line does not include it. */
export function lastLine(range: vscode.Range): number {
  const endsBeforeLine = range.end.character === 0 && range.end.line > range.start.line;
  return endsBeforeLine ? range.end.line : range.end.line + 1;
}

function tabUri(tab: vscode.Tab): vscode.Uri | undefined {
  const { input } = tab;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) {
    return input.uri;
  }
  return input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
}

/** The file of a markdown preview, which VS Code tells by its name in the tab's label alone. */
function previewedUri(tab: vscode.Tab | undefined): vscode.Uri | undefined {
  if (
    !(tab?.input instanceof vscode.TabInputWebview && /markdown\.preview$/.test(tab.input.viewType))
  ) {
    return undefined;
  }
  return vscode.workspace.textDocuments.find(
    ({ languageId, uri }) =>
      languageId === 'markdown' && tab.label.includes(posix.basename(uri.path)),
  )?.uri;
}

import nodePath from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import type { ContextChip } from '../shared/views.ts';
import { lastLine } from './openEditors.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

/** What is selected in the active editor, or the line with the cursor. */
export function selectionChip(folders: WorkspaceFolders): ContextChip {
  const editor = vscode.window.activeTextEditor;
  const path = editor && folders.pathOf(editor.document.uri);
  if (!editor || path === undefined) {
    throw new UserError('Open a file and select what you want to add to the chat.');
  }
  const { selection } = editor;
  const startLine = selection.start.line + 1;
  const endLine = lastLine(selection);
  const lines = startLine === endLine ? `${startLine}` : `${startLine}-${endLine}`;
  return {
    kind: 'selection',
    label: `${nodePath.basename(path)}:${lines}`,
    path,
    startLine,
    endLine,
  };
}

/**
 * Files and folders from the explorer or a tab, as VS Code passes them; without any, the file of the
 * active editor. What was clicked counts alone unless it is among what is selected.
 */
export async function fileChips(
  folders: WorkspaceFolders,
  clicked: unknown,
  selected: unknown,
): Promise<readonly ContextChip[]> {
  const all = Array.isArray(selected) ? selected.filter((one) => one instanceof vscode.Uri) : [];
  const active = vscode.window.activeTextEditor?.document.uri;
  const single = clicked instanceof vscode.Uri ? clicked : active;
  const isInSelection = all.some((uri) => uri.toString() === single?.toString());
  const uris = isInSelection ? all : [single];
  const chips = await Promise.all(uris.map((uri) => uri && chipOf(folders, uri)));
  const found = chips.filter((chip) => chip !== undefined);
  if (found.length === 0) {
    throw new UserError('Only files and folders on this machine’s disk can be added to the chat.');
  }
  return found;
}

async function chipOf(
  folders: WorkspaceFolders,
  uri: vscode.Uri,
): Promise<ContextChip | undefined> {
  const path = folders.pathOf(uri);
  if (path === undefined) {
    return undefined;
  }
  const { type } = await vscode.workspace.fs.stat(uri);
  const isFolder = (type & vscode.FileType.Directory) !== 0;
  return { kind: isFolder ? 'folder' : 'file', label: nodePath.basename(path), path };
}

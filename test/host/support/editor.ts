import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../../../src/base/clock.ts';
import { VsCodeWorkspace } from '../../../src/host/vscodeWorkspace.ts';
import { WorkspaceFolders } from '../../../src/host/workspaceFolders.ts';

/** The folder that the tests' window has open. */
export function workspacePath(name = ''): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return join(folder.uri.fsPath, name);
}

/** Writes a file past VS Code, as another program would. */
export function writeOnDisk(name: string, content: string | Uint8Array): string {
  const file = workspacePath(name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

export function readFromDisk(file: string): string {
  return readFileSync(file, 'utf8');
}

export async function show(file: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(vscode.Uri.file(file));
}

/** Types over the whole text of an editor, without saving. */
export async function retype(editor: vscode.TextEditor, text: string): Promise<void> {
  const all = new vscode.Range(0, 0, editor.document.lineCount, 0);
  assert.ok(await editor.edit((builder) => builder.replace(all, text)));
}

/** Undoes the last step in the editor that shows this file. */
export async function undo(file: string): Promise<void> {
  await show(file);
  await vscode.commands.executeCommand('undo');
}

/** Closes every editor and throws away what is not saved. */
export async function closeAll(): Promise<void> {
  for (let tries = 0; tries < 20 && vscode.window.tabGroups.all[0]?.tabs.length; tries += 1) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
}

export interface OpenWorkspace {
  readonly folders: WorkspaceFolders;
  readonly workspace: VsCodeWorkspace;
  dispose(): void;
}

export function openWorkspace(): OpenWorkspace {
  const folders = new WorkspaceFolders();
  const workspace = new VsCodeWorkspace({ folders, clock: systemClock, searchPath: undefined });
  return {
    folders,
    workspace,
    dispose: () => {
      workspace.dispose();
      folders.dispose();
    },
  };
}

/** Waits until `condition` holds; VS Code tells of most things a little later. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (condition()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`Waited in vain for ${what}.`);
}

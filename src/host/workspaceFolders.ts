import { realpathSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import { displayPath, isWithin } from '../core/tools/paths.ts';
import type { WorkspaceRoot } from '../core/tools/workspace.ts';

interface Folder extends WorkspaceRoot {
  /** The folder's path as the user opened it, which may lead through links. */
  readonly openedPath: string;
}

/**
 * The open folders, and the way between paths with links resolved, which tools use, and the URIs
 * under which VS Code knows the same files.
 */
export class WorkspaceFolders implements Disposable {
  private readonly resources = new ResourceManager('workspaceFolders');
  /** Read on first use, because resolving links asks the disk. */
  private folders: readonly Folder[] | undefined;

  constructor() {
    this.resources.add(
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.folders = undefined;
      }),
    );
  }

  /** Folders on this machine's disk; others are left out. */
  roots(): readonly WorkspaceRoot[] {
    return this.current();
  }

  /** How a path is shown to people and given to the model: see `displayPath`. */
  displayPath(file: string): string {
    return displayPath(file, this.current());
  }

  /** The URI under which VS Code knows this file. */
  uriOf(file: string): vscode.Uri {
    const folder = this.current().find((one) => isWithin(one.path, file));
    return vscode.Uri.file(folder ? moved(file, folder.path, folder.openedPath) : file);
  }

  /** The path of a file on disk, with the links of its folder resolved; undefined for other URIs. */
  pathOf(uri: vscode.Uri): string | undefined {
    if (uri.scheme !== 'file') {
      return undefined;
    }
    const folder = this.current().find((one) => isWithin(one.openedPath, uri.fsPath));
    return folder ? moved(uri.fsPath, folder.openedPath, folder.path) : uri.fsPath;
  }

  dispose(): void {
    this.resources.dispose();
  }

  private current(): readonly Folder[] {
    this.folders ??= (vscode.workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === 'file')
      .map((folder) => ({
        name: folder.name,
        path: resolveLinks(folder.uri.fsPath),
        openedPath: folder.uri.fsPath,
      }));
    return this.folders;
  }
}

/** The path of the same file when its folder is looked at from elsewhere. */
function moved(file: string, from: string, to: string): string {
  return path.join(to, path.relative(from, file));
}

function resolveLinks(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    // The folder is gone or can't be read: its files will say so themselves when they are used.
    return folder;
  }
}

import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { type ResolvedPath, resolvePath, toSlashes } from '../core/tools/paths.ts';
import { type LinkTarget, parseLinkTarget } from './linkTarget.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

type FileTarget = Extract<LinkTarget, { kind: 'file' }>;

/** More files that end alike say that the link is too short to mean one of them. */
const maxCandidates = 20;

/** Opens what links in an answer lead to. */
export class Links {
  private readonly folders: WorkspaceFolders;

  constructor(folders: WorkspaceFolders) {
    this.folders = folders;
  }

  /** Throws `UserError` where the link leads nowhere or to something that is not opened. */
  async open(target: string): Promise<void> {
    const link = parseLinkTarget(target);
    switch (link.kind) {
      case 'refused':
        throw new UserError(link.reason);
      case 'web':
        // VS Code asks the user about addresses that are not trusted yet.
        await vscode.env.openExternal(vscode.Uri.parse(link.url, true));
        return;
      case 'file':
        await this.openFile(link);
    }
  }

  private async openFile(link: FileTarget): Promise<void> {
    const found = await this.find(link.path);
    if (!found) {
      return;
    }
    const uri = this.folders.uriOf(found.path);
    if (found.kind === 'folder') {
      await vscode.commands.executeCommand('revealInExplorer', uri);
      return;
    }
    // Unlike a document of our own, this shows images and notebooks in their editors too.
    await vscode.commands.executeCommand('vscode.open', uri, {
      preview: true,
      ...(link.line === undefined ? {} : { selection: toRange(link) }),
    });
  }

  /** The file or folder that is meant; undefined where the user decided against opening it. */
  private async find(written: string): Promise<{ path: string; kind: string } | undefined> {
    const resolved = await resolvePath(written, this.folders.roots());
    if (resolved.kind === 'missing') {
      return this.findByEnding(written, resolved);
    }
    if (!resolved.root && !(await mayLeaveWorkspace(resolved.path))) {
      return undefined;
    }
    return resolved;
  }

  /** Answers often name a file without its folders. */
  private async findByEnding(
    written: string,
    resolved: ResolvedPath,
  ): Promise<{ path: string; kind: string } | undefined> {
    const ending = toSlashes(written).replace(/^(\.?\/)+/, '');
    const missing = new UserError(`There is no file ${resolved.display}.`);
    if (path.isAbsolute(written) || ending.includes('..') || /^\w+:/.test(written)) {
      throw missing;
    }
    const pattern = `**/${ending.replace(/[[\]{}*?]/g, '[$&]')}`;
    const uris = await vscode.workspace.findFiles(pattern, '**/node_modules/**', maxCandidates);
    const paths = uris.flatMap((uri) => this.folders.pathOf(uri) ?? []);
    if (paths.length === 0) {
      throw missing;
    }
    const chosen = paths.length === 1 ? paths[0] : await this.pick(paths);
    return chosen === undefined ? undefined : { path: chosen, kind: 'file' };
  }

  private async pick(paths: readonly string[]): Promise<string | undefined> {
    const items = paths.map((file) => ({
      label: path.basename(file),
      description: this.folders.displayPath(file),
      file,
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: 'Several files match this link',
      matchOnDescription: true,
    });
    return picked?.file;
  }
}

async function mayLeaveWorkspace(file: string): Promise<boolean> {
  const open = 'Open';
  const answer = await vscode.window.showWarningMessage(
    'This link leads outside of the open folders.',
    { modal: true, detail: file },
    open,
  );
  return answer === open;
}

function toRange(link: FileTarget): vscode.Range {
  const line = Math.max(0, (link.line ?? 1) - 1);
  const character = Math.max(0, (link.column ?? 1) - 1);
  const start = new vscode.Position(line, character);
  // The end of the line is where VS Code moves a position beyond it.
  return link.endLine === undefined
    ? new vscode.Range(start, start)
    : new vscode.Range(start, new vscode.Position(link.endLine - 1, Number.MAX_SAFE_INTEGER));
}

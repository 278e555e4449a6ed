import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import { resolvePath } from '../core/tools/paths.ts';
import type { Workspace } from '../core/tools/workspace.ts';
import { type Placement, placeBlock, putBlock } from './blockPlacement.ts';
import { setContextKey } from './contextKeys.ts';
import { type EditPreviews, fileName } from './editPreviews.ts';
import type { Notifications } from './notifications.ts';
import { lastLine } from './openEditors.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

/** A change that is shown in a diff and waits for the user's word. */
interface PendingChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
  /** Runs what applies it, as a part of an operation. */
  readonly applyWithin?: (apply: () => Promise<void>) => Promise<void>;
  /** Hears what the user decided. */
  readonly onSettled?: (decision: 'applied' | 'discarded') => Promise<void>;
}

export interface CodeBlockParts {
  readonly workspace: Workspace;
  readonly folders: WorkspaceFolders;
  readonly previews: EditPreviews;
  readonly notifications: Notifications;
}

/** Takes code from an answer into files. */
export class CodeBlocks implements Disposable {
  private readonly resources = new ResourceManager('codeBlocks');
  private readonly parts: CodeBlockParts;
  /** By the URI of the diff's right side. */
  private readonly pending = new Map<string, PendingChange>();

  constructor(parts: CodeBlockParts) {
    this.parts = parts;
    this.resources.add(parts.previews.onDidClose((uri) => this.forget(uri)));
  }

  /** Puts the code where the cursor is, in place of what is selected, as one step to undo. */
  async insert(text: string): Promise<void> {
    const editor = currentEditor();
    if (!editor) {
      throw new UserError('Open a file and put the cursor where the code should go.');
    }
    const isDone = await editor.edit(
      (builder) => {
        for (const selection of editor.selections) {
          builder.replace(selection, text);
        }
      },
      { undoStopBefore: true, undoStopAfter: true },
    );
    if (!isDone) {
      throw new UserError('The editor did not take the code: the file may be read-only.');
    }
    await vscode.window.showTextDocument(editor.document, {
      viewColumn: editor.viewColumn ?? vscode.ViewColumn.Active,
    });
  }

  /**
   * Shows what the code would change in the file it names, else in the active editor, and lets the
   * user apply or discard it.
   */
  async apply(text: string, path: string | undefined): Promise<void> {
    const change = await this.plan(text, path);
    if (change.before === change.after) {
      throw new UserError('The file has this code already.');
    }
    await this.offer(change);
    this.parts.notifications.info(
      'Look at the difference, then choose Apply change or Discard change above it.',
    );
  }

  /** Shows a change in a diff, above which the user applies or discards it. */
  async offer(change: PendingChange): Promise<void> {
    const uri = await this.parts.previews.show({
      path: change.path,
      before: change.before ?? '',
      after: change.after,
      title: `${fileName(change.path)} (${change.before === undefined ? 'new file' : 'suggested'})`,
      isKept: true,
    });
    this.pending.set(uri.toString(), change);
    await this.tellPending();
  }

  /** Applies the change whose diff is given or, without one, is being looked at. */
  async applyPending(uri: unknown): Promise<void> {
    const { right, change } = this.find(uri);
    const apply = (): Promise<void> => this.parts.workspace.applyChanges([change]);
    await (change.applyWithin?.(apply) ?? apply());
    await this.parts.previews.close(right);
    await vscode.window.showTextDocument(this.parts.folders.uriOf(change.path));
    await change.onSettled?.('applied');
  }

  async discardPending(uri: unknown): Promise<void> {
    const { right, change } = this.find(uri);
    await this.parts.previews.close(right);
    await change.onSettled?.('discarded');
  }

  dispose(): void {
    this.resources.dispose();
    this.pending.clear();
  }

  private async plan(text: string, path: string | undefined): Promise<PendingChange> {
    const editor = currentEditor();
    const active = editor && this.parts.folders.pathOf(editor.document.uri);
    const target = path === undefined ? active : await this.resolve(path);
    if (target === undefined) {
      throw new UserError('Open the file that the code belongs to, then apply it again.');
    }
    const before = await this.readIfPresent(target);
    if (before === undefined) {
      return { path: target, before, after: text.endsWith('\n') ? text : `${text}\n` };
    }
    const selection = editor && target === active ? selectedLines(editor) : undefined;
    const placement = placeBlock(before, text, selection);
    return { path: target, before, after: putBlock(before, text, assertPlaced(placement)) };
  }

  private async resolve(path: string): Promise<string> {
    const found = await resolvePath(path, this.parts.folders.roots());
    if (!found.root) {
      throw new UserError(`${found.display} is outside of the open folders.`);
    }
    if (found.kind === 'folder' || found.kind === 'other') {
      throw new UserError(`${found.display} is not a file.`);
    }
    return found.path;
  }

  private async readIfPresent(path: string): Promise<string | undefined> {
    const { kind } = await resolvePath(path, this.parts.folders.roots());
    return kind === 'missing' ? undefined : (await this.parts.workspace.readText(path)).text;
  }

  private find(uri: unknown): { right: vscode.Uri; change: PendingChange } {
    const given = uri instanceof vscode.Uri ? uri : undefined;
    const candidates = [given, this.parts.previews.active()];
    for (const right of candidates) {
      const change = right && this.pending.get(right.toString());
      if (right && change) {
        return { right, change };
      }
    }
    throw new UserError('There is no change to apply or discard here.');
  }

  private forget(uri: vscode.Uri): void {
    if (this.pending.delete(uri.toString())) {
      this.tellPending().catch((error: unknown) =>
        this.parts.notifications.report('Forgetting a preview', error),
      );
    }
  }

  private async tellPending(): Promise<void> {
    await setContextKey('hasPreview', this.pending.size > 0);
  }
}

/** The editor that was last active: it stays so while the panel has the focus. */
function currentEditor(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor?.document.uri.scheme === 'output' ? undefined : editor;
}

function selectedLines(
  editor: vscode.TextEditor,
): { startLine: number; endLine: number } | undefined {
  const { selection } = editor;
  return selection.isEmpty
    ? undefined
    : { startLine: selection.start.line + 1, endLine: lastLine(selection) };
}

function assertPlaced(placement: Placement): Exclude<Placement, { kind: 'unknown' }> {
  if (placement.kind === 'unknown') {
    throw new UserError(placement.reason);
  }
  return placement;
}

import path from 'node:path';
import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';

export const previewScheme = 'slipstream-preview';

/** A file as it would be after a change, for VS Code's diff editor. */
export interface Preview {
  /** Absolute path of the file, which need not exist. */
  readonly path: string;
  /** Empty for a new file. */
  readonly before: string;
  readonly after: string;
  /** For the tab, for example "cart.ts (suggested)". */
  readonly title: string;
  /** Whether the tab stays when the user looks at another file. */
  readonly isKept: boolean;
}

/** Holds the texts that diffs show, as read-only documents, until their editors are closed. */
export class EditPreviews implements vscode.TextDocumentContentProvider, Disposable {
  private readonly resources = new ResourceManager('editPreviews');
  private readonly texts = new Map<string, string>();
  private readonly closed: vscode.EventEmitter<vscode.Uri>;
  /** Those of the last `showAll`: VS Code does not tell when such an editor is closed. */
  private shownTogether: readonly vscode.Uri[] = [];
  private count = 0;

  constructor() {
    this.closed = this.resources.add(new vscode.EventEmitter<vscode.Uri>());
    this.resources.add(vscode.workspace.registerTextDocumentContentProvider(previewScheme, this));
    this.resources.add(
      vscode.window.tabGroups.onDidChangeTabs((event) => {
        for (const tab of event.closed) {
          this.forget(tab);
        }
      }),
    );
  }

  /** Tells of a diff that was closed, by the URI of its right side. */
  get onDidClose(): vscode.Event<vscode.Uri> {
    return this.closed.event;
  }

  provideTextDocumentContent(uri: vscode.Uri): string | undefined {
    return this.texts.get(uri.toString());
  }

  /** Opens the diff and answers with the URI of its right side. */
  async show(preview: Preview): Promise<vscode.Uri> {
    this.count += 1;
    const left = this.hold(preview.path, 'before', preview.before);
    const right = this.hold(preview.path, 'after', preview.after);
    await vscode.commands.executeCommand('vscode.diff', left, right, preview.title, {
      preview: !preview.isKept,
    });
    return right;
  }

  /** Opens several diffs in one editor, in place of those that were so before. */
  async showAll(
    title: string,
    previews: readonly Omit<Preview, 'title' | 'isKept'>[],
  ): Promise<void> {
    for (const uri of this.shownTogether) {
      this.texts.delete(uri.toString());
    }
    const sides = previews.map(({ path, before, after }) => {
      this.count += 1;
      return [this.hold(path, 'before', before), this.hold(path, 'after', after)] as const;
    });
    this.shownTogether = sides.flat();
    const resources = sides.map(([before, after]) => [after, before, after]);
    await vscode.commands.executeCommand('vscode.changes', title, resources);
  }

  /** Closes the diff with this right side, where it is still open. */
  async close(uri: vscode.Uri): Promise<void> {
    const tabs = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter((tab) => rightSide(tab)?.toString() === uri.toString());
    await vscode.window.tabGroups.close(tabs);
  }

  /** The right side of the diff that is being looked at. */
  active(): vscode.Uri | undefined {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    return tab && rightSide(tab);
  }

  dispose(): void {
    this.texts.clear();
    this.resources.dispose();
  }

  /** The path is kept in the URI, so that VS Code knows the language and shows the file's name. */
  private hold(file: string, side: string, text: string): vscode.Uri {
    const uri = vscode.Uri.file(file).with({
      scheme: previewScheme,
      query: `${side}-${this.count}`,
    });
    this.texts.set(uri.toString(), text);
    return uri;
  }

  private forget(tab: vscode.Tab): void {
    const right = rightSide(tab);
    if (!right || !(tab.input instanceof vscode.TabInputTextDiff)) {
      return;
    }
    this.texts.delete(tab.input.original.toString());
    if (this.texts.delete(right.toString())) {
      this.closed.fire(right);
    }
  }
}

/** "cart.ts" of "/home/ada/shop/cart.ts". */
export function fileName(file: string): string {
  return path.basename(file);
}

function rightSide(tab: vscode.Tab): vscode.Uri | undefined {
  const { input } = tab;
  return input instanceof vscode.TabInputTextDiff && input.modified.scheme === previewScheme
    ? input.modified
    : undefined;
}

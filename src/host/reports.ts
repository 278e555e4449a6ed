import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';

export const reportScheme = 'slipstream-report';
const markdownExtension = 'vscode.markdown-language-features';

/** Readonly documents made on demand: nothing to save, and made anew whenever asked for. */
export class Reports implements vscode.TextDocumentContentProvider, Disposable {
  private readonly resources = new ResourceManager('reports');
  private readonly texts = new Map<string, string>();
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;

  constructor() {
    this.resources.add(this.changes);
    this.resources.add(vscode.workspace.registerTextDocumentContentProvider(reportScheme, this));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? 'Run the command again to see this report.';
  }

  /** Shows markdown as it reads, under a name such as `Recent requests`. */
  async showPreview(name: string, markdown: string): Promise<void> {
    // It is of VS Code's own markdown extension, which the user may have turned off.
    if (vscode.extensions.getExtension(markdownExtension)) {
      const uri = this.put(name, markdown);
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    } else {
      await this.show(name, markdown);
    }
  }

  /** Shows markdown as its source, whose links may lead to where those of a preview may not. */
  async show(name: string, markdown: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.put(name, markdown));
    await vscode.window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.resources.dispose();
  }

  private put(name: string, markdown: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: reportScheme, path: `/${name}.md` });
    this.texts.set(uri.path, markdown);
    this.changes.fire(uri);
    return uri;
  }
}

import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';

export const reportScheme = 'slipstream-report';

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

  /** Shows markdown under a name such as `Recent requests`. */
  async show(name: string, markdown: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: reportScheme, path: `/${name}.md` });
    this.texts.set(uri.path, markdown);
    this.changes.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.resources.dispose();
  }
}

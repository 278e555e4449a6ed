import * as vscode from 'vscode';
import { Emitter } from '../../base/emitter.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type {
  CompletionSurroundings,
  NearbyProblem,
  NearbyText,
  RecentEdit,
} from '../../core/completion/completionSurroundings.ts';
import { RecentEdits } from '../../core/completion/recentEdits.ts';
import type { DiagnosticSeverity } from '../../core/tools/workspace.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import type { CompletionDocuments } from './completionDocuments.ts';

const severities: readonly DiagnosticSeverity[] = ['error', 'warning', 'information', 'hint'];
/** Documents that were looked at before; prompts look at the latest twenty. */
const maxUsed = 40;

export interface EditorSurroundingsParts {
  readonly folders: WorkspaceFolders;
  readonly documents: CompletionDocuments;
  /** Whether a document is of a kind that code is written in. */
  readonly isCode: (document: vscode.TextDocument) => boolean;
}

/** What prompts need of the editor besides the place. */
export class EditorSurroundings implements CompletionSurroundings, Disposable {
  readonly edits = new RecentEdits();
  private readonly resources = new ResourceManager('editorSurroundings');
  private readonly parts: EditorSurroundingsParts;
  private readonly fileChanges = this.resources.add(new Emitter<string>());
  /** URIs in the order of their last use, the latest last. */
  private readonly used = new Set<string>();

  constructor(parts: EditorSurroundingsParts) {
    this.parts = parts;
    for (const { document } of vscode.window.visibleTextEditors) {
      this.note(document);
    }
    const { activeTextEditor } = vscode.window;
    if (activeTextEditor) {
      this.note(activeTextEditor.document);
    }
    this.resources.add(
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.note(editor.document)),
    );
    this.watchRules();
  }

  roots() {
    return this.parts.folders.roots();
  }

  displayPath(path: string): string {
    return this.parts.folders.displayPath(path);
  }

  nearbyTexts(): readonly NearbyText[] {
    const open = new Map(
      vscode.workspace.textDocuments
        .filter((document) => !document.isClosed && this.parts.isCode(document))
        .map((document) => [document.uri.toString(), document]),
    );
    const recent = [...this.used].reverse().flatMap((uri) => open.get(uri) ?? []);
    const others = [...open.values()].filter((document) => !recent.includes(document));
    return [...recent, ...others].map((document) => ({
      documentId: document.uri.toString(),
      path: this.parts.documents.pathOf(document),
      languageId: document.languageId,
      version: document.version,
      text: () => document.getText(),
    }));
  }

  recentEdits(): readonly RecentEdit[] {
    return this.edits.all();
  }

  problems(documentId: string): readonly NearbyProblem[] {
    return vscode.languages
      .getDiagnostics(vscode.Uri.parse(documentId, true))
      .map(({ range, severity, message }) => ({
        line: range.start.line,
        severity: severities[severity] ?? 'information',
        message,
      }));
  }

  onDidChangeFile(listener: (path: string) => void): Disposable {
    return this.fileChanges.event(listener);
  }

  dispose(): void {
    this.resources.dispose();
  }

  private note({ uri }: vscode.TextDocument): void {
    const key = uri.toString();
    this.used.delete(key);
    this.used.add(key);
    const [oldest] = this.used;
    if (this.used.size > maxUsed && oldest !== undefined) {
      this.used.delete(oldest);
    }
  }

  /** Only what decides which files may be read: a watcher on everything would hear every build. */
  private watchRules(): void {
    const watcher = this.resources.add(
      vscode.workspace.createFileSystemWatcher('**/{.gitignore,.slipstreamignore,.git}'),
    );
    const tell = (uri: vscode.Uri): void => {
      const path = this.parts.folders.pathOf(uri);
      if (path !== undefined) {
        this.fileChanges.fire(path);
      }
    };
    this.resources.add(watcher.onDidCreate(tell));
    this.resources.add(watcher.onDidChange(tell));
    this.resources.add(watcher.onDidDelete(tell));
  }
}

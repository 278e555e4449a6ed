import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { lazy } from '../base/lazy.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import { EditReviews } from '../core/edit/review/editReviews.ts';
import { ReviewDecisions } from '../core/edit/review/reviewDecisions.ts';
import { UserChanges } from '../core/edit/review/userChanges.ts';
import type {
  ApplyOptions,
  FileChange,
  FileDeletion,
  Workspace,
  WorkspaceDiagnostic,
  WorkspaceRoot,
  WorkspaceSelection,
  WorkspaceText,
} from '../core/tools/workspace.ts';
import { DiagnosticsRest } from './diagnosticsRest.ts';
import { EditApplication } from './editApplication.ts';
import { FileText } from './fileText.ts';
import { LastEditor } from './lastEditor.ts';
import { currentSelection, openFilePaths } from './openEditors.ts';
import { readProblems } from './problems.ts';
import { findRipgrep } from './ripgrep.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

export interface WorkspaceParts {
  readonly folders: WorkspaceFolders;
  readonly clock: Clock;
  /** The PATH variable, for programs that VS Code does not bring. */
  readonly searchPath: string | undefined;
}

/** The editor as the tools and the offline responder see it. */
export class VsCodeWorkspace implements Workspace, Disposable {
  /** The edits that wait for the user's word: all that `applyChanges` has applied. */
  readonly reviews: EditReviews;
  readonly userChanges: UserChanges;
  readonly decisions: ReviewDecisions;
  private readonly resources = new ResourceManager('workspace');
  private readonly folders: WorkspaceFolders;
  private readonly files: FileText;
  private readonly edits: EditApplication;
  private readonly diagnosticsRest: DiagnosticsRest;
  private readonly lastEditor: LastEditor;
  private readonly findRipgrep: () => Promise<string | undefined>;
  private readonly fileChanges: Emitter<string>;
  private watcher: Disposable | undefined;

  constructor(parts: WorkspaceParts) {
    const { folders, clock, searchPath } = parts;
    this.folders = folders;
    this.files = new FileText(folders);
    this.lastEditor = this.resources.add(new LastEditor(folders));
    this.fileChanges = this.resources.add(new Emitter<string>());
    this.diagnosticsRest = this.resources.add(
      new DiagnosticsRest(
        (listener) =>
          vscode.languages.onDidChangeDiagnostics((event) => {
            listener(event.uris.flatMap((uri) => folders.pathOf(uri) ?? []));
          }),
        clock,
      ),
    );
    this.edits = this.resources.add(
      new EditApplication({
        folders,
        files: this.files,
        clock,
        onWillEdit: (paths) => this.diagnosticsRest.noteEdit(paths),
      }),
    );
    this.reviews = this.resources.add(new EditReviews((path) => this.openText(path)));
    this.userChanges = this.resources.add(new UserChanges(this.reviews));
    this.decisions = new ReviewDecisions(this.reviews, {
      readText: async (path) => (await this.files.read(path)).text,
      applyChanges: (changes) => this.edits.apply(changes),
      deleteFile: (path) => this.edits.deleteFile(path),
    });
    this.findRipgrep = lazy(() =>
      findRipgrep({
        appRoot: vscode.env.appRoot,
        searchPath,
        platform: process.platform,
        architecture: process.arch,
      }),
    );
  }

  roots(): readonly WorkspaceRoot[] {
    return this.folders.roots();
  }

  isTrusted(): boolean {
    return vscode.workspace.isTrusted;
  }

  readText(path: string): Promise<WorkspaceText> {
    return this.files.read(path);
  }

  applyChanges(
    changes: readonly (FileChange | FileDeletion)[],
    options: ApplyOptions = {},
  ): Promise<void> {
    const apply = (): Promise<void> => this.edits.apply(changes);
    // Hunks that the files had with the texts they get are back; those of files that go are gone.
    if (options.isReviewed) {
      return this.reviews.holding(
        changes.map(({ path }) => path),
        async () => {
          await apply();
          for (const { path } of changes.filter((change) => !isWrite(change))) {
            this.reviews.forget(path);
          }
        },
      );
    }
    return this.reviews.recording(changes.filter(isWrite), apply);
  }

  diagnostics(paths?: readonly string[]): readonly WorkspaceDiagnostic[] {
    return readProblems(this.folders, paths);
  }

  async settledDiagnostics(
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly WorkspaceDiagnostic[]> {
    await this.diagnosticsRest.settled(paths, signal);
    return this.diagnostics(paths);
  }

  openFiles(): readonly string[] {
    return openFilePaths(this.folders, this.lastEditor.uri);
  }

  selection(): WorkspaceSelection | undefined {
    return currentSelection(this.folders);
  }

  ripgrepPath(): Promise<string | undefined> {
    return this.findRipgrep();
  }

  onDidChangeFile(listener: (path: string) => void): Disposable {
    this.watcher ??= this.resources.add(this.watch());
    return this.fileChanges.event(listener);
  }

  dispose(): void {
    this.resources.dispose();
  }

  private openText(path: string): string | undefined {
    return vscode.workspace.textDocuments
      .find(({ uri }) => this.folders.pathOf(uri) === path)
      ?.getText();
  }

  private watch(): Disposable {
    const resources = new ResourceManager('workspace/watcher');
    const tell = (uri: vscode.Uri): void => {
      const path = this.folders.pathOf(uri);
      if (path !== undefined) {
        this.fileChanges.fire(path);
      }
    };
    const watcher = resources.add(vscode.workspace.createFileSystemWatcher('**/*'));
    resources.add(watcher.onDidChange(tell));
    resources.add(watcher.onDidCreate(tell));
    resources.add(watcher.onDidDelete(tell));
    resources.add(vscode.workspace.onDidChangeTextDocument((event) => tell(event.document.uri)));
    return resources;
  }
}

function isWrite(change: FileChange | FileDeletion): change is FileChange {
  return change.after !== undefined;
}

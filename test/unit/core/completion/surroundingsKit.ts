import type {
  CompletionSurroundings,
  NearbyProblem,
  NearbyText,
  RecentEdit,
} from '../../../../src/core/completion/completionSurroundings.ts';
import type { WorkspaceRoot } from '../../../../src/core/tools/workspace.ts';

export interface FakeDocument {
  readonly path: string;
  readonly languageId?: string;
  version?: number;
  text: string;
}

/** An editor with these documents open, as far as prompts look at one. */
export class FakeSurroundings implements CompletionSurroundings {
  documents: FakeDocument[] = [];
  edits: RecentEdit[] = [];
  reported: NearbyProblem[] = [];
  /** Paths whose text was asked for. */
  readonly read: string[] = [];
  private readonly folder: string;
  private readonly listeners = new Set<(path: string) => void>();

  constructor(folder: string) {
    this.folder = folder;
  }

  roots(): readonly WorkspaceRoot[] {
    return [{ name: 'work', path: this.folder }];
  }

  displayPath(path: string): string {
    return path.startsWith(`${this.folder}/`) ? path.slice(this.folder.length + 1) : path;
  }

  nearbyTexts(): readonly NearbyText[] {
    return this.documents.map((document) => ({
      documentId: `file://${document.path}`,
      path: document.path,
      languageId: document.languageId ?? 'typescript',
      version: document.version ?? 1,
      text: () => {
        this.read.push(document.path);
        return document.text;
      },
    }));
  }

  recentEdits(): readonly RecentEdit[] {
    return this.edits;
  }

  problems(): readonly NearbyProblem[] {
    return this.reported;
  }

  onDidChangeFile(listener: (path: string) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  changeFile(path: string): void {
    for (const listener of this.listeners) {
      listener(path);
    }
  }
}

import type { Disposable } from '../../base/lifecycle.ts';

/** A folder the user opened. */
export interface WorkspaceRoot {
  readonly name: string;
  /** Absolute, with links resolved. */
  readonly path: string;
}

/** A file's text as the user sees it: an open editor's unsaved text, else what is on disk. */
export interface WorkspaceText {
  /** With its own line ends, without a byte-order mark. */
  readonly text: string;
  readonly hasByteOrderMark: boolean;
  /** Whether an editor holds changes that are not saved. */
  readonly isDirty: boolean;
}

/** The new text of one file; `before` is what it replaces, undefined for a new file. */
export interface FileChange {
  readonly path: string;
  /** The text the change was computed from: if the file differs by now, nothing is applied. */
  readonly before: string | undefined;
  readonly after: string;
  /** For a file that comes back: what it was made of, where that is not its text as UTF-8. */
  readonly bytes?: Uint8Array;
  /** For a file that comes back: its permissions. */
  readonly mode?: number;
}

/** A file that goes. */
export interface FileDeletion {
  readonly path: string;
  readonly before: string;
  readonly after: undefined;
}

export interface ApplyOptions {
  /** Whether the user has looked at the changes, so that nobody need look at them again. */
  readonly isReviewed?: boolean;
}

export type DiagnosticSeverity = 'error' | 'warning' | 'information' | 'hint';

/** A problem that VS Code shows. */
export interface WorkspaceDiagnostic {
  readonly path: string;
  /** One-based. */
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly severity: DiagnosticSeverity;
  readonly message: string;
  /** The language service, for example "ts". */
  readonly source?: string;
  readonly code?: string;
}

/** What the tools and the offline responder need of the editor. Implemented in `host`. */
export interface Workspace {
  /** The open folders; empty without one. */
  roots(): readonly WorkspaceRoot[];
  /** False in Restricted Mode: then nothing that writes or runs is offered. */
  isTrusted(): boolean;
  /** Throws `UserError` where there is no such file, it is binary, or it can't be read. */
  readText(path: string): Promise<WorkspaceText>;
  /**
   * Applies all changes or none, as one undoable step, and saves files that were not dirty before.
   * Throws `UserError` and leaves every file byte-identical where one no longer reads as `before`.
   */
  applyChanges(
    changes: readonly (FileChange | FileDeletion)[],
    options?: ApplyOptions,
  ): Promise<void>;
  /** The problems of these files, or of all where none are named. */
  diagnostics(paths?: readonly string[]): readonly WorkspaceDiagnostic[];
  /** Resolves when the problems of `paths` have come to rest after a change, or at a time limit. */
  settledDiagnostics(
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly WorkspaceDiagnostic[]>;
  /** Absolute paths of the files open in editors, the active one first. */
  openFiles(): readonly string[];
  /** The active editor's selection, where there is one. One-based lines. */
  selection(): WorkspaceSelection | undefined;
  /** Path of a ripgrep program, undefined where there is none. */
  ripgrepPath(): Promise<string | undefined>;
  /** Tells of edits by anyone to files of the workspace. */
  onDidChangeFile(listener: (path: string) => void): Disposable;
}

export interface WorkspaceSelection {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  readonly languageId: string;
}

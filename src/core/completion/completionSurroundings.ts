import type { Disposable } from '../../base/lifecycle.ts';
import type { DiagnosticSeverity, WorkspaceRoot } from '../tools/workspace.ts';

/** A document whose text may help elsewhere: open, or closed after it was edited. */
export interface NearbyText {
  /** Its URI. */
  readonly documentId: string;
  /** Absolute, with links resolved where it is on disk. */
  readonly path: string;
  readonly languageId: string;
  /** Changes whenever the text does. */
  readonly version: number;
  /** Asked only once the file may be read. */
  text(): string;
}

/** A change of some lines, as the user made it in one go. */
export interface RecentEdit {
  readonly documentId: string;
  readonly path: string;
  /** The first line that changed, from 0, as the document was numbered when it was made. */
  readonly line: number;
  /** The lines as they were, and as they are. Whole lines without the last line end. */
  readonly before: string;
  readonly after: string;
}

/** A problem that the editor shows in the document with the cursor. */
export interface NearbyProblem {
  /** From 0. */
  readonly line: number;
  readonly severity: DiagnosticSeverity;
  readonly message: string;
}

/** What a prompt for a completion needs of the editor besides the place. Implemented in `host`. */
export interface CompletionSurroundings {
  /** The open folders. */
  roots(): readonly WorkspaceRoot[];
  /** How a path is shown to the model. */
  displayPath(path: string): string;
  /** Documents in the order of their last use, the latest first. */
  nearbyTexts(): readonly NearbyText[];
  /** The oldest first. Gathered from the first call on. */
  recentEdits(): readonly RecentEdit[];
  problems(documentId: string): readonly NearbyProblem[];
  /** Tells of changes to files on disk, by absolute path: rules of what is ignored may be among them. */
  onDidChangeFile(listener: (path: string) => void): Disposable;
}

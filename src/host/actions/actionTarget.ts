import nodePath from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { ActionProblem } from '../../core/actions/problemText.ts';
import type { ContextChip } from '../../shared/views.ts';
import { lastLine } from '../openEditors.ts';
import { toProblem } from '../problems.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';

/** Whole lines of a document: zero-based, the last one included. */
export interface LineSpan {
  readonly first: number;
  readonly last: number;
}

/** Finds the lines of the innermost definition around a place; undefined where there is none. */
export type FindEnclosing = (
  document: vscode.TextDocument,
  position: vscode.Position,
) => Promise<LineSpan | undefined>;

/** The code that an action is about. */
export interface ActionTarget {
  readonly editor: vscode.TextEditor;
  readonly document: vscode.TextDocument;
  /** Absolute. */
  readonly path: string;
  readonly lines: LineSpan;
  /** Whether nothing is selected and nothing encloses the cursor: the lines are that of the cursor. */
  readonly isBareLine: boolean;
  /** Of the document for which the lines hold. */
  readonly version: number;
  readonly problems: readonly ActionProblem[];
}

/**
 * What the active editor points to: the lines of the selection, else the definition around the
 * cursor, else its line; with the problems there. Commands get no arguments, so all of them ask this.
 */
export async function currentTarget(
  folders: WorkspaceFolders,
  findEnclosing: FindEnclosing,
): Promise<ActionTarget> {
  const { editor, path } = activeFile(folders);
  const { document, selection } = editor;
  const { version } = document;
  const selected = { first: selection.start.line, last: lastLine(selection) - 1 };
  const enclosing = selection.isEmpty ? await findEnclosing(document, selection.active) : undefined;
  const isBareLine = selection.isEmpty && !enclosing;
  const problems = problemsAt(document, selection);
  return { editor, document, path, lines: enclosing ?? selected, isBareLine, version, problems };
}

/** The active editor with its file. Throws `UserError` where there is none. */
export function activeFile(folders: WorkspaceFolders): {
  readonly editor: vscode.TextEditor;
  readonly path: string;
} {
  const editor = vscode.window.activeTextEditor;
  const path = editor && folders.pathOf(editor.document.uri);
  if (!editor || path === undefined) {
    throw new UserError('Open a file and put the cursor into the code that is meant.');
  }
  return { editor, path };
}

/** The lines as a chip of a message. */
export function chipOf({ path, lines }: Pick<ActionTarget, 'path' | 'lines'>): ContextChip {
  const [startLine, endLine] = [lines.first + 1, lines.last + 1];
  const shown = startLine === endLine ? `${startLine}` : `${startLine}-${endLine}`;
  const label = `${nodePath.basename(path)}:${shown}`;
  return { kind: 'selection', label, path, startLine, endLine };
}

/** Worst first: those that the selection or the cursor touches, else those of its lines. */
function problemsAt(
  document: vscode.TextDocument,
  selection: vscode.Selection,
): readonly ActionProblem[] {
  const all = vscode.languages.getDiagnostics(document.uri);
  const touched = all.filter(({ range }) => range.intersection(selection) !== undefined);
  const lines = new vscode.Range(selection.start.line, 0, selection.end.line, Infinity);
  const found = touched.length > 0 ? touched : all.filter(({ range }) => range.intersection(lines));
  return found.toSorted((left, right) => left.severity - right.severity).map(toActionProblem);
}

function toActionProblem(diagnostic: vscode.Diagnostic): ActionProblem {
  const { code } = diagnostic;
  const documentation = typeof code === 'object' ? code.target.toString(true) : undefined;
  const { path: _path, ...problem } = toProblem('', diagnostic);
  return documentation === undefined ? problem : { ...problem, documentation };
}

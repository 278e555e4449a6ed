import * as vscode from 'vscode';
import type { ForeignChange, LineEdit } from '../../core/actions/editedLines.ts';
import type { LineSpan } from './actionTarget.ts';

/** The text of each line. */
export function linesOf(
  document: vscode.TextDocument,
  { first, last }: LineSpan,
): readonly string[] {
  return numbersFrom(first, last + 1).map((line) => document.lineAt(line).text);
}

/** The whole numbers from `first` up to, not including, `end`. */
export function numbersFrom(first: number, end: number): readonly number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

/** What the document's lines end with. */
export function lineEnd({ eol }: vscode.TextDocument): string {
  return eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
}

/** Where an edit of whole lines goes. At the document's end there is no line to put something before: it goes behind the last one. */
export function replacementOf(
  document: vscode.TextDocument,
  { first, end, lines }: LineEdit,
): readonly [vscode.Range, string] {
  const newline = lineEnd(document);
  const text = lines.map((line) => line + newline).join('');
  if (end < document.lineCount) {
    return [new vscode.Range(first, 0, end, 0), text];
  }
  const last = document.lineAt(document.lineCount - 1).range.end;
  const from = first === 0 ? new vscode.Position(0, 0) : document.lineAt(first - 1).range.end;
  const body = lines.map((line) => newline + line).join('');
  return [new vscode.Range(from, last), first === 0 ? lines.join(newline) : body];
}

/** For a document that no editor shows. */
export function workspaceEditOf(
  uri: vscode.Uri,
  replacements: readonly (readonly [vscode.Range, string])[],
): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const [place, text] of replacements) {
    edit.replace(uri, place, text);
  }
  return edit;
}

/** A change of a document as those who did not make it follow it. */
export function foreignChange(change: vscode.TextDocumentContentChangeEvent): ForeignChange {
  const { start, end } = change.range;
  const isWholeLines = change.text === '' ? start.character === 0 : change.text.endsWith('\n');
  return {
    startLine: start.line,
    endLine: end.line,
    newLines: change.text.split('\n').length - 1,
    isBeforeLine: end.character === 0 && isWholeLines,
  };
}

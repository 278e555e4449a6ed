import * as vscode from 'vscode';
import type { DiagnosticSeverity, WorkspaceDiagnostic } from '../core/tools/workspace.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

const severities: readonly DiagnosticSeverity[] = ['error', 'warning', 'information', 'hint'];

/** The problems that VS Code shows for these files, or for all; in the order of path and line. */
export function readProblems(
  folders: WorkspaceFolders,
  paths?: readonly string[],
): readonly WorkspaceDiagnostic[] {
  const wanted = paths && new Set(paths);
  const problems = vscode.languages.getDiagnostics().flatMap(([uri, diagnostics]) => {
    const path = folders.pathOf(uri);
    if (path === undefined || (wanted && !wanted.has(path))) {
      return [];
    }
    return diagnostics.map((diagnostic) => toProblem(path, diagnostic));
  });
  return problems.sort(
    (left, right) => compare(left.path, right.path) || left.startLine - right.startLine,
  );
}

/** One problem as the tools know it. */
export function toProblem(path: string, diagnostic: vscode.Diagnostic): WorkspaceDiagnostic {
  const { range, code, source } = diagnostic;
  const codeText = typeof code === 'object' ? code.value : code;
  return {
    path,
    startLine: range.start.line + 1,
    startColumn: range.start.character + 1,
    endLine: range.end.line + 1,
    severity: severities[diagnostic.severity] ?? 'information',
    message: diagnostic.message,
    ...(source === undefined ? {} : { source }),
    ...(codeText === undefined ? {} : { code: String(codeText) }),
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

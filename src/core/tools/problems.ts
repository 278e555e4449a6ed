import { cutText } from '../../base/cutText.ts';
import { displayPath } from './paths.ts';
import type { DiagnosticSeverity, Workspace, WorkspaceDiagnostic } from './workspace.ts';

const severityOrder: Readonly<Record<DiagnosticSeverity, number>> = {
  error: 0,
  warning: 1,
  information: 2,
  hint: 3,
};

/** A message in full may be pages of a type; its start says what is wrong. */
const maxMessageCharacters = 400;

/** The worst first, then by file and line. */
export function sortProblems(
  problems: readonly WorkspaceDiagnostic[],
): readonly WorkspaceDiagnostic[] {
  return [...problems].sort(
    (left, right) =>
      severityOrder[left.severity] - severityOrder[right.severity] ||
      Number(left.path > right.path) - Number(left.path < right.path) ||
      left.startLine - right.startLine ||
      left.startColumn - right.startColumn,
  );
}

/** One problem in one line: `12:5 error: message (ts 2304)`. */
export function formatProblem(problem: WorkspaceDiagnostic): string {
  const message = problem.message.replace(/\s*\n\s*/g, ' ');
  const shown =
    message.length > maxMessageCharacters ? `${cutText(message, maxMessageCharacters)}…` : message;
  const origin = [problem.source, problem.code].filter((part) => part !== undefined).join(' ');
  const suffix = origin === '' ? '' : ` (${origin})`;
  return `${problem.startLine}:${problem.startColumn} ${problem.severity}: ${shown}${suffix}`;
}

/** Enough to see what a change broke; the rest follows from it more often than not. */
const maxProblemsAfterChange = 20;

/**
 * The errors and warnings of changed files after a change, the new ones told apart from those that
 * were there before. Empty where there are none.
 */
export function describeProblemsAfterChange(
  before: readonly WorkspaceDiagnostic[],
  after: readonly WorkspaceDiagnostic[],
  workspace: Workspace,
): string {
  const relevant = sortProblems(after.filter(isErrorOrWarning));
  const { added, remaining } = split(before, relevant);
  const told = [...added, ...remaining].slice(0, maxProblemsAfterChange);
  const roots = workspace.roots();
  const format = (problem: WorkspaceDiagnostic): string =>
    `${displayPath(problem.path, roots)}:${formatProblem(problem)}`;
  return [
    ...section('New problems', told.slice(0, added.length).map(format), added.length),
    ...section('Problems as before', told.slice(added.length).map(format), remaining.length),
  ].join('\n');
}

function isErrorOrWarning(problem: WorkspaceDiagnostic): boolean {
  return problem.severity === 'error' || problem.severity === 'warning';
}

/** A problem is the same where all but its place is: a change above it moves it. */
function split(
  before: readonly WorkspaceDiagnostic[],
  after: readonly WorkspaceDiagnostic[],
): { added: readonly WorkspaceDiagnostic[]; remaining: readonly WorkspaceDiagnostic[] } {
  const known = new Map<string, number>();
  for (const problem of before) {
    known.set(identity(problem), (known.get(identity(problem)) ?? 0) + 1);
  }
  const added: WorkspaceDiagnostic[] = [];
  const remaining: WorkspaceDiagnostic[] = [];
  for (const problem of after) {
    const count = known.get(identity(problem)) ?? 0;
    known.set(identity(problem), count - 1);
    (count > 0 ? remaining : added).push(problem);
  }
  return { added, remaining };
}

function identity({ path, severity, message, source, code }: WorkspaceDiagnostic): string {
  return JSON.stringify([path, severity, message, source, code]);
}

function section(title: string, rows: readonly string[], count: number): readonly string[] {
  if (count === 0) {
    return [];
  }
  const rest = count > rows.length ? [`… and ${count - rows.length} more`] : [];
  return [`${title} (${count}):`, ...rows, ...rest];
}

import { cutText } from '../../base/cutText.ts';
import type { WorkspaceDiagnostic } from '../tools/workspace.ts';

/** A problem that an action is about. */
export type ActionProblem = Omit<WorkspaceDiagnostic, 'path'> & {
  /** Where the rule is documented, where its source says so. */
  readonly documentation?: string;
};

/** Messages of compilers may run over pages. */
const maxMessageCharacters = 2_000;

/** The problems as a list for the model, and for the user to read in the chat. */
export function problemList(problems: readonly ActionProblem[]): string {
  return problems.map(problemLine).join('\n');
}

function problemLine(problem: ActionProblem): string {
  const { startLine, startColumn, severity, message, source, code, documentation } = problem;
  const origin = [source, code].filter((part) => part !== undefined && part !== '').join(' ');
  const text = cutText(message, maxMessageCharacters).replace(/\s*\n\s*/g, ' ');
  const parts = [
    `- Line ${startLine}, column ${startColumn}: ${severity}: ${text}`,
    origin === '' ? '' : `(${origin})`,
    documentation === undefined ? '' : `Documentation of the rule: ${documentation}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

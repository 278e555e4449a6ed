import { UserError } from '../../base/errors.ts';
import { HidingRules } from './ignoreRules.ts';
import { defineInput } from './input.ts';
import { explainMissing } from './missingFile.ts';
import { displayPath } from './paths.ts';
import { formatProblem, sortProblems } from './problems.ts';
import { findTarget, readAccess, type Target } from './target.ts';
import type { Tool, ToolContext } from './tool.ts';
import type { WorkspaceDiagnostic } from './workspace.ts';

/** 100 problems of 100 characters are 10,000: a third of the limit for results. */
const maxProblems = 100;

const input = defineInput((s) =>
  s.object({
    paths: s.optional(s.array(s.name('A file.'), 'Default: all files that have problems.')),
  }),
);

/** Tells the problems that VS Code shows. */
export function createGetDiagnosticsTool(): Tool {
  return {
    name: 'get_diagnostics',
    description:
      "Tells the problems (errors, warnings, hints) that the editor's language services show, the worst first.",
    inputSchema: input.schema,
    kind: 'read',
    prepare: async (given, context) => {
      const { paths } = input.parse(given);
      const targets = await Promise.all((paths ?? []).map((path) => findTarget(path, context)));
      const first = targets[0];
      const more = targets.length > 1 ? ` and ${targets.length - 1} more` : '';
      return {
        title: first ? `Problems of ${first.display}${more}` : 'Problems of the workspace',
        access: targets.flatMap(readAccess),
        run: async (_progress, signal) => {
          for (const target of targets) {
            await assertExists(target, context, signal);
          }
          const files = paths === undefined ? undefined : targets.map((target) => target.path);
          const problems = await visible(context.workspace.diagnostics(files), context);
          return { text: report(problems, context), isError: false };
        },
      };
    },
  };
}

async function assertExists(
  target: Target,
  context: ToolContext,
  signal: AbortSignal,
): Promise<void> {
  const isOpen = context.workspace.openFiles().includes(target.path);
  if (target.kind === 'missing' && !isOpen) {
    throw new UserError(await explainMissing(target, context, signal));
  }
}

/** Without those of files that the user hides: a message may quote the file. */
async function visible(
  problems: readonly WorkspaceDiagnostic[],
  { workspace }: ToolContext,
): Promise<readonly WorkspaceDiagnostic[]> {
  const all = await Promise.all(workspace.roots().map((root) => HidingRules.read(root.path)));
  return problems.filter((problem) => !all.some((rules) => rules.hides(problem.path, false)));
}

function report(unsorted: readonly WorkspaceDiagnostic[], { workspace }: ToolContext): string {
  const problems = sortProblems(unsorted);
  if (problems.length === 0) {
    return 'No problems. Language services look at open files, and some at the whole project.';
  }
  const roots = workspace.roots();
  const groups = new Map<string, string[]>();
  for (const problem of problems.slice(0, maxProblems)) {
    const file = displayPath(problem.path, roots);
    groups.set(file, [...(groups.get(file) ?? []), formatProblem(problem)]);
  }
  const text = [...groups].map(([file, rows]) => `${file}\n  ${rows.join('\n  ')}`).join('\n');
  return `${count(problems)}\n${text}`;
}

function count(problems: readonly WorkspaceDiagnostic[]): string {
  const of = (severity: WorkspaceDiagnostic['severity']): number =>
    problems.filter((problem) => problem.severity === severity).length;
  const others = of('information') + of('hint');
  const cut = problems.length > maxProblems ? `; the first ${maxProblems} are shown` : '';
  return `${of('error')} errors, ${of('warning')} warnings, ${others} others${cut}`;
}

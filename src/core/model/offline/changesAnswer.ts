import { code, count, link } from './markdown.ts';
import type { Question } from './question.ts';
import { callTool, type Script } from './script.ts';
import { firstLine } from './subjects.ts';

/** Works in POSIX shells and in PowerShell, and only reads. */
const command = 'git status --short --branch; git diff --stat HEAD';
const maxFiles = 50;

const states: Readonly<Record<string, string>> = {
  '?': 'new',
  A: 'added',
  C: 'copied',
  D: 'deleted',
  M: 'changed',
  R: 'renamed',
  T: 'changed',
  U: 'in conflict',
};

/** What changed since the last commit, as Git tells it. */
export function* answerChanges(question: Question): Script {
  if (!question.tools.has('run_command')) {
    return 'To tell what changed I would have to run Git, and nothing runs while the workspace is in Restricted Mode. Trust the folder with **Workspaces: Manage Workspace Trust**, then ask again.';
  }
  const answer = yield* callTool('run_command', { command, purpose: 'see what changed' });
  if (/not a git repository/i.test(answer.text)) {
    return "The workspace is not a Git repository, so I can't tell what changed.";
  }
  const files = readStatus(answer.text);
  if (files.length === 0) {
    return /^## /m.test(answer.text)
      ? `Nothing changed since the last commit${branchOf(answer.text)}.`
      : `I can't tell what changed: ${firstLine(answer.text)}`;
  }
  const rows = files.slice(0, maxFiles).map(({ path, state, amount }) => {
    return `- ${state === 'deleted' ? code(path) : link(path)} ${state}${amount}`;
  });
  const more = files.length > maxFiles ? [`- … and ${files.length - maxFiles} more`] : [];
  const head = `${count(files.length, 'file')} changed since the last commit${branchOf(answer.text)}:`;
  return `${head}\n\n${[...rows, ...more].join('\n')}`;
}

function branchOf(text: string): string {
  const branch = /^## (?:No commits yet on )?(.+?)(?:\.\.\.|\s|$)/m.exec(text)?.[1];
  return branch === undefined ? '' : ` on ${code(branch)}`;
}

interface ChangedFile {
  readonly path: string;
  readonly state: string;
  /** For example ", 12 lines"; empty where it is not known. */
  readonly amount: string;
}

function readStatus(text: string): readonly ChangedFile[] {
  const amounts = readAmounts(text);
  const files: ChangedFile[] = [];
  for (const row of text.split('\n')) {
    const [, state = '', name = ''] = /^([ MADRCUT?]{2}) (.+)$/.exec(row) ?? [];
    const path = unquote(name.split(' -> ').at(-1) ?? name);
    const letter = state.trim()[0];
    if (letter !== undefined && path !== '') {
      const lines = amounts.get(path);
      const amount = lines === undefined ? '' : `, ${count(lines, 'line')}`;
      files.push({ path, state: states[letter] ?? 'changed', amount });
    }
  }
  return files;
}

/** Rows of `git diff --stat`: ` src/a.ts | 12 ++--`. */
function readAmounts(text: string): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>();
  for (const [, path = '', lines] of text.matchAll(/^ (\S.*?)\s+\|\s+(\d+) /gm)) {
    amounts.set(path, Number(lines));
  }
  return amounts;
}

function unquote(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1) : name;
}

import { throwIfCancelled, UserError } from '../../base/errors.ts';
import { unifiedDiff } from '../edit/unifiedDiff.ts';
import { fileEditOf } from './fileEdit.ts';
import { assertUnmoved } from './paths.ts';
import { describeProblemsAfterChange } from './problems.ts';
import { isGitInternal } from './sensitiveFiles.ts';
import type { Target } from './target.ts';
import type { ToolAccess, ToolContext, ToolOutput } from './tool.ts';
import type { FileChange } from './workspace.ts';

/** Throws `UserError` where nothing may be written, whatever the user allows. */
export function assertWritable(target: Target): void {
  if (target.isSpilled) {
    throw new UserError(`${target.display} keeps an output: it can be read, not changed.`);
  }
  if (isGitInternal(target.path)) {
    throw new UserError(
      `${target.display} belongs to git's own files, which are changed by git commands alone.`,
    );
  }
  if (target.kind === 'folder' || target.kind === 'other') {
    const kind = target.kind === 'folder' ? 'a folder' : 'a device or a pipe';
    throw new UserError(`${target.display} is ${kind}, not a file.`);
  }
}

/** What applying a change touches, with its diff, and what must be known to judge it. */
export function editAccess(
  target: Target,
  change: FileChange,
  note?: string,
): readonly ToolAccess[] {
  const diff = unifiedDiff({ file: target.display, before: change.before, after: change.after });
  const isInWorkspace = target.root !== undefined;
  const access = { kind: 'edit', path: target.path, isInWorkspace, diff } as const;
  return [note === undefined ? access : { ...access, note }];
}

/** Applies a change and tells what became of it, with the problems that the file has then. */
export async function applyChange(
  target: Target,
  change: FileChange,
  options: { readonly done: string; readonly context: ToolContext },
  signal: AbortSignal,
): Promise<ToolOutput> {
  const { workspace } = options.context;
  throwIfCancelled(signal);
  // Leave was given for this place: a link may have been put in its way since.
  await assertUnmoved(target);
  const before = workspace.diagnostics([target.path]);
  await workspace.applyChanges([change]);
  // Saving may have formatted it.
  const left = await workspace.readText(target.path);
  const after = await workspace.settledDiagnostics([target.path], signal);
  const problems = describeProblemsAfterChange(before, after, workspace);
  return {
    text: problems === '' ? options.done : `${options.done}\n${problems}`,
    isError: false,
    changedPaths: [target.path],
    edits: [fileEditOf({ ...change, after: left.text })],
  };
}

import { UserError } from '../../base/errors.ts';
import { assertNotHidden } from './ignoreRules.ts';
import { isWithin, type ResolvedPath, resolvePath } from './paths.ts';
import { isSensitiveFile } from './sensitiveFiles.ts';
import type { ToolAccess, ToolContext } from './tool.ts';

/** A file or folder that a call is about. */
export interface Target extends ResolvedPath {
  /** Whether it is output that was too big for the history. */
  readonly isSpilled: boolean;
  /** Whether it may be read without leave: only then may an error tell of its content before leave is given. */
  readonly isFree: boolean;
}

/** Finds what a path names. Throws `UserError`, also where the user hides it from the assistant. */
export async function findTarget(given: string, context: ToolContext): Promise<Target> {
  const resolved = await resolvePath(given, context.workspace.roots());
  await assertNotHidden(resolved);
  const isSpilled = context.spill.contains(resolved.path);
  const isFree = isSpilled || (resolved.root !== undefined && !isSensitiveFile(resolved.path));
  return { ...resolved, isSpilled, isFree };
}

/** What `path` names or, without one, all open folders: each file of theirs is in one of these. */
export async function findPlaces(
  path: string | undefined,
  context: ToolContext,
): Promise<readonly Target[]> {
  if (path !== undefined) {
    return [await findTarget(path, context)];
  }
  const roots = context.workspace.roots();
  if (roots.length === 0) {
    throw new UserError('No folder is open. Give an absolute path.');
  }
  const outermost = roots.filter(
    (root) => !roots.some((other) => other !== root && isWithin(other.path, root.path)),
  );
  return Promise.all(outermost.map((root) => findTarget(root.path, context)));
}

/** What reading a target touches. Nothing for spilled output: it came from this thread's own calls. */
export function readAccess(target: Target): readonly ToolAccess[] {
  if (target.isSpilled) {
    return [];
  }
  const access = {
    kind: 'read',
    path: target.path,
    isInWorkspace: target.root !== undefined,
  } as const;
  return [isSensitiveFile(target.path) ? { ...access, isSensitive: true } : access];
}

/** Throws `UserError` unless the target is a folder. */
export function assertFolder(target: Target): void {
  if (target.kind === 'missing') {
    throw new UserError(`There is no folder ${target.display}.`);
  }
  if (target.kind !== 'folder') {
    throw new UserError(`${target.display} is not a folder.`);
  }
}

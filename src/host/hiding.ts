import { rootOf } from '../core/tools/paths.ts';
import type { WorkspaceRoot } from '../core/tools/workspace.ts';

/** Whether the user hides a file or folder of the workspace from the assistant. */
export async function isHidden(
  path: string,
  isFolder: boolean,
  roots: readonly WorkspaceRoot[],
): Promise<boolean> {
  const root = rootOf(path, roots);
  if (!root) {
    return false;
  }
  // Patterns are compiled by a package of its own, which activation must not load.
  const { HidingRules } = await import('../core/tools/ignoreRules.ts');
  return (await HidingRules.read(root.path)).hides(path, isFolder);
}

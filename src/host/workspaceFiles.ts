import nodePath from 'node:path';
import { displayPath } from '../core/tools/paths.ts';
import type { Workspace } from '../core/tools/workspace.ts';
import type { ListedFile } from './fileIndex.ts';

/** Lists the files of all open folders, without those that are ignored or hidden. */
export async function* listWorkspaceFiles(
  workspace: Workspace,
  signal: AbortSignal,
): AsyncGenerator<ListedFile> {
  const { listFiles, openFileTree } = await import('../core/tools/fileTree.ts');
  const roots = workspace.roots();
  for (const root of roots) {
    const tree = await openFileTree(root.path, root.path, await workspace.ripgrepPath());
    const prefix = roots.length > 1 ? `${displayPath(root.path, roots)}/` : '';
    for await (const file of listFiles(tree, signal)) {
      yield { absolutePath: nodePath.join(root.path, file), displayPath: prefix + file };
    }
  }
}

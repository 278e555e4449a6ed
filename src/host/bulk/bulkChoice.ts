import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import { type BulkTask, bulkTasks } from '../../core/model/batches/bulkTask.ts';
import { isWithin, rootOf, toSlashes } from '../../core/tools/paths.ts';
import type { Workspace } from '../../core/tools/workspace.ts';
import { fileChips } from '../editorContext.ts';
import type { ListFiles } from '../fileIndex.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';

export interface BulkChoiceParts {
  readonly workspace: Workspace;
  readonly folders: WorkspaceFolders;
  readonly listFiles: ListFiles;
}

/** Gives the files that were chosen, absolute; asked once it is known that they are needed. */
export type FindFiles = (signal: AbortSignal) => Promise<readonly string[]>;

/** What to do with the files; undefined where the user leaves the question. */
export async function chooseTask(workspace: Workspace): Promise<BulkTask | undefined> {
  // In Restricted Mode nothing is offered that changes files.
  const offered = bulkTasks.filter((task) => workspace.isTrusted() || !task.changesFiles);
  const chosen = await vscode.window.showQuickPick(
    offered.map(({ task, label, detail }) => ({ label, detail, task })),
    { title: 'Run on many files', placeHolder: 'What should be done with each file?' },
  );
  return chosen?.task;
}

/** Which files; undefined where the user leaves the question. */
export async function chooseFiles(parts: BulkChoiceParts): Promise<FindFiles | undefined> {
  const editors = parts.workspace.openFiles();
  const chosen = await vscode.window.showQuickPick(
    [
      {
        label: 'Files by pattern…',
        description: 'for example src/**/*.ts',
        choose: () => chooseGlob(parts),
      },
      {
        label: 'Open editors',
        description: editors.length === 1 ? '1 file' : `${editors.length} files`,
        choose: async (): Promise<FindFiles> => () => Promise.resolve(editors),
      },
    ],
    {
      title: 'Run on many files',
      placeHolder: 'Which files? A selection in the explorer has this command in its menu.',
    },
  );
  return chosen?.choose();
}

/** From the explorer: the files that were selected, and all that the selected folders list. */
export async function filesOfSelection(
  parts: BulkChoiceParts,
  clicked: unknown,
  selected: unknown,
): Promise<FindFiles> {
  const chips = await fileChips(parts.folders, clicked, selected);
  const paths = chips.flatMap(({ path }) => path ?? []);
  return async (signal) => {
    const found: string[] = [];
    for (const path of paths) {
      if ((await stat(path)).isDirectory()) {
        found.push(...(await listed(parts, (file) => isWithin(path, file), signal)));
      } else {
        found.push(path);
      }
    }
    return found;
  };
}

async function chooseGlob(parts: BulkChoiceParts): Promise<FindFiles | undefined> {
  const { compileGlob } = await import('../../core/tools/glob.ts');
  const glob = await vscode.window.showInputBox({
    title: 'Run on many files',
    prompt: 'Files that match this pattern. What git ignores is left out.',
    placeHolder: 'src/**/*.ts',
    validateInput: (value) => (value.trim() === '' ? 'Enter a pattern.' : undefined),
  });
  if (glob === undefined) {
    return undefined;
  }
  const matches = compileGlob(glob.trim());
  const roots = parts.workspace.roots();
  return async (signal) => {
    const isWanted = (file: string): boolean => {
      const root = rootOf(file, roots);
      return root !== undefined && matches(toSlashes(file.slice(root.path.length + 1)));
    };
    const found = await listed(parts, isWanted, signal);
    if (found.length === 0) {
      throw new UserError(`No file matches ${glob}.`);
    }
    return found;
  };
}

async function listed(
  { listFiles }: BulkChoiceParts,
  isWanted: (file: string) => boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { absolutePath } of listFiles(signal)) {
    if (isWanted(absolutePath)) {
      found.push(absolutePath);
    }
  }
  return found.sort();
}

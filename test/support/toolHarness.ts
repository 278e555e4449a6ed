import path from 'node:path';
import type { Clock } from '../../src/base/clock.ts';
import { EditMatcher } from '../../src/core/edit/editMatcher.ts';
import type { Matching } from '../../src/core/edit/match.ts';
import type { ToolRegistry } from '../../src/core/tools/registry.ts';
import { DiskSpillStore } from '../../src/core/tools/spillStore.ts';
import { createStandardTools } from '../../src/core/tools/standardTools.ts';
import type { PreparedCall, ToolContext, ToolOutput } from '../../src/core/tools/tool.ts';
import { DiskWorkspace } from './diskWorkspace.ts';
import { createFolder, type FolderTree, type TemporaryFolder } from './folderTree.ts';

export interface ToolHarnessOptions {
  /** Names of folders of the tree that are open; default: the tree's own. */
  readonly roots?: readonly string[];
  readonly commandTimeoutMs?: number;
  readonly clock?: Clock;
  readonly matching?: Matching;
}

/** The standard tools over a temporary folder, called as the agent calls them. */
export interface ToolHarness {
  /** The folder that the tree was made in. */
  readonly folder: TemporaryFolder;
  readonly workspace: DiskWorkspace;
  readonly registry: ToolRegistry;
  readonly context: ToolContext;
  prepare(name: string, input: unknown): Promise<PreparedCall>;
  /** Prepares, runs and caps a call; a call that can't be prepared gives its error as output. */
  call(name: string, input: unknown, signal?: AbortSignal): Promise<ToolOutput>;
  /** What the last call told as it ran. */
  readonly progress: readonly string[];
  dispose(): Promise<void>;
}

export async function createToolHarness(
  tree: FolderTree = {},
  options: ToolHarnessOptions = {},
): Promise<ToolHarness> {
  const folder = await createFolder(tree);
  const spillFolder = await createFolder();
  const roots = options.roots?.map((name) => folder.join(name)) ?? [folder.path];
  const workspace = new DiskWorkspace(...roots);
  const context: ToolContext = {
    workspace,
    matcher: new EditMatcher({ matching: () => options.matching ?? 'exact' }),
    spill: new DiskSpillStore({ folder: path.join(spillFolder.path, 'spill') }),
    commandTimeoutMs: options.commandTimeoutMs ?? 60_000,
  };
  const registry = createStandardTools({
    environment: process.env,
    ...(options.clock && { clock: options.clock }),
  });
  const never = new AbortController().signal;
  const progress: string[] = [];
  const prepare = (name: string, input: unknown): Promise<PreparedCall> =>
    registry.prepare(name, input, context, never);
  return {
    folder,
    workspace,
    registry,
    context,
    prepare,
    progress,
    call: async (name, input, signal = never) => {
      progress.length = 0;
      const prepared = await prepare(name, input).catch((error: Error) => error);
      if (prepared instanceof Error) {
        return { text: prepared.message, isError: true };
      }
      const output = await prepared.run((text) => progress.push(text), signal);
      return registry.cap(name, output, context);
    },
    dispose: async () => {
      await folder.dispose();
      await spillFolder.dispose();
    },
  };
}

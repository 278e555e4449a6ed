import { listFiles as listTree, openFileTree } from './fileTree.ts';
import { compileGlob, type PathFilter } from './glob.ts';
import { defineInput } from './input.ts';
import { displayPath, toSlashes } from './paths.ts';
import { assertFolder, findPlaces, readAccess, type Target } from './target.ts';
import type { Tool, ToolContext, ToolOutput } from './tool.ts';

/** 500 paths of 40 characters are 20,000: they fit the limit for results. */
const defaultLimit = 500;
/** As many as fit the limit for results with the shortest of names. */
const maxLimit = 2_000;
/** Folders named with their counts where the list is cut: an overview, not another long list. */
const maxFoldersTold = 40;

const input = defineInput((s) =>
  s.object({
    path: s.optional(s.name('Folder to list; default: all open folders.')),
    glob: s.optional(
      s.name('Such as `*.ts` (any folder) or `src/**/*.{ts,tsx}` (from path), `!` negates.'),
    ),
    limit: s.optional(s.wholeNumber({ min: 1, max: maxLimit }, `Default ${defaultLimit}.`)),
  }),
);

/** Lists files by folder and glob, ignore files respected. */
export function createListFilesTool(): Tool {
  return {
    name: 'list_files',
    description:
      'Lists files recursively, sorted, as paths the other tools take. Leaves out what .gitignore excludes, unless path itself is excluded.',
    inputSchema: input.schema,
    kind: 'read',
    prepare: async (given, context) => {
      const { path, glob, limit = defaultLimit } = input.parse(given);
      const targets = await findPlaces(path, context);
      for (const target of targets) {
        assertFolder(target);
      }
      const filter = compileGlob(glob);
      return {
        title: titleOf(path === undefined ? undefined : targets[0]?.display, glob),
        access: targets.flatMap(readAccess),
        run: async (_progress, signal) => {
          const list = new CappedList(limit);
          for (const target of targets) {
            await collect(target, filter, list, context, signal);
          }
          return list.toOutput(glob);
        },
      };
    },
  };
}

function titleOf(folder: string | undefined, glob: string | undefined): string {
  const what = glob === undefined ? 'List files' : `List files ${glob}`;
  return folder === undefined ? what : `${what} in ${folder}`;
}

async function collect(
  target: Target,
  filter: PathFilter,
  list: CappedList,
  context: ToolContext,
  signal: AbortSignal,
): Promise<void> {
  const { workspace } = context;
  const root = target.root?.path ?? target.path;
  const tree = await openFileTree(target.path, root, await workspace.ripgrepPath());
  const isWithinOpenFolder = target.root !== undefined;
  const prefix = isWithinOpenFolder ? prefixOf(root, context) : `${toSlashes(root)}/`;
  const skipped = toSlashes(target.path).length - toSlashes(root).length;
  for await (const file of listTree(tree, signal)) {
    const belowStart = file.slice(skipped);
    if (filter(belowStart)) {
      list.add(prefix + file, belowStart.slice(0, belowStart.indexOf('/') + 1));
    }
  }
}

/** What makes a path relative to an open folder one that the tools understand. */
function prefixOf(root: string, context: ToolContext): string {
  const shown = displayPath(root, context.workspace.roots());
  return shown === '.' ? '' : `${shown}/`;
}

/** The first paths in order, and how many there are of all, without keeping the others. */
class CappedList {
  private readonly limit: number;
  private readonly folderCounts = new Map<string, number>();
  private paths: string[] = [];
  private count = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** @param folder The first folder of the path below the one listed; empty for a file in it. */
  add(path: string, folder: string): void {
    this.count += 1;
    this.paths.push(path);
    this.folderCounts.set(folder, (this.folderCounts.get(folder) ?? 0) + 1);
    if (this.paths.length > 20 * this.limit) {
      this.shorten();
    }
  }

  toOutput(glob: string | undefined): ToolOutput {
    this.shorten();
    if (this.count === 0) {
      const what = glob === undefined ? 'No files' : `No files that match ${glob}`;
      return { text: `${what}: they may be excluded by .gitignore.`, isError: false };
    }
    const text = this.paths.join('\n');
    return { text: this.count > this.limit ? `${text}\n\n${this.remark()}` : text, isError: false };
  }

  private remark(): string {
    const folders = [...this.folderCounts].sort(([, left], [, right]) => right - left);
    const told = folders
      .slice(0, maxFoldersTold)
      .map(([folder, count]) => `${folder === '' ? '(top)' : folder} ${count}`);
    return `[The first ${this.limit} of ${this.count} files. Narrow it with path or glob. Files by folder: ${told.join(', ')}]`;
  }

  /** Sorts by code units, the same on every machine. */
  private shorten(): void {
    this.paths.sort((left, right) => (left < right ? -1 : Number(left > right)));
    this.paths.length = Math.min(this.paths.length, this.limit);
  }
}

import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import nodePath from 'node:path';
import { throwIfCancelled, UserError } from '../../base/errors.ts';
import {
  foldersDownTo,
  GitIgnoreRules,
  HidingRules,
  hidingFileName,
  isGitIgnored,
  repositoryTop,
} from './ignoreRules.ts';
import { codeOf, toSlashes } from './paths.ts';
import { RipgrepUnavailable, ripgrepRecords } from './ripgrep.ts';

/** A folder whose files are listed or searched, and what is passed over in it. */
export interface FileTree {
  /** The open folder that holds it, or the folder itself where it is outside the workspace. */
  readonly root: string;
  /** Absolute, at or below `root`. */
  readonly start: string;
  readonly hiding: HidingRules;
  /** False where git ignores the folder itself: it was asked for by name, so all of it is meant. */
  readonly usesGitIgnore: boolean;
  /** ripgrep, where there is one and it can do what the rules ask for. */
  readonly ripgrep: { readonly program: string; readonly flags: readonly string[] } | undefined;
}

/** Works out the rules that hold in `start`. @param program ripgrep's, where there is one. */
export async function openFileTree(
  start: string,
  root: string,
  program: string | undefined,
): Promise<FileTree> {
  const hiding = await HidingRules.read(root);
  const usesGitIgnore = !(await isGitIgnored(start, root));
  const ignoreFlags = usesGitIgnore ? await gitIgnoreFlags(start, root) : ['--no-ignore-vcs'];
  const ripgrep =
    program !== undefined && ignoreFlags
      ? { program, flags: [...commonFlags, ...ignoreFlags, ...hidingFlags(root, hiding)] }
      : undefined;
  return { root, start, hiding, usesGitIgnore, ripgrep };
}

/**
 * The files of a tree as paths relative to its root, with slashes, in no order. Left out are `.git`,
 * what git ignores, what the user hides, links, and what can't be read. Throws `CancelledError`.
 */
export async function* listFiles(tree: FileTree, signal: AbortSignal): AsyncGenerator<string> {
  if (tree.ripgrep) {
    try {
      yield* ripgrepFiles(tree, tree.ripgrep, signal);
      return;
    } catch (error) {
      // It fails to start before it has yielded anything, so nothing is listed twice.
      if (!(error instanceof RipgrepUnavailable)) {
        throw error;
      }
    }
  }
  yield* walkFiles(tree, signal);
}

/** The same in JavaScript alone: slower, and what ripgrep's answer is tested against. */
export async function* walkFiles(tree: FileTree, signal: AbortSignal): AsyncGenerator<string> {
  const rules = tree.usesGitIgnore
    ? await GitIgnoreRules.forStart(tree.start, tree.root)
    : undefined;
  yield* walkFolder(tree, tree.start, rules, signal);
}

/** The path that ripgrep is given for the tree's start, its working folder being the root. */
export function startArgument(tree: FileTree): string {
  return `./${toSlashes(nodePath.relative(tree.root, tree.start))}`;
}

/** A path as ripgrep prints it, relative to the root. */
export function fromRipgrepPath(printed: string): string {
  return toSlashes(printed).replace(/^\.\//, '');
}

const commonFlags: readonly string[] = [
  '--no-config',
  '--no-messages',
  '--hidden',
  // Rules for other programs, or of this user alone, are not the project's. (ripgrep before 14 reads
  // `.rgignore` all the same.)
  '--no-ignore-dot',
  '--no-ignore-global',
  '--no-ignore-exclude',
  '--glob=!.git',
];

/** Undefined where ripgrep can't be told: it would miss rules between the root and the start. */
async function gitIgnoreFlags(start: string, root: string): Promise<readonly string[] | undefined> {
  if (await repositoryTop(start)) {
    return [];
  }
  const above = foldersDownTo(start, root).slice(0, -1);
  const haveRules = await Promise.all(above.map((folder) => hasFile(folder, '.gitignore')));
  return haveRules.includes(true) ? undefined : ['--no-require-git', '--no-ignore-parent'];
}

/** Only saves ripgrep the way through what is hidden; `HidingRules` has the last word. */
function hidingFlags(root: string, hiding: HidingRules): readonly string[] {
  return hiding.isPresent ? [`--ignore-file=${nodePath.join(root, hidingFileName)}`] : [];
}

async function hasFile(folder: string, name: string): Promise<boolean> {
  try {
    await stat(nodePath.join(folder, name));
    return true;
  } catch {
    // Whatever can't be looked at gives no rules.
    return false;
  }
}

async function* ripgrepFiles(
  tree: FileTree,
  ripgrep: NonNullable<FileTree['ripgrep']>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const args = [...ripgrep.flags, '--files', '--null', startArgument(tree)];
  const call = { program: ripgrep.program, args, folder: tree.root, separator: '\0' } as const;
  for await (const printed of ripgrepRecords(call, signal)) {
    const path = fromRipgrepPath(printed);
    if (!tree.hiding.hides(nodePath.join(tree.root, path), false)) {
      yield path;
    }
  }
}

async function* walkFolder(
  tree: FileTree,
  folder: string,
  rules: GitIgnoreRules | undefined,
  signal: AbortSignal,
): AsyncGenerator<string> {
  throwIfCancelled(signal);
  for (const entry of await readFolder(folder, folder === tree.start)) {
    const path = nodePath.join(folder, entry.name);
    const isFolder = entry.isDirectory();
    const isPassedOver =
      entry.name === '.git' || rules?.ignores(path, isFolder) || tree.hiding.hides(path, isFolder);
    if (isPassedOver) {
      continue;
    }
    if (entry.isFile()) {
      yield toSlashes(nodePath.relative(tree.root, path));
    } else if (isFolder) {
      yield* walkFolder(tree, path, await rules?.enter(path), signal);
    }
  }
}

async function readFolder(folder: string, isStart: boolean): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isStart) {
      throw new UserError(`${folder} can't be listed (${codeOf(error) ?? String(error)}).`);
    }
    // One folder that is closed to us, or gone by now, must not hide all the others.
    return [];
  }
}

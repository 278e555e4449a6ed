import { readFile, stat } from 'node:fs/promises';
import nodePath from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { UserError } from '../../base/errors.ts';
import { codeOf, isWithin, type ResolvedPath, toSlashes } from './paths.ts';

/** Lists, at the root of an open folder, what the assistant must not see. Syntax as in `.gitignore`. */
export const hidingFileName = '.slipstreamignore';

/** Which files of one tree the user hides from the assistant. */
export class HidingRules {
  private readonly folder: string;
  private readonly rules: Ignore | undefined;

  private constructor(folder: string, rules: Ignore | undefined) {
    this.folder = folder;
    this.rules = rules;
  }

  /** @param folder An open folder, absolute. */
  static async read(folder: string): Promise<HidingRules> {
    const text = await readPatterns(nodePath.join(folder, hidingFileName));
    return new HidingRules(folder, text === undefined ? undefined : newRules().add(text));
  }

  /** Whether there are rules at all. */
  get isPresent(): boolean {
    return this.rules !== undefined;
  }

  /** Whether an absolute path, or a folder above it, is hidden. */
  hides(path: string, isFolder: boolean): boolean {
    return this.rules !== undefined && isIgnored(this.rules, this.folder, path, isFolder);
  }
}

/** Throws `UserError` where the user hides the file from the assistant. */
export async function assertNotHidden(target: ResolvedPath): Promise<void> {
  if (!target.root) {
    return;
  }
  const rules = await HidingRules.read(target.root.path);
  if (rules.hides(target.path, target.kind === 'folder')) {
    throw new UserError(
      `${target.display} is hidden from you by the user's ${hidingFileName}. Go on without it.`,
    );
  }
}

/**
 * What git ignores in one folder and below, as its `.gitignore` files say: those of the folders above
 * up to the repository's top (or, outside a repository, up to the open folder), and its own. Made for
 * the folder where a walk starts and extended as it goes down. A repository inside another starts
 * anew. Neither `.git/info/exclude` nor the user's own global file is read. All of this is what
 * ripgrep does with the flags of `fileTree.ts`.
 */
export class GitIgnoreRules {
  /** What the rules' paths are relative to. */
  private readonly base: string;
  private readonly rules: Ignore;
  private readonly isInRepository: boolean;

  private constructor(base: string, rules: Ignore, isInRepository: boolean) {
    this.base = base;
    this.rules = rules;
    this.isInRepository = isInRepository;
  }

  /** The rules that hold in `start`. @param root The open folder that holds it, or `start` itself. */
  static async forStart(start: string, root: string): Promise<GitIgnoreRules> {
    const repository = await repositoryTop(start);
    const top = repository ?? root;
    let rules = new GitIgnoreRules(top, newRules(), repository !== undefined);
    for (const folder of foldersDownTo(start, top)) {
      rules = await rules.enter(folder);
    }
    return rules;
  }

  /** The rules that hold in `folder`, which is directly below or the same. */
  async enter(folder: string): Promise<GitIgnoreRules> {
    const outer = (await this.startsAnewIn(folder))
      ? new GitIgnoreRules(folder, newRules(), true)
      : this;
    const text = await readPatterns(nodePath.join(folder, '.gitignore'));
    if (text === undefined) {
      return outer;
    }
    const prefix = toSlashes(nodePath.relative(outer.base, folder));
    const patterns = text.split(/\r?\n/).map((line) => rebase(line, prefix));
    const rules = newRules().add(outer.rules).add(patterns.join('\n'));
    return new GitIgnoreRules(outer.base, rules, outer.isInRepository);
  }

  /** Whether git ignores an absolute path, or a folder above it. */
  ignores(path: string, isFolder: boolean): boolean {
    return isIgnored(this.rules, this.base, path, isFolder);
  }

  private async startsAnewIn(folder: string): Promise<boolean> {
    return this.isInRepository && folder !== this.base && (await isRepository(folder));
  }
}

/** Whether git ignores a folder: then what is in it is looked at only where it is asked for by name. */
export async function isGitIgnored(folder: string, root: string): Promise<boolean> {
  if (folder === root || !isWithin(root, folder)) {
    return false;
  }
  const rules = await GitIgnoreRules.forStart(nodePath.dirname(folder), root);
  return rules.ignores(folder, true);
}

/** The top of the repository that holds `folder`, if it is in one. */
export async function repositoryTop(folder: string): Promise<string | undefined> {
  let current = folder;
  while (!(await isRepository(current))) {
    const parent = nodePath.dirname(current);
    if (parent === current) {
      return undefined;
    }
    current = parent;
  }
  return current;
}

/** The folders from `top` down to `start`, both included. */
export function foldersDownTo(start: string, top: string): readonly string[] {
  const steps = toSlashes(nodePath.relative(top, start)).split('/').filter(Boolean);
  return [top, ...steps.map((_, index) => nodePath.join(top, ...steps.slice(0, index + 1)))];
}

/** Git and ripgrep tell upper and lower case apart in patterns, whatever the file system does. */
function newRules(): Ignore {
  return ignore({ ignorecase: false });
}

function isIgnored(rules: Ignore, base: string, path: string, isFolder: boolean): boolean {
  const relative = toSlashes(nodePath.relative(base, path));
  if (relative === '' || relative.startsWith('../') || !ignore.isPathValid(relative)) {
    return false;
  }
  return rules.ignores(isFolder ? `${relative}/` : relative);
}

/** A pattern of a nested `.gitignore` as one of the folder that `prefix` is relative to. */
function rebase(line: string, prefix: string): string {
  const pattern = line.replace(/(?<!\\) +$/, '');
  if (prefix === '' || pattern === '' || pattern.startsWith('#')) {
    return pattern;
  }
  const isNegative = pattern.startsWith('!');
  const body = isNegative ? pattern.slice(1) : pattern;
  const isAnchored = /\/(?!$)/.test(body);
  const place = isAnchored ? body.replace(/^\//, '') : `**/${body}`;
  return `${isNegative ? '!' : ''}/${prefix.replace(/[\\*?[\]!# ]/g, '\\$&')}/${place}`;
}

async function readPatterns(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // A folder or a link to nowhere of that name, or one that is closed to us, has no rules to give.
    if (['ENOENT', 'EISDIR', 'EACCES', 'ELOOP', 'ENOTDIR'].includes(codeOf(error) ?? '')) {
      return undefined;
    }
    throw error;
  }
}

/** A `.git` file counts as well: a work tree or a submodule has one. */
async function isRepository(folder: string): Promise<boolean> {
  try {
    await stat(nodePath.join(folder, '.git'));
    return true;
  } catch {
    // Whatever can't be looked at is no repository to us.
    return false;
  }
}

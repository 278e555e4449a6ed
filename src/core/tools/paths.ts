import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import nodePath from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../base/errors.ts';
import type { WorkspaceRoot } from './workspace.ts';

/** A path that the model named, found on disk. */
export interface ResolvedPath {
  /** Absolute, with links resolved: also those of a link whose target does not exist yet. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'missing' | 'other';
  /** The innermost open folder that holds it; undefined outside the workspace. */
  readonly root: WorkspaceRoot | undefined;
  /** For people and the model, with slashes: see `displayPath`. */
  readonly display: string;
}

/** As many as Linux follows before it gives up. */
const maxLinks = 40;

/**
 * Finds what `given` names: an absolute path, a `file:` URL, a path from the home folder (`~/…`), a
 * path relative to an open folder or, where several are open, one that begins with a folder's name.
 * Throws `UserError` with a message for the model where it names nothing that can be looked at.
 */
export async function resolvePath(
  given: string,
  roots: readonly WorkspaceRoot[],
): Promise<ResolvedPath> {
  if (given.trim() === '' || given.includes('\0')) {
    throw new UserError('The path is empty or holds a NUL character.');
  }
  const found = await resolveCandidates(given, roots);
  // A file name may hold a backslash here: read it as a separator only where nothing is so named.
  const isForeign = nodePath.sep === '/' && given.includes('\\');
  if (found.kind === 'missing' && isForeign) {
    return resolveCandidates(given.replaceAll('\\', '/'), roots);
  }
  return found;
}

/** Whether an absolute path with links resolved is in one of the folders, or is one. */
export function isInWorkspace(path: string, roots: readonly WorkspaceRoot[]): boolean {
  return rootOf(path, roots) !== undefined;
}

/** The innermost open folder that holds `path`. */
export function rootOf(path: string, roots: readonly WorkspaceRoot[]): WorkspaceRoot | undefined {
  return roots
    .filter((root) => isWithin(root.path, path))
    .reduce<WorkspaceRoot | undefined>(
      (best, root) => (best && best.path.length >= root.path.length ? best : root),
      undefined,
    );
}

/** Whether `path` is `folder` or below it. Both absolute, with links resolved. */
export function isWithin(folder: string, path: string): boolean {
  const relative = nodePath.relative(folder, path);
  const isOutside = relative === '..' || relative.startsWith(`..${nodePath.sep}`);
  return !isOutside && !nodePath.isAbsolute(relative);
}

/**
 * How a path is shown: relative to its open folder (`.` for the folder itself), behind the folder's
 * name where several are open; absolute outside. `resolvePath` understands all of these.
 */
export function displayPath(path: string, roots: readonly WorkspaceRoot[]): string {
  const root = rootOf(path, roots);
  if (!root) {
    return path;
  }
  const relative = toSlashes(nodePath.relative(root.path, path));
  if (roots.length === 1) {
    return relative === '' ? '.' : relative;
  }
  return relative === '' ? root.name : `${root.name}/${relative}`;
}

/** A path with `/` between its parts on every system. */
export function toSlashes(path: string): string {
  return nodePath.sep === '/' ? path : path.replaceAll(nodePath.sep, '/');
}

/**
 * Makes sure that a path still leads where it led when leave was given for it.
 * Throws `UserError` where a link was put in its way since.
 */
export async function assertUnmoved(target: ResolvedPath): Promise<void> {
  if ((await realPath(target.path, 0)) !== target.path) {
    throw new UserError(`${target.display} leads somewhere else by now. Nothing was done.`);
  }
}

async function resolveCandidates(
  given: string,
  roots: readonly WorkspaceRoot[],
): Promise<ResolvedPath> {
  const candidates = candidatePaths(given, roots);
  const found = new Map<string, ResolvedPath>();
  for (const candidate of candidates.paths) {
    const resolved = await inspect(candidate, given, roots);
    found.set(resolved.path, resolved);
  }
  const all = [...found.values()];
  const [existing, ...others] = all.filter((resolved) => resolved.kind !== 'missing');
  if (existing && (others.length === 0 || candidates.namesRoot)) {
    return existing;
  }
  const [first] = all;
  if (first && (all.length === 1 || candidates.namesRoot)) {
    return first;
  }
  const names = roots.map((root) => `${root.name}/`).join(', ');
  throw new UserError(
    `Several folders are open, and ${given} could be in ${existing ? 'more than one' : 'any'} of them. Begin the path with one of: ${names}`,
  );
}

interface Candidates {
  /** In order of preference. */
  readonly paths: readonly string[];
  /** Whether the first one follows from a folder's name in the path. */
  readonly namesRoot: boolean;
}

function candidatePaths(given: string, roots: readonly WorkspaceRoot[]): Candidates {
  if (/^file:/i.test(given)) {
    return { paths: [pathOfUrl(given)], namesRoot: false };
  }
  if (given === '~' || /^~[\\/]/.test(given)) {
    return { paths: [nodePath.join(homedir(), given.slice(1))], namesRoot: false };
  }
  if (nodePath.isAbsolute(given)) {
    return { paths: [nodePath.normalize(given)], namesRoot: false };
  }
  if (roots.length === 0) {
    throw new UserError(`No folder is open, so ${given} can't be found. Give an absolute path.`);
  }
  const below = roots.map((root) => nodePath.join(root.path, given));
  if (roots.length === 1) {
    return { paths: below, namesRoot: false };
  }
  const [first, ...rest] = given.split(/[\\/]/);
  const named = roots
    .filter((root) => root.name === first)
    .map((root) => nodePath.join(root.path, ...rest));
  return { paths: [...named, ...below], namesRoot: named.length === 1 };
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    // The reason that Node gives speaks of its own interface; the shape is what helps.
    throw new UserError(`${url} is not a valid file URL. Give a path instead.`);
  }
}

async function inspect(
  candidate: string,
  given: string,
  roots: readonly WorkspaceRoot[],
): Promise<ResolvedPath> {
  try {
    const path = await realPath(nodePath.resolve(candidate), 0);
    return {
      path,
      kind: await kindOf(path),
      root: rootOf(path, roots),
      display: displayPath(path, roots),
    };
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    throw new UserError(`${given} can't be looked at${reasonOf(error)}.`);
  }
}

/** Resolves links; where nothing exists, those of the nearest folder that does. */
async function realPath(path: string, linkCount: number): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') {
      throw new UserError(`Part of the path ${path} is a file, not a folder.`);
    }
    if (codeOf(error) !== 'ENOENT') {
      throw error;
    }
  }
  const folder = nodePath.dirname(path);
  if (folder === path) {
    return path;
  }
  const realFolder = await realPath(folder, linkCount);
  const here = nodePath.join(realFolder, nodePath.basename(path));
  const target = await linkTarget(here);
  if (target === undefined) {
    return here;
  }
  if (linkCount >= maxLinks) {
    throw new UserError(`${path} is a link that leads back to itself.`);
  }
  // A link to something that does not exist: writing to it would create its target.
  return realPath(nodePath.resolve(realFolder, target), linkCount + 1);
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

async function kindOf(path: string): Promise<ResolvedPath['kind']> {
  try {
    const found = await stat(path);
    if (found.isFile()) {
      return 'file';
    }
    return found.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return 'missing';
    }
    throw error;
  }
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return ': permission denied';
    case 'ELOOP':
      return ': its links lead in a circle';
    case 'ENAMETOOLONG':
      return ': the name is too long';
    default:
      return ` (${codeOf(error) ?? String(error)})`;
  }
}

/** The code of a failed operation of Node or the system, for example `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  // Not by `instanceof`: what a script in a context of its own throws has another `Error` class.
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : undefined;
}

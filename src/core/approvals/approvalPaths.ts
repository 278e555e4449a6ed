import { lstatSync, realpathSync } from 'node:fs';
import nodePath from 'node:path';
import { codeOf } from '../tools/paths.ts';
import { isGitInternal } from '../tools/sensitiveFiles.ts';

/**
 * Where `target` leads from `directory`, every link on the way followed as the system follows it;
 * undefined where that can't be told. Synchronous, because a decision is made in one go: a few
 * look-ups per command that names files. Nothing needs to exist.
 */
export function locatePath(directory: string, target: string): string | undefined {
  const { root } = nodePath.parse(target);
  let current = root === '' ? directory : nodePath.resolve(root);
  for (const segment of target.slice(root.length).split(nodePath.sep === '/' ? '/' : /[\\/]/)) {
    if (segment === '..') {
      current = nodePath.dirname(current);
    } else if (segment !== '' && segment !== '.') {
      const next = followLink(nodePath.join(current, segment));
      if (next === undefined) {
        return undefined;
      }
      current = next;
    }
  }
  return current;
}

/** Undefined for a link that leads nowhere (yet) and for what can't be looked at. */
function followLink(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    return codeOf(error) === 'ENOENT' && !isLink(path) ? path : undefined;
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // Nothing of this name exists.
    return false;
  }
}

const toolFolders = /(?:^|[\\/])\.(?:vscode|idea|husky|devcontainer|claude)(?:[\\/]|$)/i;

/**
 * Whether a file of this name steers tools of the developer, so that who writes it can make them run
 * something: settings and tasks of editors, hooks of Git. Such edits are always asked for.
 */
export function steersTools(path: string): boolean {
  return (
    isGitInternal(path) || toolFolders.test(path) || /\.code-workspace$|[\\/]\.envrc$/i.test(path)
  );
}

/**
 * The folder that "Allow in this thread" may open for reading because of this file outside the
 * workspace; undefined where it would open too much: the home folder or one above it, one at the
 * top of the disk, or a hidden one.
 */
export function scopeFolder(path: string, homeDirectory: string): string | undefined {
  const folder = nodePath.dirname(path);
  const segments = folder.split(/[\\/]/).filter((segment) => segment !== '');
  const isAboveHome = !nodePath.relative(folder, homeDirectory).startsWith('..');
  // A drive or one folder below the root, for example /etc.
  const isTop = segments.length < (nodePath.sep === '/' ? 2 : 3);
  const isHidden = segments.some((segment) => segment.startsWith('.'));
  return isAboveHome || isTop || isHidden ? undefined : folder;
}

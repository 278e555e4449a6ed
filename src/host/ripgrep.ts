import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/** Where to look for ripgrep. */
export interface RipgrepSearch {
  /** Where VS Code is installed; it ships a ripgrep of its own. */
  readonly appRoot: string;
  /** The PATH variable. */
  readonly searchPath: string | undefined;
  readonly platform: string;
  readonly architecture: string;
}

/** The first ripgrep there is: VS Code's own, else one on PATH. Undefined where there is none. */
export async function findRipgrep(search: RipgrepSearch): Promise<string | undefined> {
  for (const candidate of ripgrepCandidates(search)) {
    if (await isExecutable(candidate)) {
      return candidate;
    }
  }
  return undefined;
}

/**
 * VS Code keeps its modules in a folder on servers and unpacked beside an archive on desktops. Since
 * 2026 the package holds programs for all platforms; before, for its own only.
 */
export function ripgrepCandidates(search: RipgrepSearch): readonly string[] {
  const program = search.platform === 'win32' ? 'rg.exe' : 'rg';
  const target = `${search.platform}-${search.architecture}`;
  const shipped = ['node_modules', 'node_modules.asar.unpacked'].flatMap((modules) => [
    path.join(search.appRoot, modules, '@vscode', 'ripgrep', 'bin', program),
    path.join(search.appRoot, modules, '@vscode', 'ripgrep-universal', 'bin', target, program),
  ]);
  const onPath = (search.searchPath ?? '')
    .split(path.delimiter)
    // An empty or relative entry means the current folder, which may hold anything.
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, program));
  return [...shipped, ...onPath];
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    // Not being there is what most candidates are tried for.
    return false;
  }
}

import { posix } from 'node:path';

/** Imports of a bundled module that are fetched before it runs: `import(…)` is not among them. */
const staticImport = /(?:\bfrom|\bimport)\s*"(\.[^"]+)"/g;

/**
 * All modules that are loaded before an entry runs, itself first: what a bundler moves into shared
 * chunks counts as well.
 * @param read Gives the text of a bundled file by its path.
 */
export function eagerModules(
  entry: string,
  read: (path: string) => string,
): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  const add = (path: string): void => {
    if (!modules.has(path)) {
      const text = read(path);
      modules.set(path, text);
      for (const [, imported = ''] of text.matchAll(staticImport)) {
        add(posix.join(posix.dirname(path), imported));
      }
    }
  };
  add(entry);
  return modules;
}

/** Their size together, in bytes. */
export function eagerBytes(modules: ReadonlyMap<string, string>): number {
  return [...modules.values()].reduce((total, text) => total + Buffer.byteLength(text), 0);
}

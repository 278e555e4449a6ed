// Which tree-sitter grammars are shipped, and where they come from.
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const vscodeSet = '@vscode/tree-sitter-wasm/wasm';

/** @type {Readonly<Record<string, string>>} By the name that a grammar has for Slipstream. */
const sources = {
  'web-tree-sitter': 'web-tree-sitter/web-tree-sitter.wasm',
  // The set of VS Code has no grammar for C.
  c: '@repomix/tree-sitter-wasms/out/tree-sitter-c.wasm',
  ...Object.fromEntries(
    [
      'bash',
      'c-sharp',
      'cpp',
      'css',
      'go',
      'java',
      'javascript',
      'php',
      'python',
      'ruby',
      'rust',
      'tsx',
      'typescript',
    ].map((name) => [name, `${vscodeSet}/tree-sitter-${name}.wasm`]),
  ),
};

/**
 * Copies tree-sitter's runtime and the grammars into a folder, with their licenses.
 * @param {string} folder
 */
export async function copyGrammars(folder) {
  await mkdir(folder, { recursive: true });
  const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
  await Promise.all([
    copyFile(at('media/grammarLicenses.txt'), `${folder}/LICENSES.txt`),
    ...Object.entries(sources).map(([name, source]) =>
      copyFile(at(`node_modules/${source}`), `${folder}/${name}.wasm`),
    ),
  ]);
}

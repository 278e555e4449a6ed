// Makes the .vsix: a production build, packed by vsce without asking the network for anything.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { rootDir } from './paths.mjs';
import { runOrThrow } from './run.mjs';

/**
 * @param {string} path Where to write it.
 * @returns {Promise<string>} The same path.
 */
export async function packageExtension(path) {
  await mkdir(dirname(path), { recursive: true });
  await runOrThrow(process.execPath, ['esbuild.mjs', '--production'], { cwd: rootDir });
  await runOrThrow(
    process.execPath,
    [
      'node_modules/@vscode/vsce/vsce',
      'package',
      // Everything that runs is in the bundles.
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      `--out=${path}`,
    ],
    { cwd: rootDir, isQuiet: true },
  );
  return path;
}

import { globSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repositoryDir } from './paths.ts';

export interface HostBundle {
  /** The module that exports `run()`. */
  readonly entry: string;
  /** Folders with tests, relative to test/host; `''` is that folder itself. */
  readonly groups: readonly string[];
}

/** Tests in this folder run in a window that does not trust its workspace. */
export const restrictedGroup = 'restricted';

/** Bundles test/host for the extension host: each file by itself, so that none can be forgotten. */
export async function bundleHostTests(): Promise<HostBundle> {
  const sourceDir = join(repositoryDir, 'test/host');
  const outdir = join(repositoryDir, '.vscode-test/host-tests');
  const files = globSync(['*.test.ts', `${restrictedGroup}/*.test.ts`], { cwd: sourceDir });
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: sourceDir,
    entryPoints: ['index.ts', ...files],
    outbase: sourceDir,
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['vscode', 'mocha'],
    // CommonJS has no import.meta, which the parser's runtime asks where it is.
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const hasRestricted = files.some((file) => file.startsWith(restrictedGroup));
  return {
    entry: join(outdir, 'index.cjs'),
    groups: hasRestricted ? ['', restrictedGroup] : [''],
  };
}

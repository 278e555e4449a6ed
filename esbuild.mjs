// Builds the two bundles: the extension host's (Node, split so that heavy parts load on first use)
// and the webview's (browser, split so that highlighting loads with the first code block). The
// grammars are copied as they are.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { context } from 'esbuild';
import { copyGrammars } from './esbuild.grammars.mjs';
import { webviewOptions } from './esbuild.webview.mjs';

const isWatching = process.argv.includes('--watch');
const isProduction = process.argv.includes('--production');

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  format: 'esm',
  splitting: true,
  minify: isProduction,
  sourcemap: isProduction ? false : 'linked',
  metafile: true,
  logLevel: 'warning',
  legalComments: 'none',
};

/** @type {import('esbuild').BuildOptions} */
const host = {
  ...common,
  // A worker's entry is a program of its own.
  entryPoints: {
    extension: 'src/extension.ts',
    matchWorker: 'src/core/edit/matchWorker.ts',
    syntaxWorker: 'src/core/syntax/syntaxWorker.ts',
  },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node22',
  external: ['vscode'],
  // Bundled CommonJS packages call require for Node's built-ins, which ESM does not define.
  banner: {
    js: "import { createRequire as slipstreamCreateRequire } from 'node:module'; const require = slipstreamCreateRequire(import.meta.url);",
  },
};

const webview = { ...common, ...webviewOptions, outdir: 'dist/webview' };

await rm('dist', { recursive: true, force: true });
await mkdir('dist/webview', { recursive: true });
await copyGrammars('dist/grammars');
const contexts = await Promise.all([context(host), context(webview)]);

if (isWatching) {
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  const results = await Promise.all(contexts.map((one) => one.rebuild()));
  await Promise.all(
    results.map((result, index) =>
      writeFile(
        `dist/meta.${index === 0 ? 'host' : 'webview'}.json`,
        JSON.stringify(result.metafile),
      ),
    ),
  );
  await Promise.all(contexts.map((one) => one.dispose()));
}

// Builds the bundles. The file that VS Code activates is one file, because each further one would
// pass VS Code's hook for ES modules while VS Code itself starts. The rest of the extension
// host's part (Node) is split so that heavy parts load on first use; so are the webview's pages.
// What the first two both use is in either: no class or state of it may count on being the only one.
// The grammars are copied as they are.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { context } from 'esbuild';
import { copyGrammars } from './esbuild.grammars.mjs';
import { webviewPages } from './esbuild.webview.mjs';

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
const node = {
  ...common,
  outdir: 'dist',
  platform: 'node',
  target: 'node22',
  external: ['vscode'],
};

// What the activated file imports on first use: its path in `dist`, without the ending, to its source.
/** @type {Map<string, string>} */
const laterEntries = new Map();

/** @type {import('esbuild').BuildOptions} */
const activation = {
  ...node,
  splitting: false,
  entryPoints: { extension: 'src/extension.ts' },
  plugins: [
    {
      name: 'leave dynamic imports to the other bundle',
      setup({ onResolve }) {
        onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
          if (kind !== 'dynamic-import') {
            return undefined;
          }
          const name = `later/${parse(path).name}`;
          const source = join(resolveDir, path);
          if ((laterEntries.get(name) ?? source) !== source) {
            return { errors: [{ text: `Two files that are loaded later are named ${name}.` }] };
          }
          laterEntries.set(name, source);
          return { path: `./${name}.js`, external: true };
        });
      },
    },
  ],
};

/** @returns {import('esbuild').BuildOptions} */
const later = () => ({
  ...node,
  // A worker's entry is a program of its own.
  entryPoints: {
    ...Object.fromEntries(laterEntries),
    matchWorker: 'src/core/edit/matchWorker.ts',
    syntaxWorker: 'src/core/syntax/syntaxWorker.ts',
  },
  chunkNames: 'chunks/[name]-[hash]',
  // Bundled CommonJS packages call require for Node's built-ins, which ESM does not define.
  banner: {
    js: "import { createRequire as slipstreamCreateRequire } from 'node:module'; const require = slipstreamCreateRequire(import.meta.url);",
  },
});

/** @param {import('esbuild').BuildOptions} page */
const webview = (page) => context({ ...common, ...page, outdir: 'dist/webview' });

await rm('dist', { recursive: true, force: true });
await mkdir('dist/webview', { recursive: true });
await copyGrammars('dist/grammars');
const first = await context(activation);
await first.rebuild();
const builds = {
  activation: first,
  host: await context(later()),
  chat: await webview(webviewPages.chat),
  performance: await webview(webviewPages.performance),
};

if (isWatching) {
  await Promise.all(Object.values(builds).map((one) => one.watch()));
} else {
  await Promise.all(
    Object.entries(builds).map(async ([name, one]) => {
      const { metafile } = await one.rebuild();
      await writeFile(`dist/meta.${name}.json`, JSON.stringify(metafile));
      await one.dispose();
    }),
  );
}

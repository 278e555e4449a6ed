/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'browser',
  // The Chromium of VS Code 1.104 is newer; this is the first with all that is used here.
  target: 'chrome132',
  tsconfig: 'src/webview/tsconfig.json',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
};

/**
 * How the webview's browser code is bundled, shared by the build and the page the tests drive: each
 * page by itself, because what they had in common would be further files that each has to fetch.
 * @type {Readonly<Record<'chat' | 'performance', import('esbuild').BuildOptions>>}
 */
export const webviewPages = {
  chat: {
    ...common,
    entryPoints: { chat: 'src/webview/chat/main.tsx', style: 'src/webview/chat/style.css' },
  },
  performance: {
    ...common,
    entryPoints: {
      performance: 'src/webview/perf/main.tsx',
      performanceStyle: 'src/webview/perf/style.css',
    },
  },
};

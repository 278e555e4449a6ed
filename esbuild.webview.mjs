/**
 * How the webview's browser code is bundled, shared by the build and the page the tests drive.
 * @type {import('esbuild').BuildOptions}
 */
export const webviewOptions = {
  bundle: true,
  format: 'esm',
  splitting: true,
  entryPoints: {
    chat: 'src/webview/chat/main.tsx',
    style: 'src/webview/chat/style.css',
    performance: 'src/webview/perf/main.tsx',
    performanceStyle: 'src/webview/perf/style.css',
  },
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

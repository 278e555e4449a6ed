import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';
import { webviewPages } from '../../../esbuild.webview.mjs';
import { isThemeName, themeStyles } from './themes.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** What VS Code's own pages get, so that what works here works there. */
const contentPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "script-src 'nonce-harness' 'self'",
].join('; ');

const mediaTypes: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  ttf: 'font/ttf',
};

export interface Harness {
  /** The chat's address, without its query: `?scenario=…&theme=…`; `performance` below it is the other panel. */
  readonly url: string;
  /** The bundled files by name, for looking at their sizes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  close(): Promise<void>;
}

/**
 * Bundles the panel and a scripted host and serves them on 127.0.0.1, so that the panel can be seen
 * and driven in a plain browser.
 */
export async function startHarness(port = 0): Promise<Harness> {
  const files = await bundle();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    serve(response, files, pathname, searchParams.get('theme') ?? 'dark');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: actualPort } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actualPort}/`,
    files,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bundle(): Promise<Map<string, Uint8Array>> {
  const common = { absWorkingDir: repository, outdir: '/out', write: false, minify: true } as const;
  const [chat, performance, host] = await Promise.all([
    build({ ...webviewPages.chat, ...common }),
    build({ ...webviewPages.performance, ...common }),
    build({
      ...common,
      entryPoints: {
        harness: 'test/support/webviewHarness/page.mjs',
        performanceHarness: 'test/support/webviewHarness/perfPage.mjs',
      },
      bundle: true,
      format: 'esm',
      minify: false,
    }),
  ]);
  // The bundler's own process would outlive the page.
  await stop();
  const outputs = [chat, performance, host].flatMap(({ outputFiles }) => outputFiles ?? []);
  return new Map(outputs.map((file) => [file.path.replace(/^.*[\\/]out[\\/]/, ''), file.contents]));
}

function serve(
  response: ServerResponse,
  files: ReadonlyMap<string, Uint8Array>,
  pathname: string,
  theme: string,
): void {
  const name = pathname.slice(1);
  const file = files.get(name);
  if (file) {
    const extension = name.slice(name.lastIndexOf('.') + 1);
    response.setHeader('content-type', mediaTypes[extension] ?? 'application/octet-stream');
    response.end(file);
  } else if (name.startsWith('theme-')) {
    const themeName = name.replace(/^theme-|\.css$/g, '');
    response.setHeader('content-type', 'text/css');
    response.end(isThemeName(themeName) ? themeStyles(themeName) : '');
  } else if (Object.hasOwn(pages, name)) {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', contentPolicy);
    response.end(page(isThemeName(theme) ? theme : 'dark', pages[name] ?? pages['']));
  } else {
    response.statusCode = 404;
    response.end();
  }
}

/** What a page loads, by its path. */
interface PageFiles {
  readonly style: string;
  readonly host: string;
  readonly entry: string;
}

const pages: Readonly<Record<'' | 'performance', PageFiles>> & Readonly<Record<string, PageFiles>> =
  {
    '': { style: 'style.css', host: 'harness.js', entry: 'chat.js' },
    performance: {
      style: 'performanceStyle.css',
      host: 'performanceHarness.js',
      entry: 'performance.js',
    },
  };

function page(theme: string, { style, host, entry }: PageFiles): string {
  const kind = theme === 'high-contrast-light' ? 'high-contrast vscode-high-contrast-light' : theme;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Slipstream</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="theme-${theme}.css" />
    <link rel="stylesheet" href="${style}" />
  </head>
  <body class="vscode-${kind}">
    <div id="root"></div>
    <script type="module" nonce="harness" src="${host}"></script>
    <script type="module" nonce="harness" src="${entry}"></script>
  </body>
</html>`;
}

import * as vscode from 'vscode';

/** The files of a page in `dist/webview`, and its name. */
export interface WebviewPage {
  readonly title: string;
  readonly script: string;
  readonly style: string;
}

export const chatPage: WebviewPage = {
  title: 'Slipstream',
  script: 'chat.js',
  style: 'style.css',
};

export const performancePage: WebviewPage = {
  title: 'Slipstream performance',
  script: 'performance.js',
  style: 'performanceStyle.css',
};

/** A page of ours: our own script and style, and nothing from anywhere else. */
export function webviewHtml(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  page: WebviewPage,
): string {
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const source = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  // The global one: a module would be another way through VS Code's hook while it activates.
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    'img-src data: blob:',
    // The nonce admits the entry, the source the chunks that it imports.
    `script-src 'nonce-${nonce}' ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${source(page.style)}">
<title>${page.title}</title>
</head>
<body>
<div id="root"></div>
<script type="module" nonce="${nonce}" src="${source(page.script)}"></script>
</body>
</html>`;
}

/** What the webview may load: nothing outside of these folders. */
export function webviewResourceRoots(extensionUri: vscode.Uri): readonly vscode.Uri[] {
  return [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')];
}

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The page of the chat panel: our own script and style, and nothing from anywhere else. */
export function chatHtml(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const source = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  const nonce = randomBytes(16).toString('base64');
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
<link rel="stylesheet" href="${source('style.css')}">
<title>Slipstream</title>
</head>
<body>
<div id="root"></div>
<script type="module" nonce="${nonce}" src="${source('chat.js')}"></script>
</body>
</html>`;
}

/** What the webview may load: nothing outside of these folders. */
export function chatResourceRoots(extensionUri: vscode.Uri): readonly vscode.Uri[] {
  return [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')];
}

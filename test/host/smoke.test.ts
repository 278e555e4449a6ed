import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('The extension', () => {
  it('is present under its own name', () => {
    const extension = vscode.extensions.getExtension('slipstream.slipstream');
    assert.ok(extension);
    assert.equal(extension.packageJSON.displayName, 'Slipstream');
  });

  it('activates', async () => {
    const extension = vscode.extensions.getExtension('slipstream.slipstream');
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});

describe('The workspace of these tests', () => {
  it('is a copy that tests may change, and is trusted', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const text = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder.uri, 'greeting.ts'));
    assert.match(new TextDecoder().decode(text), /export function greet/);
    assert.doesNotMatch(folder.uri.path, /test\/host\/workspace/);
    assert.equal(vscode.workspace.isTrusted, true);
  });
});

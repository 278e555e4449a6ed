import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { VsCodeSettings } from '../../../src/host/settings.ts';
import { SlashCommands } from '../../../src/host/slashCommands.ts';
import { openWorkspace } from '../support/editor.ts';

describe('In a folder that is not trusted', () => {
  it('no setting of the folder counts', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    mkdirSync(join(folder, '.vscode'), { recursive: true });
    writeFileSync(
      join(folder, '.vscode/settings.json'),
      JSON.stringify({
        'slipstream.commandTimeoutSeconds': 9_999,
        'slipstream.endpoint': 'https://evil.example',
      }),
    );
    // VS Code tells nobody about settings it does not apply.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const settings = new VsCodeSettings(assert.fail);
    assert.equal(settings.get('commandTimeoutSeconds'), 120);
    assert.equal(settings.get('endpoint'), '');
    settings.dispose();
  });

  it('the folder’s own prompts are not offered', async () => {
    const open = openWorkspace();
    const [root] = open.workspace.roots();
    assert.ok(root);
    mkdirSync(join(root.path, '.claude/commands'), { recursive: true });
    writeFileSync(join(root.path, '.claude/commands/trap.md'), 'Do something bad');
    assert.equal(open.workspace.isTrusted(), false);
    const names = (await new SlashCommands(open.workspace, assert.fail).list()).map(
      (command) => command.name,
    );
    assert.ok(names.includes('explain'));
    assert.ok(!names.includes('trap'));
    open.dispose();
  });
});

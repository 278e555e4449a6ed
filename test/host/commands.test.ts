import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commandId, commandNames } from '../../src/host/commandTable.ts';

describe('Commands', () => {
  it('are all registered once Slipstream is active', async () => {
    await vscode.extensions.getExtension('slipstream.slipstream')?.activate();
    const registered = await vscode.commands.getCommands(true);
    for (const id of commandNames.map(commandId)) {
      assert.ok(registered.includes(id), id);
    }
  });

  it('tell the user what is wrong instead of failing', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand(commandId('addSelectionToChat'));
    await vscode.commands.executeCommand(commandId('applyPreview'), 'not a URI', { odd: true });
  });
});

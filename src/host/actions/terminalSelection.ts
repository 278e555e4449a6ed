import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';

/**
 * What is selected in the active terminal. VS Code tells extensions nothing of it but by its command
 * that copies it: the text that the clipboard held is put back.
 */
export async function readTerminalSelection(): Promise<string> {
  const { clipboard } = vscode.env;
  const before = await clipboard.readText();
  if (before !== '') {
    // Where nothing is selected nothing is copied, and what was there would pass for it.
    await clipboard.writeText('');
  }
  try {
    await vscode.commands.executeCommand('workbench.action.terminal.copySelection');
    const selected = await clipboard.readText();
    if (selected.trim() === '') {
      throw new UserError('Select the error in the terminal first.');
    }
    return selected;
  } finally {
    if (before !== '') {
      await clipboard.writeText(before);
    }
  }
}

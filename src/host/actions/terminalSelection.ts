import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';

/**
 * What is selected in the active terminal. VS Code tells extensions nothing of it but by its command
 * that copies it: the text that the clipboard held is put back.
 */
export async function readTerminalSelection(): Promise<string> {
  const { clipboard } = vscode.env;
  const before = await clipboard.readText();
  await vscode.commands.executeCommand('workbench.action.terminal.copySelection');
  const selected = await clipboard.readText();
  if (before !== '' && selected !== before) {
    await clipboard.writeText(before);
  }
  if (selected.trim() === '') {
    throw new UserError('Select the error in the terminal first.');
  }
  return selected;
}

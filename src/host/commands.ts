import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import { type CommandHandlers, type CommandName, commandId } from './commandTable.ts';
import type { Notifications } from './notifications.ts';

/**
 * Registers commands of the table; what handles them is loaded with the first one. What a handler
 * throws is told to the user here; VS Code itself would show any error in raw form.
 */
export function registerCommands<Name extends CommandName>(
  names: readonly Name[],
  handlers: () => Promise<Pick<CommandHandlers, Name>>,
  notifications: Notifications,
): Disposable {
  const resources = new ResourceManager('commands');
  for (const name of names) {
    resources.add(
      vscode.commands.registerCommand(commandId(name), async (...args: unknown[]) => {
        try {
          const [first, second] = args;
          await (await handlers())[name](first, second);
        } catch (error) {
          notifications.report(`Command ${name}`, error);
        }
      }),
    );
  }
  return resources;
}

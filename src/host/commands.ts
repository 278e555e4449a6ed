import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import { type CommandHandlers, type CommandName, commandId, commandNames } from './commandTable.ts';
import type { Notifications } from './notifications.ts';

/**
 * Registers every command of the table; what handles them is loaded with the first one. What a
 * handler throws is told to the user here; VS Code itself would show any error in raw form.
 */
export function registerCommands(
  handlers: () => Promise<CommandHandlers>,
  notifications: Notifications,
): Disposable {
  const resources = new ResourceManager('commands');
  for (const name of commandNames) {
    resources.add(
      vscode.commands.registerCommand(commandId(name), async (...args: unknown[]) => {
        try {
          await run(await handlers(), name, args);
        } catch (error) {
          notifications.report(`Command ${name}`, error);
        }
      }),
    );
  }
  return resources;
}

function run(handlers: CommandHandlers, name: CommandName, args: unknown[]): Promise<void> {
  const [first, second] = args;
  return handlers[name](first, second);
}

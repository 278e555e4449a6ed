import type * as vscode from 'vscode';
import { systemClock } from './base/clock.ts';
import { lazy } from './base/lazy.ts';
import { ResourceManager } from './base/lifecycle.ts';
import { registerCodeActions } from './host/actions/codeActions.ts';
import type { Assistant } from './host/assistant.ts';
import { ChatView } from './host/chatView.ts';
import { registerCommands } from './host/commands.ts';
import { assistantCommandNames, completionCommandNames } from './host/commandTable.ts';
import { InlineCompletions } from './host/completion/inlineCompletions.ts';
import { setContextKey } from './host/contextKeys.ts';
import type { Foundation } from './host/foundation.ts';
import { registerLanguageModels } from './host/languageModelProvider.ts';
import { Notifications } from './host/notifications.ts';
import { OutputLog } from './host/outputLog.ts';
import { keptReviews } from './host/review/keptReviews.ts';
import { VsCodeSettings } from './host/settings.ts';

/** Ends the turns that run, if anything was used; VS Code gives deactivation a few seconds. */
let endTurns: () => Promise<void> = () => Promise.resolve();

/**
 * Registers and returns: nothing is awaited, read or loaded here. What answers the panel and the
 * commands is put together in `host/assistant.ts` when the first of them is used.
 */
export function activate(context: vscode.ExtensionContext): void {
  const log = new OutputLog();
  const resources = new ResourceManager('extension', (error, owner) =>
    log.error(`Disposing ${owner}`, error),
  );
  context.subscriptions.push(resources);
  // Added first and so disposed last: what goes wrong on the way can be logged.
  resources.add(log);

  const notifications = new Notifications(log);
  const settings = resources.add(new VsCodeSettings((message) => notifications.warn(message)));
  const parts = { context, resources, settings, log, notifications };
  const foundation: () => Promise<Foundation> = lazy(async () => {
    const { createFoundation } = await import('./host/foundation.ts');
    return createFoundation(parts);
  });
  const assistant: () => Promise<Assistant> = lazy(async () => {
    const { createAssistant } = await import('./host/assistant.ts');
    const created = await createAssistant({ ...parts, foundation, chat, completions });
    endTurns = created.endTurns;
    return created;
  });
  const chat = resources.add(
    new ChatView({
      extensionUri: context.extensionUri,
      clock: systemClock,
      handlers: async () => (await assistant()).requests,
      onError: (error, where) => log.error(where, error),
      onRunning: (isRunning) => {
        setContextKey('isRunning', isRunning).catch((error: unknown) =>
          log.error('Telling whether an answer is being written', error),
        );
      },
    }),
  );
  const completions = resources.add(
    new InlineCompletions({
      ...parts,
      clock: systemClock,
      load: async (options) => {
        const [{ loadCompletions }, base] = await Promise.all([
          import('./host/completion/loadCompletions.ts'),
          foundation(),
        ]);
        return loadCompletions(parts, base, options);
      },
    }),
  );
  resources.add(
    registerCommands(completionCommandNames, async () => completions.commands, notifications),
  );
  resources.add(registerLanguageModels(async () => (await assistant()).languageModels));
  resources.add(registerCodeActions());
  resources.add(
    registerCommands(
      assistantCommandNames,
      async () => (await assistant()).commands,
      notifications,
    ),
  );
  // Edits that wait are shown in their editors, whether or not the panel is.
  if (keptReviews(context.workspaceState).length > 0) {
    assistant().catch((error: unknown) => log.error('Showing edits that wait for review', error));
  }
}

/** What was being written is kept as stopped; VS Code then disposes of everything else. */
export async function deactivate(): Promise<void> {
  await endTurns();
}

import type * as vscode from 'vscode';
import { systemClock } from './base/clock.ts';
import { lazy } from './base/lazy.ts';
import { ResourceManager } from './base/lifecycle.ts';
import { registerCodeActions } from './host/actions/codeActions.ts';
import type { Assistant } from './host/assistant.ts';
import { ChatView } from './host/chatView.ts';
import { registerCommands } from './host/commands.ts';
import {
  assistantCommandNames,
  completionCommandNames,
  performanceCommandNames,
} from './host/commandTable.ts';
import { InlineCompletions } from './host/completion/inlineCompletions.ts';
import { setContextKey } from './host/contextKeys.ts';
import type { ActivationParts, Foundation } from './host/foundation.ts';
import { registerLanguageModels } from './host/languageModelProvider.ts';
import { Notifications } from './host/notifications.ts';
import { OutputLog } from './host/outputLog.ts';
import type { PerformanceFeature } from './host/performance/performanceFeature.ts';
import { PerformancePanel } from './host/performance/performancePanel.ts';
import { keptReviews } from './host/review/keptReviews.ts';
import { VsCodeSettings } from './host/settings.ts';

/** Ends the turns that run, if anything was used; VS Code gives deactivation a few seconds. */
let endTurns: () => Promise<void> = () => Promise.resolve();

/**
 * Registers and returns: nothing is awaited, read or loaded here. What stands behind each door is put
 * together when the first of it is used.
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
  const doors = createDoors(parts, () => views);
  const views = createViews(parts, doors);
  register(parts, doors, views);
}

/** What loads with its first use, each behind one dynamic import. */
interface Doors {
  readonly foundation: () => Promise<Foundation>;
  readonly assistant: () => Promise<Assistant>;
  readonly performance: () => Promise<PerformanceFeature>;
}

/** What VS Code asks from activation on. */
interface Views {
  readonly chat: ChatView;
  readonly completions: InlineCompletions;
  readonly performancePanel: PerformancePanel;
}

function createDoors(parts: ActivationParts, views: () => Views): Doors {
  const foundation = lazy(async () => {
    const { createFoundation } = await import('./host/foundation.ts');
    const created = await createFoundation(parts);
    // From the first use on it is watched whether something is out of the ordinary.
    performance().catch((error: unknown) => parts.log.error('Watching for what is unusual', error));
    return created;
  });
  const assistant = lazy(async () => {
    const { createAssistant } = await import('./host/assistant.ts');
    const created = await createAssistant({ ...parts, ...views(), foundation });
    endTurns = created.endTurns;
    return created;
  });
  const performance: Doors['performance'] = lazy(async () => {
    const [{ createPerformance }, base] = await Promise.all([
      import('./host/performance/performanceFeature.ts'),
      foundation(),
    ]);
    return createPerformance({
      ...parts,
      foundation: base,
      panel: views().performancePanel,
      openThread: async (threadId) => (await assistant()).openThread(threadId),
    });
  });
  return { foundation, assistant, performance };
}

function createViews(parts: ActivationParts, doors: Doors): Views {
  const { context, resources, log } = parts;
  const { extensionUri } = context;
  const onError = (error: unknown, where: string): void => log.error(where, error);
  const chat = new ChatView({
    extensionUri,
    clock: systemClock,
    handlers: async () => (await doors.assistant()).requests,
    onError,
    onRunning: (isRunning) => {
      setContextKey('isRunning', isRunning).catch((error: unknown) =>
        onError(error, 'Telling whether an answer is being written'),
      );
    },
  });
  const performancePanel = new PerformancePanel({
    extensionUri,
    handlers: async () => (await doors.performance()).requests,
    onError,
  });
  const completions = new InlineCompletions({
    ...parts,
    clock: systemClock,
    load: async (options) => {
      const [{ loadCompletions }, base] = await Promise.all([
        import('./host/completion/loadCompletions.ts'),
        doors.foundation(),
      ]);
      return loadCompletions(parts, base, options);
    },
  });
  return {
    chat: resources.add(chat),
    performancePanel: resources.add(performancePanel),
    completions: resources.add(completions),
  };
}

function register(parts: ActivationParts, doors: Doors, { completions }: Views): void {
  const { context, resources, notifications, log } = parts;
  const commands = {
    assistant: async () => (await doors.assistant()).commands,
    performance: async () => (await doors.performance()).commands,
    completions: async () => completions.commands,
  };
  resources.add(registerCommands(completionCommandNames, commands.completions, notifications));
  resources.add(registerCommands(performanceCommandNames, commands.performance, notifications));
  resources.add(registerCommands(assistantCommandNames, commands.assistant, notifications));
  resources.add(registerLanguageModels(async () => (await doors.assistant()).languageModels));
  resources.add(registerCodeActions());
  // Edits that wait are shown in their editors, whether or not the panel is.
  if (keptReviews(context.workspaceState).length > 0) {
    doors
      .assistant()
      .catch((error: unknown) => log.error('Showing edits that wait for review', error));
  }
}

/** What was being written is kept as stopped; VS Code then disposes of everything else. */
export async function deactivate(): Promise<void> {
  await endTurns();
}

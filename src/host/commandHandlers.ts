import * as vscode from 'vscode';
import type { LoneAsk } from '../core/agent/loneTurns.ts';
import type { TraceScope } from '../core/telemetry/traceScope.ts';
import type { ContextChip, Draft } from '../shared/views.ts';
import type { ActionCommands } from './actions/actionCommands.ts';
import type { CodeBlocks } from './codeBlocks.ts';
import type { AssistantCommands } from './commandTable.ts';
import type { ConnectionFlows } from './connectionFlows.ts';
import { fileChips, selectionChip } from './editorContext.ts';
import type { OutputLog } from './outputLog.ts';
import type { ReviewCommands } from './review/reviewCommands.ts';
import type { TeamCommands } from './team/teamCommands.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

/** What commands ask of the chat panel. Each brings it to the front first where that makes sense. */
export interface ChatCommands {
  focus(): Promise<void>;
  newThread(): Promise<void>;
  showHistory(): Promise<void>;
  /** Exports the thread in view. */
  exportThread(): Promise<void>;
  /** Stops the answer in the thread in view, if one is being written. */
  stop(): Promise<void>;
  /** Summarizes earlier messages of the thread in view. */
  compactThread(): Promise<void>;
  addToDraft(chips: readonly ContextChip[]): Promise<void>;
  /**
   * Sends a message where nothing has been said yet: in the thread in view, else in a new one.
   * @param trace The turn's, begun with the command; from here on the turn's own.
   */
  ask(draft: Draft, alone?: LoneAsk, trace?: TraceScope): Promise<void>;
}

/** Functions where making the part would load more than activation may. */
export interface CommandParts {
  readonly chat: ChatCommands;
  readonly actions: ActionCommands;
  readonly folders: WorkspaceFolders;
  readonly log: OutputLog;
  readonly extensionId: string;
  readonly flows: () => Promise<ConnectionFlows>;
  readonly codeBlocks: () => Promise<CodeBlocks>;
  readonly review: ReviewCommands;
  readonly selectModel: () => Promise<void>;
  readonly runOnManyFiles: (clicked: unknown, selected: unknown) => Promise<void>;
  readonly clearAnswers: () => Promise<void>;
  readonly setOtlpHeaders: () => Promise<void>;
  readonly showRequests: () => Promise<void>;
  readonly showSpending: () => Promise<void>;
  readonly team: TeamCommands;
}

/** What each command does. */
export function createCommandHandlers(parts: CommandParts): AssistantCommands {
  const { chat, folders, extensionId } = parts;
  return {
    focusChat: () => chat.focus(),
    newThread: () => chat.newThread(),
    showHistory: () => chat.showHistory(),
    exportThread: () => chat.exportThread(),
    stop: () => chat.stop(),
    compactThread: () => chat.compactThread(),
    addSelectionToChat: async () => chat.addToDraft([selectionChip(folders)]),
    addFileToChat: async (clicked, selected) =>
      chat.addToDraft(await fileChips(folders, clicked, selected)),
    setApiKey: async () => (await parts.flows()).setApiKey(),
    clearApiKey: async () => (await parts.flows()).clearApiKey(),
    setEndpoint: async () => (await parts.flows()).setEndpoint(),
    useLocalServer: async () => (await parts.flows()).useLocalServer(),
    useEditorModels: async () => (await parts.flows()).useEditorModels(),
    selectModel: () => parts.selectModel(),
    runOnManyFiles: (clicked, selected) => parts.runOnManyFiles(clicked, selected),
    ...parts.actions,
    applyPreview: async (uri) => (await parts.codeBlocks()).applyPending(uri),
    discardPreview: async (uri) => (await parts.codeBlocks()).discardPending(uri),
    ...reviewHandlers(parts.review),
    openSettings: () => run(settingsCommand(), { query: `@ext:${extensionId}` }),
    openWalkthrough: () => run('workbench.action.openWalkthrough', `${extensionId}#start`),
    showLog: async () => parts.log.show(),
    setOtlpHeaders: () => parts.setOtlpHeaders(),
    clearAnswerCache: () => parts.clearAnswers(),
    showRequests: () => parts.showRequests(),
    showSpending: () => parts.showSpending(),
    ...parts.team,
  };
}

type ReviewHandlers = Pick<
  AssistantCommands,
  | 'nextChange'
  | 'previousChange'
  | 'showChanges'
  | `accept${'Change' | 'File' | 'All'}`
  | `reject${'Change' | 'File' | 'All'}`
>;

function reviewHandlers(review: ReviewCommands): ReviewHandlers {
  return {
    nextChange: () => review.next(),
    previousChange: () => review.previous(),
    acceptChange: (path, id) => review.acceptHunk(path, id),
    rejectChange: (path, id) => review.rejectHunk(path, id),
    acceptFile: (path) => review.acceptFile(path),
    rejectFile: (path) => review.rejectFile(path),
    acceptAll: () => review.acceptAll(),
    rejectAll: () => review.rejectAll(),
    showChanges: (path) => review.showChanges(path),
  };
}

/** Settings of the machine that Slipstream runs on: in a remote window they have a tab of their own. */
function settingsCommand(): string {
  return vscode.env.remoteName === undefined
    ? 'workbench.action.openSettings'
    : 'workbench.action.openRemoteSettings';
}

async function run(command: string, argument: unknown): Promise<void> {
  await vscode.commands.executeCommand(command, argument);
}

/**
 * What each command does, by its name below `slipstream.`. Arguments are those that VS Code passes
 * from a menu; anyone may call a command with anything, so they are checked before use. A unit test
 * compares the table with package.json.
 */
export interface CommandHandlers {
  /** Brings the panel to the front and puts the cursor into its input. */
  focusChat(): Promise<void>;
  newThread(): Promise<void>;
  showHistory(): Promise<void>;
  setApiKey(): Promise<void>;
  clearApiKey(): Promise<void>;
  setEndpoint(): Promise<void>;
  useLocalServer(): Promise<void>;
  useEditorModels(): Promise<void>;
  selectModel(): Promise<void>;
  /** From the editor: attaches what is selected, or the line with the cursor. */
  addSelectionToChat(): Promise<void>;
  /** From the explorer or a tab: the item that was clicked, and all that were selected with it. */
  addFileToChat(clicked?: unknown, selected?: unknown): Promise<void>;
  exportThread(): Promise<void>;
  stop(): Promise<void>;
  compactThread(): Promise<void>;
  openSettings(): Promise<void>;
  openWalkthrough(): Promise<void>;
  showLog(): Promise<void>;
  /** Asks for what a collector of the user's wants to be sent along, and keeps it. */
  setOtlpHeaders(): Promise<void>;
  /** Forgets all answers that were kept. */
  clearAnswerCache(): Promise<void>;
  /** The last requests to models, with what was decided about each. */
  showRequests(): Promise<void>;
  showSpending(): Promise<void>;
  /** From the explorer: the item that was clicked, and all that were selected with it. */
  runOnManyFiles(clicked?: unknown, selected?: unknown): Promise<void>;
  /** From the title of a diff: the URI that the diff shows. */
  applyPreview(uri?: unknown): Promise<void>;
  discardPreview(uri?: unknown): Promise<void>;
  /** Leads step by step to a team's servers. */
  connectTeam(): Promise<void>;
  /** Makes a team's database, for whoever runs it. */
  setUpTeam(): Promise<void>;
  /** Lets the team see the thread in view. */
  shareThread(): Promise<void>;
  unshareThread(): Promise<void>;
  /** Sends the threads of this folder that are on this machine alone. */
  importHistory(): Promise<void>;
  /** Where things stand with the team, and what can be done. */
  showTeam(): Promise<void>;
  copyTeamKey(): Promise<void>;
  /** Forgets the passwords and keys of a team. */
  forgetTeam(): Promise<void>;
  // About the code at the cursor or the selection, which each finds by itself.
  explain(): Promise<void>;
  explainProblem(): Promise<void>;
  /** About what is selected in the terminal. */
  explainTerminal(): Promise<void>;
  reviewSelection(): Promise<void>;
  ask(): Promise<void>;
  writeTests(): Promise<void>;
  refactor(): Promise<void>;
  nextChange(): Promise<void>;
  previousChange(): Promise<void>;
  /** From a lens: the file's path and the hunk's id; otherwise the hunk at the cursor. */
  acceptChange(path?: unknown, id?: unknown): Promise<void>;
  rejectChange(path?: unknown, id?: unknown): Promise<void>;
  /** From a lens: the file's path; otherwise the file in the active editor. */
  acceptFile(path?: unknown): Promise<void>;
  rejectFile(path?: unknown): Promise<void>;
  acceptAll(): Promise<void>;
  rejectAll(): Promise<void>;
  showChanges(path?: unknown): Promise<void>;
  editSelection(): Promise<void>;
  fixProblem(): Promise<void>;
  writeDocumentation(): Promise<void>;
  optimize(): Promise<void>;
  suggestNames(): Promise<void>;
  /** From the title of a repository, which VS Code passes. */
  commitMessage(clicked?: unknown): Promise<void>;
  /** Stops what is being written into an editor. */
  stopEdit(): Promise<void>;
  /** What can be done about completions, from the status bar. */
  showCompletionMenu(): Promise<void>;
  /** Asks for completions at the cursor, without a wait. */
  completeHere(): Promise<void>;
  /** Sends away the completion that is shown: it is not offered again there. */
  rejectCompletion(): Promise<void>;
  toggleCompletions(): Promise<void>;
  snoozeCompletions(): Promise<void>;
  /** Where time and money go, live, in a tab of its own. */
  showPerformance(): Promise<void>;
  /** The same as a document with recommendations, for a period that is asked for. */
  showPerformanceReport(): Promise<void>;
  /** Asks for what alerts to a webhook are signed with, and keeps it. */
  setWebhookSecret(): Promise<void>;
}

export type CommandName = keyof CommandHandlers;

/** Every command. The type makes sure that none is forgotten. */
const names: { readonly [Name in CommandName]: true } = {
  focusChat: true,
  newThread: true,
  showHistory: true,
  setApiKey: true,
  clearApiKey: true,
  setEndpoint: true,
  useLocalServer: true,
  useEditorModels: true,
  selectModel: true,
  addSelectionToChat: true,
  addFileToChat: true,
  exportThread: true,
  stop: true,
  compactThread: true,
  openSettings: true,
  openWalkthrough: true,
  showLog: true,
  setOtlpHeaders: true,
  clearAnswerCache: true,
  showRequests: true,
  showSpending: true,
  runOnManyFiles: true,
  connectTeam: true,
  setUpTeam: true,
  shareThread: true,
  unshareThread: true,
  importHistory: true,
  showTeam: true,
  copyTeamKey: true,
  forgetTeam: true,
  applyPreview: true,
  discardPreview: true,
  explain: true,
  explainProblem: true,
  explainTerminal: true,
  reviewSelection: true,
  ask: true,
  writeTests: true,
  refactor: true,
  nextChange: true,
  previousChange: true,
  acceptChange: true,
  rejectChange: true,
  acceptFile: true,
  rejectFile: true,
  acceptAll: true,
  rejectAll: true,
  showChanges: true,
  editSelection: true,
  fixProblem: true,
  writeDocumentation: true,
  optimize: true,
  stopEdit: true,
  suggestNames: true,
  commitMessage: true,
  showCompletionMenu: true,
  completeHere: true,
  rejectCompletion: true,
  toggleCompletions: true,
  snoozeCompletions: true,
  showPerformance: true,
  showPerformanceReport: true,
  setWebhookSecret: true,
};

/** Those that work without the chat and all that belongs to it. */
export const completionCommandNames = [
  'showCompletionMenu',
  'completeHere',
  'rejectCompletion',
  'toggleCompletions',
  'snoozeCompletions',
] as const satisfies readonly CommandName[];

export type CompletionCommands = Pick<CommandHandlers, (typeof completionCommandNames)[number]>;

/** Those of the performance panel, which works without the chat, too. */
export const performanceCommandNames = [
  'showPerformance',
  'showPerformanceReport',
  'setWebhookSecret',
] as const satisfies readonly CommandName[];

export type PerformanceCommands = Pick<CommandHandlers, (typeof performanceCommandNames)[number]>;
export type AssistantCommands = Omit<
  CommandHandlers,
  keyof CompletionCommands | keyof PerformanceCommands
>;

export const commandNames = Object.keys(names).filter(isCommandName);

export const assistantCommandNames = commandNames.filter(isAssistantCommand);

/** The command's id for VS Code. */
export function commandId(name: CommandName): string {
  return `slipstream.${name}`;
}

function isAssistantCommand(name: CommandName): name is keyof AssistantCommands {
  return ![...completionCommandNames, ...performanceCommandNames].some((one) => one === name);
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(names, name);
}

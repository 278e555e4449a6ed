import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import type { ResourceManager } from '../base/lifecycle.ts';
import { ThreadService } from '../core/agent/threadService.ts';
import type { ThreadGrants } from '../core/approvals/approvalGrants.ts';
import { Checkpoints } from '../core/checkpoint/checkpoints.ts';
import { SqliteCheckpointStore } from '../core/store/checkpointStore.ts';
import type { StoreConnection } from '../core/store/storeConnection.ts';
import type { HostRequestHandlers } from '../shared/protocol.ts';
import { createActionCommands } from './actions/actionCommands.ts';
import { createAgentParts } from './agentParts.ts';
import { ApprovalDiffs } from './approvalDiffs.ts';
import { showSpending } from './budgetParts.ts';
import { createBulkFeature } from './bulk/bulkFeature.ts';
import { createChatCommands } from './chatCommands.ts';
import { createChatRequests } from './chatRequests.ts';
import type { ChatView } from './chatView.ts';
import { CodeBlocks } from './codeBlocks.ts';
import { type CommandParts, createCommandHandlers } from './commandHandlers.ts';
import type { AssistantCommands } from './commandTable.ts';
import type { InlineCompletions } from './completion/inlineCompletions.ts';
import { ContextItems } from './contextItems.ts';
import { setContextKey } from './contextKeys.ts';
import { createContextKeeping } from './contextParts.ts';
import { EditPreviews } from './editPreviews.ts';
import { FileIndex, type ListFiles } from './fileIndex.ts';
import type { ActivationParts, Foundation } from './foundation.ts';
import { GatewayLanguageModels } from './languageModelAnswers.ts';
import type { LanguageModelAnswers } from './languageModelProvider.ts';
import { Links } from './links.ts';
import { Mentions } from './mentions.ts';
import type { ModelParts } from './modelParts.ts';
import { selectModel } from './modelPicker.ts';
import { setOtlpHeaders } from './otlpTarget.ts';
import { createPrefetch, type Prefetch } from './prefetchParts.ts';
import type { Reports } from './reports.ts';
import { showRequests } from './requestReports.ts';
import { RestoreDiffs } from './restoreDiffs.ts';
import { ReviewFeature } from './review/reviewFeature.ts';
import { SlashCommands } from './slashCommands.ts';
import { SummaryDocuments } from './summaryDocuments.ts';
import { SymbolSearch } from './symbolSearch.ts';
import { clearAnswers } from './team/clearAnswers.ts';
import { joinTeam } from './team/joinTeam.ts';
import { addCounters } from './telemetryParts.ts';
import { createThreadNamer } from './threadNaming.ts';
import { VsCodeWorkspace } from './vscodeWorkspace.ts';
import { listWorkspaceFiles } from './workspaceFiles.ts';

const clock = systemClock;

/** What the assistant is made of. */
export interface AssistantParts extends ActivationParts {
  /** Made with the first door that is used, and shared with the others. */
  readonly foundation: () => Promise<Foundation>;
  readonly chat: ChatView;
  readonly completions: Pick<InlineCompletions, 'clear' | 'prefetchCounters'>;
}

/** What answers the panel's requests and the commands. */
export interface Assistant {
  readonly requests: HostRequestHandlers;
  readonly commands: AssistantCommands;
  /** What VS Code's own chat and other extensions may ask. */
  readonly languageModels: LanguageModelAnswers;
  /** Brings the panel to the front with this thread in it. */
  openThread(threadId: string): Promise<void>;
  /** Stops every turn and resolves when they have ended and are kept. */
  endTurns(): Promise<void>;
}

/**
 * Puts together what loads when the panel is first shown or a command is first run. Where that
 * fails nothing of it is left, so that it may be tried again.
 */
export async function createAssistant(parts: AssistantParts): Promise<Assistant> {
  // Made first, so that it is disposed of last.
  const foundation = await parts.foundation();
  const resources = parts.resources.child('assistant');
  try {
    return await assemble({ ...parts, resources }, foundation);
  } catch (error) {
    resources.dispose();
    throw error;
  }
}

async function assemble(parts: AssistantParts, foundation: Foundation): Promise<Assistant> {
  const { chat, log, resources } = parts;
  const { models, telemetry, syntax, reports } = foundation;
  const editor = createEditorParts(parts, foundation);
  const checkpoints = createCheckpoints(parts, editor.workspace, models.storeConnection);
  const { threads, summaries } = await createThreads(parts, foundation, editor, checkpoints);
  tellPanel(parts, models, threads);
  const { folders, codeBlocks } = editor;
  const bulk = createBulkFeature({ ...parts, ...foundation, ...editor });
  const review = createReview(parts, editor);
  const prefetch = createPrefetch(resources, models);
  resources.add(addCounters(telemetry, models, prefetch));
  const chatCommands = createChatCommands(chat, threads);
  const measuring = { tracing: telemetry, registry: telemetry.registry, clock };
  return {
    openThread: async (threadId) => {
      await chat.reveal();
      await threads.open(threadId, chat.show);
    },
    endTurns: () => threads.stopAll(),
    languageModels: resources.add(
      new GatewayLanguageModels({ ...models, countText: (text) => models.tokens.text(text) }),
    ),
    requests: createChatRequests({
      ...editor,
      threads,
      restoreDiffs: new RestoreDiffs({
        plan: (threadId, checkpointId) => threads.restoring.plan(threadId, checkpointId),
        previews: editor.previews,
      }),
      openSummary: (threadId) => summaries.open(threadId),
      bulk,
      review,
      budget: models.budget,
      connectionView: models.view,
      hasTeam: () => foundation.team.current !== undefined,
      prefetch,
      rendered: (report) => telemetry.rendered(report),
      shownThreadId: () => chat.threadId,
      taken: chat.taken,
      show: chat.show,
      forgetAnswers: (thread) => models.answers.cache.invalidate({ thread }),
    }),
    commands: createCommandHandlers({
      chat: chatCommands,
      actions: createActionCommands({
        ...parts,
        ...editor,
        ...models,
        syntax: async () => syntax,
        ...measuring,
        chat: chatCommands,
      }),
      folders,
      log,
      extensionId: parts.context.extension.id,
      flows: async () => models.flows,
      codeBlocks: async () => codeBlocks,
      review: review.commands,
      selectModel: () => selectModel(models),
      runOnManyFiles: (clicked, selected) => bulk.command.run(clicked, selected),
      clearAnswers: () => clearAnswers({ ...parts, cache: models.answers.cache }),
      setOtlpHeaders: () => setOtlpHeaders(parts),
      team: joinTeam({ ...parts, door: foundation.team, cache: models.answers.cache, threads }),
      ...createReportCommands(parts, { reports, models, prefetch }),
    }),
  };
}

function createReportCommands(
  { settings, completions }: AssistantParts,
  {
    reports,
    models,
    prefetch,
  }: {
    readonly reports: Reports;
    readonly models: ModelParts;
    readonly prefetch: Pick<Prefetch, 'counters'>;
  },
): Pick<CommandParts, 'showSpending' | 'showRequests'> {
  const { budget, storeConnection: store } = models;
  return {
    showSpending: () => showSpending({ reports, budget, settings, store }),
    showRequests: () =>
      showRequests(reports, models, settings, [
        ...prefetch.counters(),
        ...completions.prefetchCounters(),
      ]),
  };
}

function createEditorParts(parts: AssistantParts, { folders, environment }: Foundation) {
  const { resources, log, notifications } = parts;
  const { searchPath } = environment;
  const workspace = resources.add(new VsCodeWorkspace({ folders, clock, searchPath }));
  const previews = resources.add(new EditPreviews());
  const listFiles: ListFiles = (signal) => listWorkspaceFiles(workspace, signal);
  const files = resources.add(new FileIndex(listFiles, fileListChanges(resources), clock));
  return {
    folders,
    workspace,
    previews,
    codeBlocks: resources.add(new CodeBlocks({ workspace, folders, previews, notifications })),
    approvalDiffs: new ApprovalDiffs(workspace, previews),
    links: new Links(folders),
    contextItems: new ContextItems(workspace, listFiles),
    listFiles,
    slashCommands: new SlashCommands(workspace, (file, error) =>
      log.error(`Reading the prompt file ${file}`, error),
    ),
    mentions: new Mentions({
      workspace,
      files,
      symbols: new SymbolSearch(folders),
      clock,
      onSymbolError: (error) => log.error('Finding symbols', error),
    }),
  };
}

function createReview(
  { resources, context, notifications, chat }: AssistantParts,
  { workspace, folders }: ReturnType<typeof createEditorParts>,
): ReviewFeature {
  const review = resources.add(
    new ReviewFeature({
      workspace,
      folders,
      clock,
      notifications,
      state: context.workspaceState,
      tellPanel: chat.send,
    }),
  );
  review.restore().catch((error: unknown) => {
    if (!resources.isDisposed) {
      notifications.report('Taking up reviews', error);
    }
  });
  return review;
}

/** Tells of files that are made or deleted; what is in them does not matter to a list of names. */
function fileListChanges(resources: ResourceManager): Event<void> {
  const changes = resources.add(new Emitter<void>());
  const watcher = resources.add(
    vscode.workspace.createFileSystemWatcher('**/*', false, true, false),
  );
  resources.add(watcher.onDidCreate(() => changes.fire()));
  resources.add(watcher.onDidDelete(() => changes.fire()));
  return changes.event;
}

async function createThreads(
  parts: AssistantParts,
  { environment, models, store, telemetry, team }: Foundation,
  editor: ReturnType<typeof createEditorParts>,
  checkpoints: Checkpoints,
) {
  const { variables } = environment;
  const storageFolder = parts.context.globalStorageUri.fsPath;
  const { workspace, contextItems, slashCommands } = editor;
  const catalogue = await models.catalogue();
  const matchWorker = join(parts.context.extensionUri.fsPath, 'dist', 'matchWorker.js');
  const own = { workspace, storageFolder, catalogue, clock, variables, matchWorker };
  const threads: ThreadService<ThreadGrants> = new ThreadService({
    ...createAgentParts({ ...parts, ...own }),
    store,
    team: () => team.current,
    tracing: telemetry,
    checkpoints,
    gateway: models.gateway,
    context: createContextKeeping({ ...models, catalogue }),
    clock,
    newId: randomUUID,
    emit: (event) => {
      parts.chat.send(event);
      namer.observe(event);
      summaries.observe(event);
      team.current?.observe(event);
    },
    model: () => models.choice.current(),
    onDidRejectEdit: workspace.reviews.onDidReject,
    userChanges: workspace.userChanges,
    recordOutcome: (turnId, held, model) => models.router.recordOutcome(turnId, held, model),
    resolveContext: async (chips) => [
      ...(await contextItems.resolve(chips)),
      ...(await contextItems.inEditor()),
    ],
    expandPrompt: (text) => slashCommands.expand(text),
  });
  const suggestTitle = threads.suggestTitle.bind(threads);
  const namer = createThreadNamer({
    ...parts,
    ...models,
    store,
    registry: telemetry.registry,
    suggestTitle,
  });
  const summaries = parts.resources.add(new SummaryDocuments(threads));
  return { threads: parts.resources.add(threads), summaries };
}

function createCheckpoints(
  { resources, settings, log }: AssistantParts,
  workspace: VsCodeWorkspace,
  connection: StoreConnection,
): Checkpoints {
  const checkpoints = new Checkpoints({
    store: new SqliteCheckpointStore(connection),
    workspace,
    clock,
    newId: randomUUID,
    maxMegabytes: () => settings.get('checkpoints.maxMegabytes'),
  });
  // What deleted threads kept of files goes, and what is over a limit that was lowered.
  checkpoints.makeRoom().catch((error: unknown) => {
    // Where the window is closed while it loads, the store is gone as well.
    if (!resources.isDisposed) {
      log.error('Making room for checkpoints', error);
    }
  });
  return checkpoints;
}

/** Keeps the panel and VS Code's context keys true to what changes outside of any turn. */
function tellPanel(
  { chat, resources, notifications }: AssistantParts,
  models: ModelParts,
  threads: ThreadService<ThreadGrants>,
): void {
  const tellConnection = async (): Promise<void> => {
    const connection = await models.view();
    await setContextKey('isConnected', connection.kind !== 'offline');
    chat.send({ type: 'connection/changed', connection });
    if (chat.threadId !== undefined) {
      await threads.refreshMeter(chat.threadId);
    }
  };
  const tell = (): void => {
    tellConnection().catch((error: unknown) => {
      // Once everything is closed there is nobody left to tell.
      if (!resources.isDisposed) {
        notifications.report('Telling of the connection', error);
      }
    });
  };
  resources.add(models.choice.onDidChange(tell));
  resources.add(
    vscode.workspace.onDidGrantWorkspaceTrust(() =>
      chat.send({ type: 'trust/changed', isTrusted: true }),
    ),
  );
  tell();
}

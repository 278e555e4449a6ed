import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import type { ThreadService } from '../core/agent/threadService.ts';
import type { Budget } from '../core/model/budget/budget.ts';
import type { HostRequestHandlers, RenderReport } from '../shared/protocol.ts';
import type { ConnectionView, PanelAction, ToolBlockView } from '../shared/views.ts';
import type { ApprovalDiffs } from './approvalDiffs.ts';
import { openBudgetSettings } from './budgetParts.ts';
import type { BulkFeature } from './bulk/bulkFeature.ts';
import { openMarkdown } from './chatCommands.ts';
import type { CodeBlocks } from './codeBlocks.ts';
import { type CommandName, commandId } from './commandTable.ts';
import type { Links } from './links.ts';
import type { Mentions } from './mentions.ts';
import { type PageSnapshotParts, snapshotInView, takenFor } from './pageSnapshots.ts';
import type { PrefetchTriggers } from './prefetchParts.ts';
import type { RestoreDiffs } from './restoreDiffs.ts';
import type { ReviewFeature } from './review/reviewFeature.ts';
import type { SlashCommands } from './slashCommands.ts';
import type { VsCodeWorkspace } from './vscodeWorkspace.ts';

export interface ChatRequestParts<Grants> extends Omit<PageSnapshotParts, 'threads'> {
  readonly threads: ThreadService<Grants>;
  readonly workspace: VsCodeWorkspace;
  readonly mentions: Mentions;
  readonly slashCommands: SlashCommands;
  readonly links: Links;
  readonly codeBlocks: CodeBlocks;
  readonly approvalDiffs: ApprovalDiffs;
  readonly restoreDiffs: RestoreDiffs;
  readonly bulk: BulkFeature;
  readonly review: ReviewFeature;
  /** Opens a thread's summary of its earlier messages as a document. */
  readonly openSummary: (threadId: string) => Promise<void>;
  /** Where the limits on spending are kept. */
  readonly budget: Budget;
  readonly connectionView: () => Promise<ConnectionView>;
  /** Whether threads can be shared with a team. */
  readonly hasTeam: () => boolean;
  readonly prefetch: PrefetchTriggers;
  /** Hears what it took to draw an answer. */
  readonly rendered: (report: RenderReport) => void;
  /** Forgets what was kept of answers in a thread. */
  readonly forgetAnswers: (threadId: string) => Promise<void>;
}

/** What the panel asks of the host, and who answers it. */
export function createChatRequests<Grants>(parts: ChatRequestParts<Grants>): HostRequestHandlers {
  return { ...threadRequests(parts), ...turnRequests(parts), ...editorRequests(parts) };
}

type ThreadRequests = Pick<
  HostRequestHandlers,
  'connect' | Extract<keyof HostRequestHandlers, `thread/${string}` | `draft/${string}`>
>;

function threadRequests<Grants>(parts: ChatRequestParts<Grants>): ThreadRequests {
  const { threads, workspace, prefetch } = parts;
  return {
    // The page's own memory is of no use here: VS Code keeps it late, and a reload brings back one
    // that is several threads old.
    connect: async (_params, signal) => {
      const connection = await parts.connectionView();
      const thread = await snapshotInView(parts, signal);
      // What this tells the panel follows the snapshot.
      parts.bulk.jobs.resume();
      const isTrusted = workspace.isTrusted();
      return {
        thread,
        connection,
        isTrusted,
        hasFolder: workspace.roots().length > 0,
        hasTeam: parts.hasTeam(),
        reviewed: parts.review.views(),
      };
    },
    'thread/new': (_params, signal) => threads.create(takenFor(parts, signal)),
    'thread/open': ({ threadId }, signal) => threads.open(threadId, takenFor(parts, signal)),
    'thread/earlier': ({ threadId, beforeMessageId }) => threads.earlier(threadId, beforeMessageId),
    'thread/list': (params) => threads.list(params),
    'thread/compact': ({ threadId, focus }) => answered(threads.compact(threadId, focus)),
    'thread/openSummary': ({ threadId }) => answered(parts.openSummary(threadId)),
    'thread/usage': ({ threadId }) => threads.usage(threadId),
    'thread/share': ({ threadId, isShared }) => answered(threads.share(threadId, isShared)),
    'thread/rename': ({ threadId, title }) => answered(threads.rename(threadId, title)),
    'thread/delete': ({ threadId }) =>
      answered(threads.remove(threadId).then(() => parts.forgetAnswers(threadId))),
    'thread/restore': ({ threadId }) => answered(threads.restore(threadId)),
    'thread/export': ({ threadId }) => answered(threads.exportThread(threadId).then(openMarkdown)),
    'draft/save': ({ threadId, draft }) => {
      prefetch.typed(threadId, draft);
      return answered(threads.saveDraft(threadId, draft));
    },
  };
}

type TurnRequests = Pick<
  HostRequestHandlers,
  Extract<
    keyof HostRequestHandlers,
    `turn/${string}` | `approval/${string}` | `tool/${string}` | `checkpoint/${string}`
  >
>;

function turnRequests<Grants>(parts: ChatRequestParts<Grants>): TurnRequests {
  const { threads, approvalDiffs } = parts;
  return {
    'turn/send': async ({ threadId, draft, traceparent }) => ({
      turnId: await threads.send(threadId, draft, undefined, traceparent),
    }),
    'turn/stop': ({ threadId }) => answered(threads.stop(threadId)),
    'turn/retry': async ({ threadId, turnId, traceparent }) => ({
      turnId: await threads.retry(threadId, turnId, traceparent),
    }),
    'turn/edit': async ({ threadId, turnId, draft, traceparent }) => ({
      turnId: await threads.edit(threadId, turnId, draft, traceparent),
    }),
    'turn/continue': async ({ threadId }) => ({ turnId: await threads.continueTurn(threadId) }),
    'checkpoint/plan': ({ threadId, checkpointId }) =>
      threads.restoring.planView(threadId, checkpointId),
    'checkpoint/showDiff': ({ threadId, checkpointId, path }) =>
      answered(parts.restoreDiffs.show(threadId, checkpointId, path)),
    'checkpoint/restore': async (params) => ({
      draft: (await threads.restoring.restore(params)) ?? null,
    }),
    'approval/decide': async ({ threadId, blockId, decision }) => {
      await threads.decide(threadId, blockId, decision);
      return answered(approvalDiffs.closeAll());
    },
    'approval/showDiff': async ({ threadId, blockId, path }) => {
      const card = await threads.runningCard(threadId, blockId);
      return answered(approvalDiffs.show(path, diffOf(card, path)));
    },
    'tool/output': async ({ threadId, blockId }) => ({
      text: await threads.toolOutput(threadId, blockId),
    }),
  };
}

type EditorRequests = Omit<HostRequestHandlers, keyof ThreadRequests | keyof TurnRequests>;

function editorRequests<Grants>(parts: ChatRequestParts<Grants>): EditorRequests {
  const { mentions, slashCommands, links, codeBlocks } = parts;
  return {
    'mention/search': async ({ query }, signal) => ({
      items: await mentions.search(query, signal),
    }),
    'command/list': async () => ({ commands: await slashCommands.list() }),
    'clipboard/write': ({ text }) => answered(vscode.env.clipboard.writeText(text)),
    'code/insert': ({ text }) => answered(codeBlocks.insert(text)),
    'code/apply': ({ text, path }) => answered(codeBlocks.apply(text, path)),
    'link/open': ({ target }) => answered(links.open(target)),
    'action/run': ({ action, threadId }) => answered(runAction(parts, action, threadId)),
    'bulk/act': ({ jobId, action }) => answered(parts.bulk.command.act(jobId, action)),
    'review/act': ({ action, path }) => answered(parts.review.commands.act(action, path)),
    'trace/rendered': async (report) => {
      parts.rendered(report);
      return null;
    },
    'input/focused': async () => {
      parts.prefetch.inputFocused(parts.shownThreadId());
      return null;
    },
  };
}

/** The actions that are commands; the others are about the thread in view. */
const actionCommands: { readonly [Action in PanelAction]?: CommandName } = {
  setApiKey: 'setApiKey',
  useLocalServer: 'useLocalServer',
  setEndpoint: 'setEndpoint',
  selectModel: 'selectModel',
  openSettings: 'openSettings',
  openWalkthrough: 'openWalkthrough',
  newThread: 'newThread',
  showLog: 'showLog',
};

async function runAction<Grants>(
  { threads, budget }: ChatRequestParts<Grants>,
  action: PanelAction,
  threadId: string,
): Promise<void> {
  const command = actionCommands[action];
  if (command) {
    await vscode.commands.executeCommand(commandId(command));
  } else if (action === 'openBudgetSettings') {
    await openBudgetSettings();
  } else if (action === 'allowOverBudget') {
    budget.allowOverBudget();
    await threads.retryLast(threadId);
  } else if (action === 'continueTurn') {
    await threads.continueTurn(threadId);
  } else if (action === 'compactThread') {
    await threads.compact(threadId, '');
  } else {
    await threads.retryLast(threadId);
  }
}

function diffOf(card: ToolBlockView | undefined, path: string): string {
  const preview = card?.approval?.previews.find(
    (candidate) => candidate.kind === 'diff' && candidate.path === path,
  );
  if (preview?.kind !== 'diff') {
    throw new UserError('This edit no longer waits for approval.');
  }
  return preview.diff;
}

/** JSON has no undefined: what only happens is answered with null. */
async function answered(work: Thenable<void>): Promise<null> {
  await work;
  return null;
}

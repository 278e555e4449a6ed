/**
 * Everything that crosses between the host and the chat webview. JSON types only.
 * Requests go from the webview to the host and are always answered or rejected; events go from the
 * host to the webview as deltas, after one snapshot that answers `connect`.
 */

import type { RequestHandlers } from './requestTable.ts';
import type {
  ApprovalDecision,
  ApprovalView,
  AssistantMessageView,
  BlockView,
  BulkAction,
  BulkJobView,
  CheckpointView,
  CompactionView,
  ConnectionView,
  ContextChip,
  Draft,
  MentionItem,
  MessageView,
  Notice,
  PanelAction,
  RestorePlanView,
  ReviewAction,
  ReviewedFileView,
  SlashCommand,
  Snapshot,
  ThreadMeter,
  ThreadStatus,
  ThreadSummary,
  ThreadTeamView,
  ThreadView,
  ToolStatus,
  TurnState,
  UsageView,
  UserMessageView,
  WindowUsageView,
} from './views.ts';

// What the webview asks of the host.

export interface HostRequests {
  connect: { params: { threadId?: string }; result: Snapshot };
  'thread/new': { params: Record<string, never>; result: ThreadView };
  'thread/open': { params: { threadId: string }; result: ThreadView };
  'thread/earlier': {
    params: { threadId: string; beforeMessageId: string };
    result: { messages: readonly MessageView[]; hasEarlier: boolean };
  };
  'thread/list': {
    params: { query: string; limit: number; before?: { updatedAt: number; id: string } };
    result: { threads: readonly ThreadSummary[]; hasMore: boolean };
  };
  'thread/rename': { params: { threadId: string; title: string }; result: null };
  'thread/delete': { params: { threadId: string }; result: null };
  /** Takes a deletion back. */
  'thread/restore': { params: { threadId: string }; result: null };
  /** Opens the thread as an unsaved markdown document. */
  'thread/export': { params: { threadId: string }; result: null };
  /** Summarizes earlier messages now. `focus` says what must be kept above all; empty without. */
  'thread/compact': { params: { threadId: string; focus: string }; result: null };
  /** Opens the summary of earlier messages as a document that can be changed. */
  'thread/openSummary': { params: { threadId: string }; result: null };
  'thread/usage': { params: { threadId: string }; result: WindowUsageView };
  /** Lets the team see the thread, or its owner alone again. */
  'thread/share': { params: { threadId: string; isShared: boolean }; result: null };
  'turn/send': {
    params: { threadId: string; draft: Draft; traceparent?: string };
    result: { turnId: string };
  };
  'turn/stop': { params: { threadId: string }; result: null };
  /** Answers the same message once more; what followed it is set aside. */
  'turn/retry': {
    params: { threadId: string; turnId: string; traceparent?: string };
    result: { turnId: string };
  };
  /** Replaces an earlier message and goes on from there. */
  'turn/edit': {
    params: { threadId: string; turnId: string; draft: Draft; traceparent?: string };
    result: { turnId: string };
  };
  /** Goes on after a turn that stopped at a limit or a guard. */
  'turn/continue': { params: { threadId: string }; result: { turnId: string } };
  /** What restoring the files to before a turn, or taking a restore back, would change. */
  'checkpoint/plan': {
    params: { threadId: string; checkpointId: string };
    result: RestorePlanView;
  };
  /** Opens what would change in VS Code's diff editor: one file, or all where none is named. */
  'checkpoint/showDiff': {
    params: { threadId: string; checkpointId: string; path?: string };
    result: null;
  };
  /** Restores files, and with them the conversation where that is wanted. */
  'checkpoint/restore': {
    params: {
      threadId: string;
      checkpointId: string;
      withThread: boolean;
      /** Files that are restored although somebody else has changed them since. */
      overwritten: readonly string[];
    };
    /** The message that the conversation went back to before. */
    result: { draft: Draft | null };
  };
  'approval/decide': {
    params: { threadId: string; blockId: string; decision: ApprovalDecision };
    result: null;
  };
  /** Opens the edit that waits for approval in VS Code's diff editor. */
  'approval/showDiff': {
    params: { threadId: string; blockId: string; path: string };
    result: null;
  };
  'tool/output': { params: { threadId: string; blockId: string }; result: { text: string } };
  'draft/save': { params: { threadId: string; draft: Draft }; result: null };
  'mention/search': { params: { query: string }; result: { items: readonly MentionItem[] } };
  'command/list': { params: Record<string, never>; result: { commands: readonly SlashCommand[] } };
  'clipboard/write': { params: { text: string }; result: null };
  'code/insert': { params: { text: string }; result: null };
  /** Applies a code block to a file: the one it names, else the active editor, with a diff first. */
  'code/apply': { params: { text: string; path?: string }; result: null };
  /** A web address, or a path with an optional line as in `src/a.ts:12`. */
  'link/open': { params: { target: string }; result: null };
  /** Acts on a task over many files. */
  'bulk/act': { params: { jobId: string; action: BulkAction }; result: null };
  /** Decides on the edits of a file or, without a path, of all files. */
  'review/act': { params: { action: ReviewAction; path?: string }; result: null };
  'action/run': { params: { action: PanelAction; threadId: string }; result: null };
  /** What it took to draw the answer of a turn that is traced. */
  'trace/rendered': { params: RenderReport; result: null };
  /** The user is about to type: a good moment to load what a first request needs. */
  'input/focused': { params: Record<string, never>; result: null };
}

/** Durations by the page's own clock, milliseconds. */
export interface RenderReport {
  /** As it came with `turn/started`. */
  readonly traceparent: string;
  /** Since the page heard of the turn. Not a moment, because the host may have another clock. */
  readonly sinceStartMs: number;
  /** Since the page heard that it ended, until that was drawn. */
  readonly sinceEndMs: number;
  /** Where the panel began it, as it was sent; absent where it did not, like `sendMs`. */
  readonly origin?: string;
  /** From the request to send until the turn was heard of. */
  readonly sendMs?: number;
  /** Frames in which something was drawn, and their work together and at most. */
  readonly frames: number;
  readonly busyMs: number;
  readonly longestMs: number;
}

export type HostRequestName = keyof HostRequests;

/** The host's side. */
export type HostRequestHandlers = RequestHandlers<HostRequests>;

// What the host tells the webview.

/** The fields of a tool card that change after it was added. Absent means unchanged. */
export interface ToolBlockChanges {
  readonly title?: string;
  readonly input?: string;
  readonly status?: ToolStatus;
  /** Replaces the output; running output is appended with `block/appended`. */
  readonly output?: string;
  readonly isOutputCut?: boolean;
  readonly startedAt?: number;
  readonly durationMs?: number;
  /** `null` takes the approval away. */
  readonly approval?: ApprovalView | null;
  readonly changedPaths?: readonly string[];
}

export type HostEvent =
  | {
      readonly type: 'turn/started';
      readonly threadId: string;
      /** Absent where a turn goes on without a new message. */
      readonly user?: UserMessageView;
      readonly assistant: AssistantMessageView;
      /** Where it is traced; absent where nobody measures. */
      readonly traceparent?: string;
    }
  /** The turn with this id and all that followed it are gone from the conversation. */
  | { readonly type: 'turn/removed'; readonly threadId: string; readonly fromTurnId: string }
  | {
      readonly type: 'block/added';
      readonly threadId: string;
      readonly messageId: string;
      readonly block: BlockView;
    }
  /** More text of a text or thinking block, or more output of a running tool. */
  | {
      readonly type: 'block/appended';
      readonly threadId: string;
      readonly messageId: string;
      readonly blockId: string;
      readonly text: string;
    }
  | {
      readonly type: 'tool/changed';
      readonly threadId: string;
      readonly messageId: string;
      readonly blockId: string;
      readonly changes: ToolBlockChanges;
    }
  /** The model was chosen for the turn. */
  | {
      readonly type: 'turn/routed';
      readonly threadId: string;
      readonly messageId: string;
      readonly model: string;
      readonly modelReason: string;
    }
  | {
      readonly type: 'turn/ended';
      readonly threadId: string;
      readonly messageId: string;
      readonly state: TurnState;
      readonly notice?: Notice;
      readonly model?: string;
      readonly modelReason?: string;
      readonly usage?: UsageView;
      readonly durationMs: number;
    }
  | { readonly type: 'thread/status'; readonly threadId: string; readonly status: ThreadStatus }
  | { readonly type: 'thread/meter'; readonly threadId: string; readonly meter: ThreadMeter }
  | {
      readonly type: 'thread/compacted';
      readonly threadId: string;
      /** `null` where everything is sent again. */
      readonly compaction: CompactionView | null;
    }
  | {
      readonly type: 'thread/checkpoint';
      readonly threadId: string;
      readonly checkpoint: CheckpointView;
    }
  | { readonly type: 'thread/renamed'; readonly threadId: string; readonly title: string }
  /** Others have gone on with the thread: this is what it is now, its draft aside. */
  | { readonly type: 'thread/refreshed'; readonly threadId: string; readonly thread: ThreadView }
  | { readonly type: 'thread/team'; readonly threadId: string; readonly team: ThreadTeamView }
  /** The host switched to another thread, for example by a command. */
  | { readonly type: 'thread/opened'; readonly thread: ThreadView }
  | { readonly type: 'history/show' }
  /** The list of threads may be another, because of the team. */
  | { readonly type: 'history/changed' }
  | { readonly type: 'team/changed'; readonly hasTeam: boolean }
  /** The tasks over many files, all of them, whenever one is different. */
  | { readonly type: 'bulk/jobs'; readonly jobs: readonly BulkJobView[] }
  /** The edits of a file wait for the user's word; `null` where they no longer do. */
  | {
      readonly type: 'review/file';
      readonly path: string;
      readonly file: ReviewedFileView | null;
    }
  /** Puts something into the input, for example from an editor command. */
  | {
      readonly type: 'draft/add';
      readonly text: string;
      readonly chips: readonly ContextChip[];
    }
  | { readonly type: 'connection/changed'; readonly connection: ConnectionView }
  | { readonly type: 'trust/changed'; readonly isTrusted: boolean }
  | { readonly type: 'input/focus' };

/** Events that carry more of what is being written: they may wait for the next frame. */
export type StreamEvent = Extract<HostEvent, { type: 'block/appended' }>;

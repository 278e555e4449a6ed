/** What the panel shows, as both sides know it. JSON types only. */

export type ContextKind =
  | 'file'
  | 'folder'
  | 'symbol'
  | 'selection'
  | 'problems'
  | 'editors'
  | 'promptFile';

/** Something the user attached to a message, shown as a removable chip. */
export interface ContextChip {
  readonly kind: ContextKind;
  /** Shown on the chip: a file's name, a symbol's name, "Problems". */
  readonly label: string;
  /** Absolute path; absent for workspace-wide kinds. */
  readonly path?: string;
  /** One-based, inclusive lines. */
  readonly startLine?: number;
  readonly endLine?: number;
}

export interface ImageAttachment {
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';
  /** Base64 without a data-URL prefix. */
  readonly data: string;
  readonly label: string;
}

/** What stands in the input and has not been sent. */
export interface Draft {
  readonly text: string;
  readonly chips: readonly ContextChip[];
  readonly images: readonly ImageAttachment[];
}

export interface UserMessageView {
  readonly role: 'user';
  /** Unique in the panel. */
  readonly id: string;
  readonly turnId: string;
  readonly text: string;
  readonly chips: readonly ContextChip[];
  readonly images: readonly ImageAttachment[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface TextBlockView {
  readonly type: 'text';
  readonly id: string;
  /** Markdown. */
  readonly text: string;
}

export interface ThinkingBlockView {
  readonly type: 'thinking';
  readonly id: string;
  readonly text: string;
}

export type ToolStatus =
  | 'pending'
  | 'awaitingApproval'
  | 'running'
  | 'done'
  | 'failed'
  | 'denied'
  | 'cancelled';

export type ApprovalPreview =
  /** `diff` is a unified diff of one file, `note` what must be known to judge it. */
  | { readonly kind: 'diff'; readonly path: string; readonly diff: string; readonly note?: string }
  | { readonly kind: 'command'; readonly command: string; readonly directory: string }
  | { readonly kind: 'path'; readonly path: string };

export type ApprovalDecision = 'allow' | 'allowInThread' | 'deny';

export interface ApprovalView {
  /** Why leave is asked, one sentence. */
  readonly reason: string;
  readonly previews: readonly ApprovalPreview[];
  /** What "Allow in this thread" would cover, one sentence; absent where it is not offered. */
  readonly threadScope?: string;
}

export interface ToolBlockView {
  readonly type: 'tool';
  readonly id: string;
  /** The tool's name as the model knows it. */
  readonly name: string;
  /** What it does here, for example "Read src/cart.ts". */
  readonly title: string;
  /** The input as indented JSON; grows while it streams. */
  readonly input: string;
  readonly status: ToolStatus;
  /** The result's beginning or, while running, the output so far. */
  readonly output: string;
  /** Whether more of the output can be asked for with `tool/output`. */
  readonly isOutputCut: boolean;
  readonly startedAt?: number;
  readonly durationMs?: number;
  /** Present while the status is `awaitingApproval`. */
  readonly approval?: ApprovalView;
  /** Files this call changed, absolute paths. */
  readonly changedPaths?: readonly string[];
}

export type BlockView = TextBlockView | ThinkingBlockView | ToolBlockView;

export type TurnState = 'running' | 'done' | 'stopped' | 'failed' | 'interrupted';

/** An action the panel offers as a button. */
export type PanelAction =
  | 'setApiKey'
  | 'useLocalServer'
  | 'setEndpoint'
  | 'selectModel'
  | 'openSettings'
  | 'openWalkthrough'
  | 'continueTurn'
  | 'retryTurn'
  | 'newThread'
  | 'compactThread'
  | 'showLog'
  /** Lifts the limit on spending until the window is closed, and answers the last message again. */
  | 'allowOverBudget'
  | 'openBudgetSettings';

/** A word to the user at the end of a turn: why it ended, and what can be done. */
export interface Notice {
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly actions: readonly { readonly label: string; readonly action: PanelAction }[];
}

export interface UsageView {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Absent where the price is not known. */
  readonly costUsd?: number;
}

/** Everything Slipstream said and did in one turn. */
export interface AssistantMessageView {
  readonly role: 'assistant';
  readonly id: string;
  readonly turnId: string;
  readonly blocks: readonly BlockView[];
  readonly state: TurnState;
  readonly notice?: Notice;
  /** The model's name for display; absent before the first answer. */
  readonly model?: string;
  /** Why Slipstream chose it, a sentence; absent where the user did. */
  readonly modelReason?: string;
  readonly usage?: UsageView;
  readonly createdAt: number;
  readonly durationMs?: number;
}

export type MessageView = UserMessageView | AssistantMessageView;

export type ThreadPhase =
  | 'idle'
  | 'preparing'
  | 'waiting'
  | 'thinking'
  | 'answering'
  | 'tool'
  | 'approval'
  | 'retrying'
  /** Earlier messages are being summarized, and something waits for it. */
  | 'compacting';

/** What is happening right now. */
export interface ThreadStatus {
  readonly phase: ThreadPhase;
  /** When the turn began, milliseconds since 1970; absent when idle. */
  readonly turnStartedAt?: number;
  /** The running tool's title, or why a retry waits. */
  readonly detail?: string;
  /** When the next attempt starts, milliseconds since 1970; only when retrying. */
  readonly retryAt?: number;
}

/** The figures of the line above the input. */
export interface ThreadMeter {
  readonly modelName: string;
  /** Why Slipstream chose it for the turn that runs. */
  readonly modelReason?: string;
  /** Prompt tokens of the last request; an estimate while `isEstimate`. */
  readonly windowTokens: number;
  readonly isEstimate: boolean;
  /** The model's context window; absent where it is not known. */
  readonly windowLimit?: number;
  /** A summary of earlier messages is being made, is ready to take over, or has; absent for none. */
  readonly summary?: 'preparing' | 'ready' | 'inUse';
  readonly usage: UsageView;
}

/** What fills the model's window, in tokens; estimates but for what the model counted. */
export interface WindowUsageView {
  readonly system: number;
  readonly tools: number;
  readonly instructions: number;
  readonly files: number;
  readonly history: number;
  /** Kept free for the answer. */
  readonly reserve: number;
  readonly limit: number;
  /** Above this in a prompt, each token costs more. */
  readonly softLimit?: number;
  /** Whether the server does not tell its window, so that it is a guess. */
  readonly isLimitAssumed: boolean;
}

/** The older part of a thread is sent as a summary. */
export interface CompactionView {
  readonly id: string;
  /** The first article that is still sent, at least in part. */
  readonly beforeMessageId: string;
}

/** What the files of a thread can be restored to. */
export interface CheckpointView {
  /** The last turn that files can be restored to before; absent where there is none. */
  readonly lastTurnId?: string;
  /** The restore that was the last thing to happen, and can be taken back. */
  readonly restoreId?: string;
}

/** A file that differs from what it was. */
export interface RestoreFileView {
  /** Absolute. */
  readonly path: string;
  /** As it is shown. */
  readonly label: string;
  /** What a restore does to it; `lost` where it can't. */
  readonly kind: 'change' | 'creation' | 'deletion' | 'lost';
  readonly addedLines: number;
  readonly removedLines: number;
  /** Whether somebody else changed it after Slipstream last did. */
  readonly isConflict: boolean;
  /** Why it is lost, a sentence. */
  readonly reason?: string;
}

/** What a restore would do. */
export interface RestorePlanView {
  readonly checkpointId: string;
  readonly files: readonly RestoreFileView[];
  /** Whether commands ran since: what they changed elsewhere is not known. */
  readonly hasCommands: boolean;
}

export interface ThreadView {
  readonly id: string;
  readonly title: string;
  readonly messages: readonly MessageView[];
  /** Whether earlier messages can be asked for with `thread/earlier`. */
  readonly hasEarlier: boolean;
  readonly status: ThreadStatus;
  readonly meter: ThreadMeter;
  /** Absent while everything is sent. */
  readonly compaction?: CompactionView;
  readonly draft: Draft;
  readonly checkpoint: CheckpointView;
  /** Absent where the team's database does not have it, and never will by itself. */
  readonly team?: ThreadTeamView;
}

/** What a thread is to the team. */
export interface ThreadTeamView {
  /** Who began it; absent where the user did. */
  readonly owner?: string;
  /** Whether others see it, or will as soon as the team's database can be told. */
  readonly isShared: boolean;
}

export interface ThreadSummary {
  readonly id: string;
  readonly title: string;
  readonly updatedAt: number;
  readonly messageCount: number;
  /** Where a search matched in the text, with the match between `‹` and `›`. */
  readonly excerpt?: string;
  readonly team?: ThreadTeamView;
}

export interface ConnectionView {
  readonly kind: 'anthropic' | 'compatible' | 'editor' | 'offline';
  /** For display: "Anthropic", "Ollama at 127.0.0.1:11434", "Offline". */
  readonly label: string;
  readonly acceptsImages: boolean;
}

export interface Snapshot {
  readonly thread: ThreadView;
  readonly connection: ConnectionView;
  readonly isTrusted: boolean;
  readonly hasFolder: boolean;
  /** Whether threads can be shared with a team. */
  readonly hasTeam: boolean;
  /** Files whose edits wait for the user's word, in the order in which they were first edited. */
  readonly reviewed: readonly ReviewedFileView[];
}

/** A file whose edits wait to be accepted or rejected. */
export interface ReviewedFileView {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  /** Its folder as it is shown; empty for the open folder itself. */
  readonly folder: string;
  /** Lines. */
  readonly added: number;
  readonly removed: number;
  /** How many pieces can be accepted or rejected alone. */
  readonly changes: number;
  /** Whether there was no such file before. */
  readonly isNew: boolean;
}

export type ReviewAction = 'open' | 'accept' | 'reject';

export interface MentionItem {
  readonly chip: ContextChip;
  /** Second, dimmer part of the row: the folder, the kind of symbol. */
  readonly detail: string;
  /** Codicon name, without prefix. */
  readonly icon: string;
}

export interface SlashCommand {
  /** Without the slash. */
  readonly name: string;
  readonly description: string;
  /** `panel` commands act at once; `prompt` commands are sent as a message. */
  readonly kind: 'panel' | 'prompt';
}

/** A task over many files that is under way, or whose answers wait to be looked at. */
export interface BulkJobView {
  readonly id: string;
  /** For example "Explain 12 files". */
  readonly title: string;
  /** `asking`: the user must say whether something is sent again. */
  readonly state: 'running' | 'cancelling' | 'asking' | 'ended';
  readonly total: number;
  /** Files that are done, whatever became of them. */
  readonly finished: number;
  /** What happens or what is in the way, a sentence. */
  readonly detail: string;
}

export type BulkAction = 'cancel' | 'review' | 'decide' | 'remove';

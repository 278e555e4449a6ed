import type { ContextChip, Draft, Notice, ThreadTeamView, TurnState } from '../../shared/views.ts';
import type {
  AssistantBlock,
  ImageBlock,
  TextBlock,
  ToolResultBlock,
  Usage,
} from '../model/message.ts';
import type { StopReason } from '../model/request.ts';

/** A thread without its messages. */
export interface ThreadRecord {
  readonly id: string;
  /** Which workspace it belongs to: threads are listed by it. Empty without a folder. */
  readonly workspace: string;
  readonly title: string;
  /** Whether the user named it, so that nothing renames it. */
  readonly isTitleByUser: boolean;
  /** The system prompt of the thread's first request, kept so that the prefix stays stable. */
  readonly systemPrompt: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly usage: Usage;
  /** Undefined once any of its calls had no known price. */
  readonly costUsd: number | undefined;
}

export interface UserMessageRecord {
  readonly role: 'user';
  readonly id: string;
  readonly threadId: string;
  readonly turnId: string;
  /** Position in the thread, ascending; unique among the messages not set aside. */
  readonly ordinal: number;
  readonly createdAt: number;
  /** What the model gets. */
  readonly content: readonly (TextBlock | ImageBlock)[];
  /** What the user typed and attached. */
  readonly text: string;
  readonly chips: readonly ContextChip[];
}

/** A tool's answer. `title`, `durationMs` and `changedPaths` are for the card. */
export interface ToolResultRecord {
  readonly toolUseId: string;
  readonly status: 'done' | 'failed' | 'denied' | 'cancelled';
  readonly title: string;
  readonly content: ToolResultBlock['content'];
  readonly durationMs: number;
  readonly changedPaths: readonly string[];
}

/** One answer of the model and the results of the tools it asked for. */
export interface AssistantMessageRecord {
  readonly role: 'assistant';
  readonly id: string;
  readonly threadId: string;
  readonly turnId: string;
  readonly ordinal: number;
  readonly createdAt: number;
  readonly model: string;
  /** Why Slipstream chose it, a sentence; absent where the user did. */
  readonly modelReason?: string;
  /** `running` from the first event to the last; what is found so after a crash was interrupted. */
  readonly state: TurnState;
  readonly stopReason?: StopReason;
  readonly content: readonly AssistantBlock[];
  readonly toolResults: readonly ToolResultRecord[];
  readonly usage: Usage;
  readonly costUsd: number | undefined;
  readonly durationMs: number;
  readonly notice?: Notice;
  /** Thinking that broke off before it was signed: to be shown, never to be sent. */
  readonly unfinishedThinking?: string;
}

export type MessageRecord = UserMessageRecord | AssistantMessageRecord;

/** A row of the thread list. */
export interface ThreadListRow {
  readonly id: string;
  readonly title: string;
  readonly updatedAt: number;
  readonly messageCount: number;
  readonly excerpt?: string;
  /** Absent where the team's database does not have it. */
  readonly team?: ThreadTeamView;
}

export interface ThreadPage {
  /** In ascending order; whole turns. */
  readonly messages: readonly MessageRecord[];
  readonly hasEarlier: boolean;
}

/**
 * Threads, kept. Writes are queued and committed in groups; each promise settles with its own row's
 * fate. Reads see queued writes of this window.
 */
export interface ThreadStore {
  createThread(thread: ThreadRecord): Promise<void>;
  /** Absent fields stay; `costUsd` may be set to undefined. `updatedAt` never goes back. */
  updateThread(
    id: string,
    changes: Partial<
      Pick<
        ThreadRecord,
        'title' | 'isTitleByUser' | 'systemPrompt' | 'updatedAt' | 'usage' | 'costUsd'
      >
    >,
  ): Promise<void>;
  /** Undefined for an unknown thread and for a deleted one. */
  readThread(id: string): Promise<ThreadRecord | undefined>;
  listThreads(query: {
    readonly workspace: string;
    /** Words to find in titles and texts; empty lists all. */
    readonly text: string;
    readonly limit: number;
    readonly before?: { readonly updatedAt: number; readonly id: string };
  }): Promise<{ readonly threads: readonly ThreadListRow[]; readonly hasMore: boolean }>;
  /** Hides the thread; `restoreThread` takes it back. */
  deleteThread(id: string): Promise<void>;
  restoreThread(id: string): Promise<void>;

  /**
   * Inserts or, for the same id, replaces a message, its tool uses and its tool results; a new one
   * moves the thread's `updatedAt`. Rejects with a `UserError` where another window has put a message
   * at this ordinal; new messages are then rejected until `readHistory` has read the thread again.
   */
  putMessage(message: MessageRecord): Promise<void>;
  /** Adds or replaces one tool result of a message that is kept already. */
  putToolResult(messageId: string, result: ToolResultRecord): Promise<void>;
  /**
   * Keeps text of an answer while it streams, so that a crash loses at most one commit interval.
   * `putMessage` with a state other than `running` drops it again.
   */
  appendDelta(delta: {
    readonly messageId: string;
    readonly blockIndex: number;
    readonly kind: 'text' | 'thinking';
    readonly text: string;
  }): Promise<void>;
  /** Takes the message with this ordinal and all later ones out of the conversation; kept, unlisted. */
  setAsideFrom(threadId: string, ordinal: number): Promise<void>;
  /** Puts these back into it. Rejects with a `UserError` where others have taken their place. */
  bringBack(threadId: string, messageIds: readonly string[]): Promise<void>;

  /**
   * The last page of a thread, or the one before the message at `beforeOrdinal`. A message that was
   * left `running` comes back with the text kept so far and the state `interrupted`. Results of
   * tools are cut to a preview.
   */
  readPage(
    threadId: string,
    page: { readonly limit: number; readonly beforeOrdinal?: number },
  ): Promise<ThreadPage>;
  /** All messages of a thread with whole results, for the model. */
  readHistory(threadId: string): Promise<readonly MessageRecord[]>;
  /** The whole result of one tool use. */
  readToolResult(threadId: string, toolUseId: string): Promise<ToolResultRecord | undefined>;

  saveDraft(threadId: string, workspace: string, draft: Draft): Promise<void>;
  readDraft(threadId: string): Promise<Draft | undefined>;
  /** The thread last saved as the one in view in this workspace, unless it was deleted. */
  readCurrentThread(workspace: string): Promise<string | undefined>;
  saveCurrentThread(workspace: string, threadId: string): Promise<void>;

  /** Commits what is queued. */
  flush(): Promise<void>;
  /** Commits what is queued and closes the database. */
  dispose(): void;
}

/**
 * How many characters of a tool's result `readPage` brings along. A longer result comes as its text,
 * images named in brackets, cut to one character more, so that the length tells that it was cut.
 */
export const resultPreviewCharacters = 2_000;

import type { Draft, RestoreFileView, RestorePlanView } from '../../shared/views.ts';
import type { Checkpoints } from '../checkpoint/checkpoints.ts';
import type { LostFile, PlannedFile, RestorePlan } from '../checkpoint/restorePlan.ts';
import type { MessageRecord, ThreadStore, UserMessageRecord } from '../store/records.ts';
import { displayPath } from '../tools/paths.ts';
import type { Workspace } from '../tools/workspace.ts';
import type { ThreadCheckpoint } from './threadCheckpoint.ts';
import { userView } from './views.ts';

/** What is needed of a thread in use. */
export interface RestoredThread {
  readonly checkpoint: Pick<ThreadCheckpoint, 'tell'>;
  /** Throws `UserError` while it is answered. */
  mustBeIdle(): void;
  /** Takes a turn and all that followed it out of the conversation, and tells what that was. */
  setAside(turnId: string): Promise<readonly MessageRecord[]>;
}

export interface ThreadRestoreParts {
  readonly checkpoints: Checkpoints;
  readonly store: Pick<ThreadStore, 'bringBack'>;
  readonly workspace: Pick<Workspace, 'roots'>;
  readonly threadOf: (threadId: string) => Promise<RestoredThread>;
  /** Reads the thread again and shows it. */
  readonly reopen: (threadId: string) => Promise<void>;
}

const emptyDraft: Draft = { text: '', chips: [], images: [] };

/** What the user wants restored. */
export interface RestoreRequest {
  readonly threadId: string;
  /** Of the turn to go back to before, or of the restore to take back. */
  readonly checkpointId: string;
  /** Whether the conversation goes back as well. */
  readonly withThread: boolean;
  /** Files that are restored although somebody else has changed them since. */
  readonly overwritten: readonly string[];
}

/** Takes files, and the thread where that is wanted, back to before a message. */
export class ThreadRestore {
  private readonly parts: ThreadRestoreParts;

  constructor(parts: ThreadRestoreParts) {
    this.parts = parts;
  }

  plan(threadId: string, checkpointId: string): Promise<RestorePlan> {
    return this.parts.checkpoints.plan(threadId, checkpointId);
  }

  /** What the user sees before anything is restored. */
  async planView(threadId: string, checkpointId: string): Promise<RestorePlanView> {
    const { files, lost, hasCommands } = await this.plan(threadId, checkpointId);
    return {
      checkpointId,
      files: [
        ...files.map((file) => this.fileView(file)),
        ...lost.map((file) => this.lostView(file)),
      ],
      hasCommands,
    };
  }

  /**
   * Restores files, all or none, and then the thread where that is wanted. Resolves with the text of
   * the message that the thread went back to.
   */
  async restore(request: RestoreRequest): Promise<Draft | undefined> {
    const { threadId, checkpointId, overwritten } = request;
    const { checkpoints } = this.parts;
    const thread = await this.parts.threadOf(threadId);
    thread.mustBeIdle();
    const { restore } = await checkpoints.readSummary(threadId);
    const restoreId = await checkpoints.restore(threadId, checkpointId, new Set(overwritten));
    if (restore?.id === checkpointId && restore.setAside.length > 0) {
      await this.parts.store.bringBack(threadId, restore.setAside);
      await this.parts.reopen(threadId);
      return undefined;
    }
    return request.withThread ? this.rewind(thread, request, restoreId) : tell(thread);
  }

  private async rewind(
    thread: RestoredThread,
    { checkpointId }: RestoreRequest,
    restoreId: string,
  ): Promise<Draft> {
    const setAside = await thread.setAside(checkpointId);
    const ids = setAside.map((record) => record.id);
    await this.parts.checkpoints.noteSetAside(restoreId, ids);
    thread.checkpoint.tell();
    const message = setAside.find((record) => record.role === 'user');
    return message ? draftOf(message) : emptyDraft;
  }

  private fileView({ change, ...file }: PlannedFile): RestoreFileView {
    return {
      path: change.path,
      label: this.label(change.path),
      kind: file.kind,
      addedLines: file.addedLines,
      removedLines: file.removedLines,
      isConflict: file.isConflict,
    };
  }

  private lostView({ path, reason }: LostFile): RestoreFileView {
    const none = { addedLines: 0, removedLines: 0, isConflict: false };
    return { path, label: this.label(path), kind: 'lost', ...none, reason };
  }

  private label(path: string): string {
    return displayPath(path, this.parts.workspace.roots());
  }
}

function tell(thread: RestoredThread): undefined {
  thread.checkpoint.tell();
}

function draftOf(message: UserMessageRecord): Draft {
  const { text, chips, images } = userView(message);
  return { text, chips, images };
}

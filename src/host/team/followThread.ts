import type { ThreadService } from '../../core/agent/threadService.ts';
import type { TeamThreadChange } from '../../core/team/teamSync.ts';
import type { ChatView } from '../chatView.ts';
import type { Notifications } from '../notifications.ts';

export interface FollowParts {
  readonly chat: Pick<ChatView, 'threadId' | 'send' | 'show'>;
  readonly threads: Pick<ThreadService<unknown>, 'refresh' | 'open'>;
  readonly notifications: Pick<Notifications, 'info'>;
}

/** Others have gone on with a thread, or it was parted: the panel shows what became of it. */
export async function followThread(parts: FollowParts, change: TeamThreadChange): Promise<void> {
  const { chat, threads } = parts;
  const { threadId, forkId } = change;
  const isInView = (): boolean => chat.threadId === threadId;
  if (!isInView()) {
    await threads.refresh(threadId);
  } else if (forkId === undefined) {
    await threads.refresh(threadId, (thread) =>
      thread.id === threadId
        ? chat.send({ type: 'thread/refreshed', threadId, thread })
        : isInView() && chat.show(thread),
    );
  } else {
    await threads.refresh(threadId);
  }
  if (forkId !== undefined) {
    await followFork(parts, change, forkId, isInView);
  }
}

/** What was said here goes on in a thread of its own, and so does whoever still looks at it. */
async function followFork(
  { chat, threads, notifications }: FollowParts,
  { lostTo }: TeamThreadChange,
  forkId: string,
  isInView: () => boolean,
): Promise<void> {
  if (isInView()) {
    await threads.open(forkId, chat.show);
    const reason =
      lostTo === undefined
        ? 'Somebody else went on with this thread while you did.'
        : `${lostTo} no longer shares this thread.`;
    notifications.info(
      `${reason} What you said goes on in a thread of its own, which is now shown.`,
    );
  } else if (lostTo !== undefined) {
    notifications.info(
      `${lostTo} no longer shares a thread that you had gone on with. What you said goes on in a thread of your own, which is in the history.`,
    );
  }
}

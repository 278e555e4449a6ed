import type { ThreadService } from '../core/agent/threadService.ts';
import type { ThreadView } from '../shared/views.ts';

export interface PageSnapshotParts {
  readonly threads: Pick<ThreadService<unknown>, 'open' | 'openCurrent'>;
  /** The thread that this window showed last; undefined before the first. */
  readonly shownThreadId: () => string | undefined;
  /** Hears of a snapshot for the page in the moment it is taken. */
  readonly taken: (view: ThreadView) => void;
  /** Puts a thread in view that the page has not asked for, or asked for no more. */
  readonly show: (view: ThreadView) => void;
}

type Taken = (view: ThreadView) => void;

/**
 * The thread in view, for a page that connects. A command may put another in view while it is read,
 * of which a page that is not connected hears nothing: then it is that one.
 * @param signal Aborted where the page has gone: another one may be connected by now.
 */
export async function snapshotInView(
  { threads, shownThreadId, taken }: PageSnapshotParts,
  signal: AbortSignal,
): Promise<ThreadView> {
  while (true) {
    const shown = shownThreadId();
    let isInView = true;
    const take: Taken = (view) => {
      isInView = shownThreadId() === shown;
      if (isInView && !signal.aborted) {
        taken(view);
      }
    };
    const view = await (shown === undefined
      ? threads.openCurrent(take)
      : threads.open(shown, take));
    if (isInView || signal.aborted) {
      return view;
    }
  }
}

/** What hears of the snapshot of a thread that the page wants to show. */
export function takenFor({ taken, show }: PageSnapshotParts, signal: AbortSignal): Taken {
  // Where that page has gone, whichever there is now shows what the user wanted.
  return (view) => (signal.aborted ? show(view) : taken(view));
}

import type { ThreadTeamView } from '../../shared/views.ts';
import type { ThreadStore } from '../store/records.ts';

/** What a team adds to the threads of a window. Absent without one. */
export interface ThreadTeam {
  /** The window's own threads, and those that others began and shared. */
  readonly listThreads: ThreadStore['listThreads'];
  /** What a thread is to the team; undefined where its database has nothing of it. */
  viewOf(threadId: string): Promise<ThreadTeamView | undefined>;
  /**
   * Before a thread is shown: fetches its messages where none are here, else what is new behind the
   * caller's back. Rejects with a `UserError` where there would be nothing to show.
   */
  opening(threadId: string): Promise<void>;
  /** Lets the team see a thread, or its owner alone again. */
  share(threadId: string, isShared: boolean): Promise<void>;
}

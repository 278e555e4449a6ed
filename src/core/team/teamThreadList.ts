import type { ThreadListRow, ThreadStore } from '../store/records.ts';
import { isShared, type TeamLog, teamWorkspace } from './teamLog.ts';

type ListQuery = Parameters<ThreadStore['listThreads']>[0];
type ThreadList = Awaited<ReturnType<ThreadStore['listThreads']>>;

export interface TeamThreadListParts {
  readonly local: Pick<ThreadStore, 'listThreads'>;
  readonly log: TeamLog;
  readonly member: string;
  readonly project: string;
}

/**
 * One page of the threads of this window's folders and of those that others began in the same
 * project, newest first, from what is on this machine.
 */
export async function listTeamThreads(
  { local, log, member, project }: TeamThreadListParts,
  query: ListQuery,
): Promise<ThreadList> {
  const [ours, others] = await Promise.all([
    local.listThreads(query),
    local.listThreads({ ...query, workspace: teamWorkspace(project) }),
  ]);
  const merged = [...ours.threads, ...others.threads].toSorted(newestFirst);
  const threads = merged.slice(0, query.limit);
  const states = await log.states(threads.map(({ id }) => id));
  return {
    threads: threads.map((row) => {
      const state = states.get(row.id);
      const owner = state?.owner === member ? undefined : state?.owner;
      const team = state && {
        ...(owner === undefined ? {} : { owner }),
        isShared: isShared(state),
      };
      return { ...row, ...(team ? { team } : {}) };
    }),
    hasMore: ours.hasMore || others.hasMore || merged.length > threads.length,
  };
}

/** The order of the lists themselves. */
function newestFirst(one: ThreadListRow, other: ThreadListRow): number {
  return other.updatedAt - one.updatedAt || (one.id < other.id ? 1 : -1);
}

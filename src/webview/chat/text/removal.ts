import type { ThreadTeamView } from '../../../shared/views.ts';

/** What it is called to take a thread out of the list. */
export interface Removal {
  readonly verb: 'Delete' | 'Hide';
  readonly icon: string;
  /** Said once it is done. */
  readonly done: (title: string) => string;
}

/**
 * Whoever takes a thread of somebody else out of the list hides it on this machine alone; one's own
 * goes for the whole team.
 */
export function removalOf(team: ThreadTeamView | undefined): Removal {
  if (team?.owner !== undefined) {
    const { owner } = team;
    return {
      verb: 'Hide',
      icon: 'eye-closed',
      done: (title) => `“${title}” is hidden on this machine. It stays ${owner}’s.`,
    };
  }
  const forWhom = team?.isShared === true ? ' for the whole team' : '';
  return { verb: 'Delete', icon: 'trash', done: (title) => `Deleted “${title}”${forWhom}` };
}

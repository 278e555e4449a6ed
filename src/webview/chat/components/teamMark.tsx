import type { JSX } from 'preact';
import type { ThreadTeamView } from '../../../shared/views.ts';
import { Icon } from '../../components/icon.tsx';

/** Says that others see a thread, or that somebody else began it. Nothing for the user's own. */
export function TeamMark({ team }: { team: ThreadTeamView | undefined }): JSX.Element | null {
  const text = team && describeTeam(team);
  if (!text) {
    return null;
  }
  return (
    <span class="team-mark" role="img" aria-label={text} title={text}>
      <Icon name="organization" />
    </span>
  );
}

/** What a thread is to the team, in words; undefined for one that only the user sees. */
export function describeTeam({ owner, isShared }: ThreadTeamView): string | undefined {
  if (owner !== undefined) {
    return `Begun by ${owner}`;
  }
  return isShared ? 'Shared with the team' : undefined;
}

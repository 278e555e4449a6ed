import type { RemoteTierFigures, RemoteTierName } from '../cache/remoteTier.ts';
import type { TeamServerState } from '../team/teamServer.ts';
import type { Finding } from './alert.ts';

export interface TeamFacts {
  /** Undefined without a team's database. */
  readonly server: TeamServerState | undefined;
  readonly tiers: readonly (Pick<RemoteTierFigures, 'rejected'> & {
    readonly name: RemoteTierName;
  })[];
}

const tierNames: Readonly<Record<RemoteTierName, string>> = {
  redis: 'Redis',
  http: 'the HTTP cache',
};

/** What is wrong with a team's servers so that somebody has to act: being away is not. */
export function teamFindings({ server, tiers }: TeamFacts, threshold: number): readonly Finding[] {
  const planted = tiers
    .filter(({ rejected }) => rejected > 0 && rejected >= threshold)
    .map(
      ({ name, rejected }): Finding => ({
        rule: 'team',
        subject: name,
        severity: 'error',
        title: `${rejected} shared ${rejected === 1 ? 'answer is' : 'answers are'} not your team’s`,
        detail: `What ${tierNames[name]} gave was not written with your team’s key, or was changed since, and was not used. Either a member has another key, or somebody else writes there: compare keys with “Slipstream: Copy the team key”, and tell whoever runs it.`,
      }),
    );
  if (server?.kind !== 'refused') {
    return planted;
  }
  const refused: Finding = {
    rule: 'team',
    subject: 'database',
    severity: 'warning',
    title: 'The team’s database does not take you',
    detail: `${server.reason} Threads are kept on this machine until then.`,
  };
  return [...planted, refused];
}

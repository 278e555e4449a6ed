import type { TeamState } from '../../core/team/teamSync.ts';

/** How the status bar says where things stand. */
export interface TeamStatus {
  /** Codicons and a figure, for the item itself. */
  readonly label: string;
  /** A sentence or two. */
  readonly text: string;
  /** Whether the user has to do something. */
  readonly isWarning: boolean;
}

/** Pure. Quiet as long as nothing is to be done: being away for a while is normal. */
export function teamStatus({ kind, reason, waiting }: TeamState, host: string): TeamStatus {
  const changes = `${waiting} ${waiting === 1 ? 'change' : 'changes'}`;
  switch (kind) {
    case 'connected':
      return {
        label: '$(organization)',
        text: waiting === 0 ? `Connected to ${host}.` : `${changes} on the way to ${host}.`,
        isWarning: false,
      };
    case 'away': {
      const wait = waiting === 1 ? 'waits' : 'wait';
      return {
        label: waiting === 0 ? '$(organization) $(debug-disconnect)' : `$(organization) ${waiting}`,
        text: `${reason || `${host} does not answer.`} You can go on. ${
          waiting === 0
            ? 'It is tried again by itself.'
            : `${changes} ${wait} here and will be sent when it is back.`
        }`,
        isWarning: false,
      };
    }
    case 'refused':
      return { label: '$(organization) $(warning)', text: reason, isWarning: true };
  }
}

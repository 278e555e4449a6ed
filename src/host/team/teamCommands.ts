import * as vscode from 'vscode';
import { isCancellation, UserError } from '../../base/errors.ts';
import type { RemoteTierState } from '../../core/cache/tieredCache.ts';
import type { CommandHandlers } from '../commandTable.ts';
import { commandId } from '../commandTable.ts';
import { withProgress } from '../progress.ts';
import { type ConnectFlowParts, connectTeam } from './connectFlow.ts';
import { type SetUpFlowParts, setUpTeam } from './setUpFlow.ts';
import { hostIn } from './teamAddress.ts';
import type { TeamFeature } from './teamFeature.ts';
import { teamStatus } from './teamStatus.ts';

export interface TeamCommandParts extends ConnectFlowParts, SetUpFlowParts {
  /** What the settings say, once it has loaded. */
  readonly team: () => Promise<TeamFeature | undefined>;
  /** Throws `UserError` where no thread is in view. */
  readonly shownThread: () => string;
  readonly share: (threadId: string, isShared: boolean) => Promise<void>;
  /** Lines on the shared caches, such as "Redis: 12 answers of 40 found". */
  readonly cacheLines: () => readonly string[];
}

export type TeamCommands = Pick<
  CommandHandlers,
  | 'connectTeam'
  | 'setUpTeam'
  | 'shareThread'
  | 'unshareThread'
  | 'importHistory'
  | 'showTeam'
  | 'copyTeamKey'
  | 'forgetTeam'
>;

/** What the commands about a team do. */
export function createTeamCommands(parts: TeamCommandParts): TeamCommands {
  return {
    connectTeam: () => connectTeam(parts),
    setUpTeam: () => setUpTeam(parts),
    shareThread: () => parts.share(parts.shownThread(), true),
    unshareThread: () => parts.share(parts.shownThread(), false),
    importHistory: () => importHistory(parts),
    showTeam: () => showTeam(parts),
    copyTeamKey: () => copyKey(parts),
    forgetTeam: () => forget(parts),
  };
}

const cacheNames = { redis: 'Redis', http: 'HTTP cache' } as const;
const cacheStates = {
  ready: 'ready',
  connecting: 'connecting',
  passedOver: 'does not answer, and is passed over',
  refused: 'refuses',
} as const;

/** How it stands with a shared cache, in one line. */
export function cacheLine({ name, figures }: RemoteTierState): string {
  const { state, hits, misses } = figures;
  const found =
    hits + misses === 0
      ? 'nothing was looked for yet'
      : `${hits} of ${hits + misses} answers found`;
  return `${cacheNames[name]}: ${cacheStates[state]}; ${found}`;
}

async function importHistory(parts: TeamCommandParts): Promise<void> {
  const team = await connected(parts);
  const threads = await team.unsent();
  if (threads.length === 0) {
    parts.notifications.info('All threads of this folder are in the team’s database already.');
    return;
  }
  const count = `${threads.length} ${threads.length === 1 ? 'thread' : 'threads'}`;
  const start = 'Import';
  const answer = await vscode.window.showInformationMessage(
    `Import ${count} of this folder to ${team.host}?`,
    {
      modal: true,
      detail:
        'They are sent as private: only you see them there, until you share one. You can stop at any time and go on later.',
    },
    start,
  );
  if (answer === start) {
    await sendThreads(parts, team, threads);
  }
}

async function sendThreads(
  { notifications }: TeamCommandParts,
  team: TeamFeature,
  threads: readonly string[],
): Promise<void> {
  let sent = 0;
  const title = `Sending threads to ${team.host}…`;
  try {
    await withProgress(title, async (signal) => {
      for (const id of threads) {
        if (signal.aborted) {
          return;
        }
        await team.importThread(id);
        sent += 1;
      }
    });
  } catch (error) {
    if (!isCancellation(error)) {
      throw new UserError(
        `${sent} of ${threads.length} threads are imported. ${team.server.state.reason || 'The rest could not be sent.'} Run the command again to go on.`,
        { cause: error },
      );
    }
  }
  notifications.info(
    sent === threads.length
      ? `${sent} ${sent === 1 ? 'thread is' : 'threads are'} imported.`
      : `${sent} of ${threads.length} threads are imported. Run the command again to go on.`,
  );
}

interface StateItem extends vscode.QuickPickItem {
  readonly run?: () => Thenable<unknown>;
}

/** Where things stand, and what can be done about it. */
async function showTeam(parts: TeamCommandParts): Promise<void> {
  const team = await parts.team();
  const key = await parts.secrets.key();
  const run = (name: keyof TeamCommands) => (): Thenable<unknown> =>
    vscode.commands.executeCommand(commandId(name));
  const facts = stateLines(parts, team);
  const items: readonly StateItem[] = [
    ...facts.map(
      (label): StateItem => ({
        label,
        // A list cuts long lines off: whoever chooses one reads it whole.
        run: async () => parts.notifications.info(label),
      }),
    ),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: '$(plug) Connect to a team…', run: run('connectTeam') },
    ...(team
      ? [{ label: '$(cloud-upload) Import the local history…', run: run('importHistory') }]
      : []),
    ...(key === undefined ? [] : [{ label: '$(key) Copy the team key', run: run('copyTeamKey') }]),
    ...(facts.length === 0
      ? []
      : [{ label: '$(trash) Forget passwords and keys…', run: run('forgetTeam') }]),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Slipstream team',
    placeHolder: facts.length === 0 ? 'No team is set up.' : 'What is shared, and how it stands',
  });
  await picked?.run?.();
}

function stateLines(
  { settings, cacheLines }: TeamCommandParts,
  team: TeamFeature | undefined,
): readonly string[] {
  const database = settings.get('team.database');
  const state = team && teamStatus(team.sync.state, team.host);
  return [
    ...(database === '' ? [] : [`Threads: ${state?.text ?? `connecting to ${hostIn(database)}`}`]),
    ...(team ? [`You are ${team.member}.`] : []),
    ...cacheLines(),
  ];
}

async function copyKey({ secrets, notifications }: TeamCommandParts): Promise<void> {
  const key = await secrets.key();
  if (key === undefined) {
    throw new UserError('No key of a team is kept. “Slipstream: Connect to a team” asks for it.');
  }
  const copy = 'Copy';
  const answer = await vscode.window.showWarningMessage(
    'Copy the team’s key?',
    {
      modal: true,
      detail:
        'Whoever has it can read the team’s shared answers, and plant some. Hand it on over a channel that only your team can read.',
    },
    copy,
  );
  if (answer === copy) {
    await vscode.env.clipboard.writeText(key);
    notifications.info('The team’s key is copied.');
  }
}

async function forget({ secrets, notifications }: TeamCommandParts): Promise<void> {
  const go = 'Forget';
  const answer = await vscode.window.showWarningMessage(
    'Forget the team’s passwords and keys?',
    {
      modal: true,
      detail:
        'Threads stay on this machine. What has not been sent yet is sent once you connect again.',
    },
    go,
  );
  if (answer === go) {
    await secrets.forgetAll();
    notifications.info('The team’s passwords and keys are forgotten.');
  }
}

async function connected(parts: TeamCommandParts): Promise<TeamFeature> {
  const team = await parts.team();
  if (!team) {
    throw new UserError(
      'There is no team’s database yet. “Slipstream: Connect to a team” sets it.',
    );
  }
  return team;
}

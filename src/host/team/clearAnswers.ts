import * as vscode from 'vscode';
import type { TieredCache } from '../../core/cache/tieredCache.ts';
import type { Notifications } from '../notifications.ts';

export interface ClearAnswersParts {
  readonly cache: TieredCache;
  readonly completions: { clear(): void };
  readonly notifications: Notifications;
}

const here = 'On this machine';
const everywhere = 'For the whole team';

/** Forgets kept answers: of this machine, or where a team shares some, of the open project for all. */
export async function clearAnswers(parts: ClearAnswersParts): Promise<void> {
  const { cache, completions, notifications } = parts;
  const choice = cache.remoteStates().length === 0 ? here : await chooseWhere();
  if (choice === undefined) {
    return;
  }
  if (choice === everywhere) {
    await cache.invalidateForTeam({});
  }
  await cache.clear();
  completions.clear();
  notifications.info(
    choice === everywhere
      ? 'All kept answers are forgotten here, and those that the team shares in this project.'
      : 'All kept answers are forgotten on this machine.',
  );
}

function chooseWhere(): Thenable<string | undefined> {
  return vscode.window.showInformationMessage(
    'Forget kept answers?',
    {
      modal: true,
      detail:
        'On this machine, those that your team shares are found again in its caches. For the whole team, those of this project are asked for anew by everybody.',
    },
    here,
    everywhere,
  );
}

import * as vscode from 'vscode';
import { CancelledError } from '../../base/errors.ts';
import type { Notifications } from '../notifications.ts';
import { withProgress } from '../progress.ts';
import type { VsCodeSettings } from '../settings.ts';
import { exampleOf, hostIn, splitAddress, teamAddressProblem, userOf } from './teamAddress.ts';

export interface SetUpFlowParts {
  readonly settings: VsCodeSettings;
  readonly notifications: Notifications;
  /** Rejects with a `UserError` that says which right is missing. */
  readonly setUp: (
    address: string,
    password: string,
    members: { readonly team: string; readonly members: readonly string[] },
  ) => Promise<void>;
}

/**
 * Makes a team's database, or brings it to this version, and lets members in. For whoever runs it; may
 * be done again at any time. Nothing of it is kept on this machine.
 */
export async function setUpTeam(parts: SetUpFlowParts): Promise<void> {
  const text = await ask({
    title: 'Address of the team’s PostgreSQL, as somebody who may create roles',
    prompt: 'You may do this again at any time, for new members or after an update.',
    placeHolder: 'postgres://admin@db.example.com/slipstream',
    value: parts.settings.get('team.database'),
    validateInput: (entered) => teamAddressProblem('database', entered),
  });
  const { address, password: inAddress } = splitAddress(text);
  const password =
    inAddress ??
    (await ask({
      title: `Password of ${userOf(address)} at ${hostIn(address)}`,
      prompt: 'Used now and not kept. Empty for none.',
      password: true,
    }));
  const team = await ask({ title: 'Name of the team', value: 'team', validateInput: needed });
  const names = await ask({
    title: 'Database users to let in',
    prompt: 'With commas between them. Those that do not exist are made, without a password.',
    placeHolder: 'anna, ben',
    value: userOf(address),
    validateInput: needed,
  });
  const members = names.split(/[\s,]+/).filter(Boolean);
  await withProgress(`Setting up the team’s database at ${hostIn(address)}…`, () =>
    parts.setUp(address, password, { team: team.trim(), members }),
  );
  parts.notifications.info(
    `The team’s database is ready for ${members.join(', ')}. Each connects with “Slipstream: Connect to a team”, as in ${exampleOf('database')}.`,
  );
}

function needed(text: string): string | undefined {
  return text.trim() === '' ? 'Enter at least one name.' : undefined;
}

async function ask(options: vscode.InputBoxOptions): Promise<string> {
  const text = await vscode.window.showInputBox({ ...options, ignoreFocusOut: true });
  if (text === undefined) {
    throw new CancelledError();
  }
  return text;
}

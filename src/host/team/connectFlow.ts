import * as vscode from 'vscode';
import { CancelledError, throwIfCancelled, toError, UserError } from '../../base/errors.ts';
import type { SettingKey } from '../../core/settings.ts';
import type { Notifications } from '../notifications.ts';
import { withProgress } from '../progress.ts';
import type { VsCodeSettings } from '../settings.ts';
import {
  exampleOf,
  hostIn,
  splitAddress,
  type TeamServerKind,
  teamAddressProblem,
  userOf,
} from './teamAddress.ts';
import type { TeamSecrets } from './teamSecrets.ts';

/** What tries an address out before it is kept. Each rejects with a `UserError` that says what to do. */
export interface TeamProbes {
  database(address: string, password: string): Promise<void>;
  redis(address: string, password: string): Promise<void>;
  cache(address: string, token: string): Promise<void>;
}

/** How the team's key is made and told from other text. */
export interface TeamKeys {
  generate(): string;
  /** A sentence that says what to do; undefined for a key. */
  problem(text: string): string | undefined;
}

export interface ConnectFlowParts {
  readonly settings: VsCodeSettings;
  readonly secrets: TeamSecrets;
  readonly notifications: Notifications;
  readonly probes: TeamProbes;
  readonly keys: TeamKeys;
}

interface Place {
  readonly kind: TeamServerKind;
  readonly setting: Extract<SettingKey, 'team.database' | 'team.redis' | 'team.cacheUrl'>;
  readonly step: number;
  readonly title: string;
  /** What it is for. */
  readonly prompt: string;
  readonly secretTitle: (address: string) => string;
}

const places: readonly Place[] = [
  {
    kind: 'database',
    setting: 'team.database',
    step: 1,
    title: 'Address of the team’s PostgreSQL',
    prompt: 'For threads and spending. Leave it empty to share no threads.',
    secretTitle: (address) => `Password of ${userOf(address)} at ${hostIn(address)}`,
  },
  {
    kind: 'redis',
    setting: 'team.redis',
    step: 2,
    title: 'Address of the team’s Redis',
    prompt: 'For answers that may be shared. Leave it empty for none.',
    secretTitle: (address) => `Password for ${hostIn(address)}`,
  },
  {
    kind: 'cache',
    setting: 'team.cacheUrl',
    step: 3,
    title: 'Address of the team’s HTTP cache',
    prompt: 'For answers that may be shared. Leave it empty for none.',
    secretTitle: (address) => `Token for ${hostIn(address)}`,
  },
];

/** An address that was tried out, and what opens it. */
interface Accepted {
  readonly place: Place;
  readonly address: string;
  readonly password: string;
}

const tryAgain = 'Try again';
const keepAnyway = 'Keep it anyway';

/**
 * Leads step by step to a team's servers. Each is tried out when it is entered; nothing is kept before
 * the last step, so that giving up leaves everything as it was.
 */
export async function connectTeam(parts: ConnectFlowParts): Promise<void> {
  const accepted: Accepted[] = [];
  for (const place of places) {
    accepted.push(await askForPlace(parts, place));
  }
  const isCacheSet = accepted.some(({ place, address }) => place.step > 1 && address !== '');
  const key = isCacheSet ? await askForKey(parts) : undefined;
  await keep(parts, accepted, key);
  const used = accepted
    .filter(({ address }) => address !== '')
    .map(({ address }) => hostIn(address));
  parts.notifications.info(
    used.length === 0
      ? 'No team is set: threads and answers stay on this machine.'
      : `The team’s servers are set: ${used.join(', ')}. Your threads stay private until you share them.`,
  );
}

async function askForPlace(parts: ConnectFlowParts, place: Place): Promise<Accepted> {
  let value = parts.settings.get(place.setting);
  while (true) {
    const text = await ask({
      title: `${place.title} (${place.step} of ${places.length})`,
      prompt: place.prompt,
      placeHolder: exampleOf(place.kind),
      value,
      validateInput: (entered) =>
        entered.trim() === '' ? undefined : teamAddressProblem(place.kind, entered),
    });
    if (text.trim() === '') {
      return { place, address: '', password: '' };
    }
    const { address, password: inAddress } = splitAddress(text);
    const password = inAddress ?? (await askForPassword(parts, place, address));
    if (await isAccepted(parts, { place, address, password })) {
      return { place, address, password };
    }
    value = address;
  }
}

async function askForPassword(
  { secrets }: ConnectFlowParts,
  place: Place,
  address: string,
): Promise<string> {
  const kept = await secrets.password(address);
  return ask({
    title: place.secretTitle(address),
    prompt: 'Kept in VS Code’s secret storage and sent to this server only. Empty for none.',
    value: kept ?? '',
    password: true,
  });
}

/** False where the user wants to enter it again. */
async function isAccepted(parts: ConnectFlowParts, tried: Accepted): Promise<boolean> {
  const { place, address, password } = tried;
  const problem = await withProgress(`Connecting to ${hostIn(address)}…`, async (signal) => {
    const trying = parts.probes[place.kind](address, password);
    const failure = trying.then(() => undefined, toError);
    const cancelled = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const result = await Promise.race([failure, cancelled]);
    throwIfCancelled(signal);
    return result;
  });
  if (!problem) {
    return true;
  }
  const reason = problem instanceof UserError ? problem.message : String(problem.message);
  const answer = await vscode.window.showWarningMessage(
    `${hostIn(address)} can’t be used yet.`,
    { modal: true, detail: reason },
    tryAgain,
    keepAnyway,
  );
  if (answer === undefined) {
    throw new CancelledError();
  }
  return answer === keepAnyway;
}

interface KeyChoice extends vscode.QuickPickItem {
  readonly choice: 'keep' | 'paste' | 'generate';
}

/** The key that shared answers are encrypted with; undefined to leave it as it is. */
async function askForKey({ secrets, keys }: ConnectFlowParts): Promise<string | undefined> {
  const kept = await secrets.key();
  const choices: readonly KeyChoice[] = [
    ...(kept === undefined
      ? []
      : [{ label: '$(key) Keep the key that is set', choice: 'keep' } as const]),
    {
      label: '$(clippy) Paste the team’s key',
      detail: 'A member who has it copies it with “Slipstream: Copy the team key”.',
      choice: 'paste',
    },
    {
      label: '$(add) Make a new key',
      detail: 'You are the first: the others then get it from you.',
      choice: 'generate',
    },
  ];
  const picked = await vscode.window.showQuickPick(choices, {
    title: 'Key of the team',
    placeHolder: 'Shared answers are encrypted with it: nobody without it can read or forge one.',
    ignoreFocusOut: true,
  });
  switch (picked?.choice) {
    case undefined:
      throw new CancelledError();
    case 'keep':
      return undefined;
    case 'generate':
      return generateKey(keys);
    case 'paste':
      return ask({
        title: 'The team’s key',
        prompt: 'Kept in VS Code’s secret storage. It never leaves this machine.',
        password: true,
        validateInput: (text) => keys.problem(text),
      });
  }
}

async function generateKey(keys: TeamKeys): Promise<string> {
  const key = keys.generate();
  await vscode.env.clipboard.writeText(key);
  const answer = await vscode.window.showInformationMessage(
    'A new key was made and copied.',
    {
      modal: true,
      detail:
        'Give it to your team over a channel that only they can read. “Slipstream: Copy the team key” copies it again.',
    },
    'Go on',
  );
  if (answer === undefined) {
    throw new CancelledError();
  }
  return key;
}

async function keep(
  { settings, secrets }: ConnectFlowParts,
  accepted: readonly Accepted[],
  key: string | undefined,
): Promise<void> {
  // Secrets first: whoever hears of a setting finds what opens it.
  for (const { address, password } of accepted) {
    if (address !== '') {
      await secrets.savePassword(address, password);
    }
  }
  if (key !== undefined) {
    await secrets.saveKey(key);
  }
  for (const { place, address } of accepted) {
    await settings.update(place.setting, address === '' ? undefined : address);
  }
  await secrets.announce();
}

/** Throws `CancelledError` where the user gives up. */
async function ask(options: vscode.InputBoxOptions): Promise<string> {
  const text = await vscode.window.showInputBox({ ...options, ignoreFocusOut: true });
  if (text === undefined) {
    throw new CancelledError();
  }
  return text;
}

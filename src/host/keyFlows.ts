import * as vscode from 'vscode';
import { CancelledError, UserError } from '../base/errors.ts';
import { anthropicEndpoint, hostOf } from '../core/model/connection.ts';
import { apiKeyProblem } from './apiKeyShape.ts';
import type { Target } from './connectionChoice.ts';
import type { ConnectionFlowParts } from './connectionFlows.ts';
import { withProgress } from './progress.ts';

const tryAgain = 'Try again';
const keepAnyway = 'Keep it anyway';

/** Asks for an API key, checks it with the server and keeps it. */
export async function setApiKey(parts: ConnectionFlowParts): Promise<void> {
  const server = await chooseServer(parts);
  if (server === undefined) {
    return;
  }
  const key = await askForKey(parts, server.endpoint);
  if (key === undefined) {
    return;
  }
  await parts.keys.save(server.endpoint, key);
  if (server.isInstead || parts.settings.get('endpointKind') === 'vscode') {
    await parts.useAnthropic();
  }
}

/** Forgets the key of the server in use, or of the one that the user picks. */
export async function clearApiKey(parts: ConnectionFlowParts): Promise<void> {
  const picked = await pickServer(
    configuredServers(parts),
    'Which server’s key shall be forgotten?',
  );
  if (picked === undefined) {
    return;
  }
  const { endpoint, environmentKey } = picked;
  const name = serverName(endpoint);
  const fromEnvironment =
    environmentKey === undefined ? '' : ' ANTHROPIC_API_KEY is set and is used instead.';
  if ((await parts.keys.read(endpoint)) === undefined) {
    parts.notifications.info(`No API key is kept for ${name}.${fromEnvironment}`);
    return;
  }
  await parts.keys.clear(endpoint);
  parts.notifications.info(`The API key for ${name} is forgotten.${fromEnvironment}`);
}

/** A server that a key may be for. */
interface Server extends vscode.QuickPickItem {
  readonly endpoint: string;
  readonly environmentKey: string | undefined;
  /** Not in use yet: with its key it takes the place of the one that is. */
  readonly isInstead?: boolean;
}

/** The server that the key is for; a user of a local server most likely wants Anthropic now. */
function chooseServer(parts: ConnectionFlowParts): Promise<Server | undefined> {
  const servers = configuredServers(parts);
  const [main] = servers;
  const isLocal = parts.connection.target().kind === 'compatible';
  const anthropic: Server = {
    label: 'Anthropic',
    detail: `Ask Claude, instead of the server at ${main ? hostOf(main.endpoint) : ''}`,
    endpoint: anthropicEndpoint,
    environmentKey: undefined,
    isInstead: true,
  };
  const isOffered = isLocal && !servers.some(({ endpoint }) => endpoint === anthropicEndpoint);
  const choices = isOffered ? [anthropic, ...servers] : servers;
  return pickServer(choices, 'Which server is the key for?');
}

/** The main server, then those that stand in for it. One entry for each: they share no keys. */
function configuredServers({ connection }: ConnectionFlowParts): readonly Server[] {
  const main = connection.target();
  if (main.problem !== undefined) {
    throw new UserError(main.problem);
  }
  const standIns = connection.standIns().filter(({ problem }) => problem === undefined);
  const servers = new Map<string, Server>();
  for (const target of [main, ...standIns]) {
    const { origin } = new URL(target.endpoint);
    if (!servers.has(origin)) {
      servers.set(origin, toServer(target, target === main));
    }
  }
  return [...servers.values()];
}

function toServer({ kind, endpoint, environmentKey }: Target, isMain: boolean): Server {
  const main = kind === 'compatible' ? 'Stay with this server, which wants a key' : 'In use';
  return {
    label: serverName(endpoint),
    detail: isMain ? main : 'Stands in when the one in use fails or is slow',
    endpoint,
    environmentKey,
  };
}

async function pickServer(servers: readonly Server[], title: string): Promise<Server | undefined> {
  const [only, ...others] = servers;
  return others.length === 0
    ? only
    : vscode.window.showQuickPick(servers, { title, ignoreFocusOut: true });
}

async function askForKey(
  parts: ConnectionFlowParts,
  endpoint: string,
): Promise<string | undefined> {
  const name = serverName(endpoint);
  while (true) {
    const key = await vscode.window.showInputBox({
      title: `API key for ${name}`,
      prompt: 'It is kept in VS Code’s secret storage and sent to this server only.',
      placeHolder: endpoint === anthropicEndpoint ? 'sk-ant-…' : '',
      password: true,
      ignoreFocusOut: true,
      validateInput: apiKeyProblem,
    });
    if (key === undefined || (await mayKeep(parts, endpoint, key.trim()))) {
      return key?.trim();
    }
  }
}

/** False where the user wants to type the key again. Throws `CancelledError` where they give up. */
async function mayKeep(
  parts: ConnectionFlowParts,
  endpoint: string,
  key: string,
): Promise<boolean> {
  const name = serverName(endpoint);
  const verdict = await withProgress(`Checking the key with ${name}…`, (signal) =>
    parts.server.checkKey(endpoint, key, signal),
  );
  switch (verdict.kind) {
    case 'accepted':
      parts.notifications.info(`${name} accepts the API key.`);
      return true;
    case 'unknown':
      parts.notifications.warn(`The API key is kept, but it was not checked: ${verdict.reason}.`);
      return true;
    case 'rejected':
      return askAboutRejected(name);
  }
}

async function askAboutRejected(name: string): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(
    `${name} does not accept this API key.`,
    { modal: true },
    tryAgain,
    keepAnyway,
  );
  if (answer === undefined) {
    throw new CancelledError();
  }
  return answer === keepAnyway;
}

function serverName(endpoint: string): string {
  return endpoint === anthropicEndpoint ? 'Anthropic' : hostOf(endpoint);
}

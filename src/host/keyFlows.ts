import * as vscode from 'vscode';
import { CancelledError, UserError } from '../base/errors.ts';
import { anthropicEndpoint, hostOf } from '../core/model/connection.ts';
import { apiKeyProblem } from './apiKeyShape.ts';
import type { ConnectionFlowParts } from './connectionFlows.ts';
import { withProgress } from './progress.ts';

const tryAgain = 'Try again';
const keepAnyway = 'Keep it anyway';

/** Asks for an API key, checks it with the server and keeps it. */
export async function setApiKey(parts: ConnectionFlowParts): Promise<void> {
  const endpoint = await chooseServer(parts);
  if (endpoint === undefined) {
    return;
  }
  const key = await askForKey(parts, endpoint);
  if (key === undefined) {
    return;
  }
  await parts.keys.save(endpoint, key);
  if (endpoint !== parts.connection.target().endpoint) {
    await parts.useAnthropic();
  }
}

/** Forgets the key of the server in use. */
export async function clearApiKey(parts: ConnectionFlowParts): Promise<void> {
  const { endpoint, environmentKey, problem } = parts.connection.target();
  if (problem !== undefined) {
    throw new UserError(problem);
  }
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

/** The server that the key is for; a user of a local server most likely wants Anthropic now. */
async function chooseServer(parts: ConnectionFlowParts): Promise<string | undefined> {
  const target = parts.connection.target();
  if (target.problem !== undefined) {
    throw new UserError(target.problem);
  }
  if (target.kind === 'anthropic') {
    return target.endpoint;
  }
  const host = hostOf(target.endpoint);
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: 'Anthropic',
        detail: `Ask Claude, instead of the server at ${host}`,
        endpoint: anthropicEndpoint,
      },
      {
        label: host,
        detail: 'Stay with this server, which wants a key',
        endpoint: target.endpoint,
      },
    ],
    { title: 'Which server is the key for?', ignoreFocusOut: true },
  );
  return picked?.endpoint;
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

import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { throwIfCancelled, UserError } from '../base/errors.ts';
import { loadCatalogue } from '../core/model/catalogue.ts';
import { anthropicEndpoint, hostOf } from '../core/model/connection.ts';
import type { EditorModels } from '../core/model/editorModels.ts';
import {
  defaultCandidates,
  findLocalServers,
  type LocalServer,
} from '../core/model/localServers.ts';
import type { ConnectionSettings } from './connectionSettings.ts';
import { endpointProblem, normalizeEndpoint } from './endpointAddress.ts';
import type { Environment } from './environment.ts';
import { clearApiKey, setApiKey } from './keyFlows.ts';
import type { ModelServer } from './modelServer.ts';
import type { Notifications } from './notifications.ts';
import { withProgress } from './progress.ts';
import type { ApiKeys } from './secrets.ts';
import type { VsCodeSettings } from './settings.ts';

/** What the conversations about connecting work with. */
export interface ConnectionFlowParts {
  readonly settings: VsCodeSettings;
  readonly keys: ApiKeys;
  readonly environment: Environment;
  readonly connection: ConnectionSettings;
  readonly server: ModelServer;
  readonly notifications: Notifications;
  readonly clock: Clock;
  readonly editorModels: EditorModels;
  /** Takes settings back to Anthropic and its default model. */
  useAnthropic(): Promise<void>;
}

const tryAgain = 'Try again';
const enterAddress = 'Set endpoint';

/** The conversations with the user that lead to a connection. */
export class ConnectionFlows {
  private readonly parts: ConnectionFlowParts;

  constructor(parts: Omit<ConnectionFlowParts, 'useAnthropic'>) {
    this.parts = { ...parts, useAnthropic: () => this.useAnthropic() };
  }

  setApiKey(): Promise<void> {
    return setApiKey(this.parts);
  }

  clearApiKey(): Promise<void> {
    return clearApiKey(this.parts);
  }

  /** Asks for the address of a server; an empty one means Anthropic. */
  async setEndpoint(): Promise<void> {
    const { settings, environment } = this.parts;
    const fallback = environment.baseUrl ?? anthropicEndpoint;
    const address = await vscode.window.showInputBox({
      title: 'Address of the model server',
      prompt: `Without /v1. Leave it empty for ${fallback}.`,
      placeHolder: 'https://gateway.example.com or http://127.0.0.1:11434',
      value: settings.get('endpoint'),
      ignoreFocusOut: true,
      validateInput: (text) => (text.trim() === '' ? undefined : endpointProblem(text)),
    });
    if (address === undefined) {
      return;
    }
    if (settings.get('endpointKind') === 'vscode') {
      await settings.update('endpointKind', undefined);
    }
    await settings.update('endpoint', normalizeEndpoint(address) || undefined);
    await this.dropUnknownModel();
  }

  /** Looks for servers on this machine and takes the model that the user picks. */
  async useLocalServer(): Promise<void> {
    const servers = await withProgress('Looking for model servers on this machine…', (signal) =>
      this.findServers(signal),
    );
    if (servers.length === 0) {
      await this.tellNoneFound();
      return;
    }
    const picked = await pickLocalModel(servers);
    if (!picked) {
      return;
    }
    const { settings, notifications } = this.parts;
    await settings.update('endpointKind', undefined);
    await settings.update('model', picked.model);
    await settings.update('endpoint', picked.server.endpoint);
    notifications.info(`${picked.model} of ${picked.server.name} answers from now on.`);
  }

  /** Takes the language models that VS Code itself has. */
  async useEditorModels(): Promise<void> {
    const { settings, notifications, editorModels } = this.parts;
    const [first] = await editorModels.list();
    if (!first) {
      throw new UserError(
        'VS Code offers no language model. Install an extension that brings one, such as GitHub Copilot, and sign in there.',
      );
    }
    await settings.update('endpointKind', 'vscode');
    await settings.update('model', undefined);
    notifications.info(
      `${first.name} answers from now on. “Slipstream: Select model” lets you choose another.`,
    );
  }

  private async findServers(signal: AbortSignal): Promise<readonly LocalServer[]> {
    const servers = await findLocalServers(this.parts.clock, signal);
    throwIfCancelled(signal);
    return servers;
  }

  private async tellNoneFound(): Promise<void> {
    const programs = defaultCandidates.map(({ name, port }) => `${name} (port ${port})`).join(', ');
    const answer = await vscode.window.showWarningMessage(
      `No model server was found on this machine. These were looked for: ${programs}. Start one of them, or enter the address of another.`,
      tryAgain,
      enterAddress,
    );
    if (answer === tryAgain) {
      await this.useLocalServer();
    }
    if (answer === enterAddress) {
      await this.setEndpoint();
    }
  }

  private async useAnthropic(): Promise<void> {
    const { settings, environment } = this.parts;
    // The environment's address would be next in line.
    const endpoint = environment.baseUrl === undefined ? undefined : anthropicEndpoint;
    await settings.update('endpointKind', undefined);
    await settings.update('endpoint', endpoint);
    await this.dropUnknownModel();
  }

  /** A local model's name means nothing to Anthropic, and the other way round. */
  private async dropUnknownModel(): Promise<void> {
    const { settings, connection } = this.parts;
    const model = settings.get('model');
    const isKnown = (await loadCatalogue()).find(model) !== undefined;
    if (model !== '' && isKnown !== (connection.target().kind === 'anthropic')) {
      await settings.update('model', undefined);
    }
  }
}

async function pickLocalModel(
  servers: readonly LocalServer[],
): Promise<{ server: LocalServer; model: string } | undefined> {
  const items = servers.flatMap((server) =>
    server.models.map((model) => ({
      label: model,
      description: `${server.name} at ${hostOf(server.endpoint)}`,
      server,
      model,
    })),
  );
  if (items.length === 0) {
    const names = servers.map((server) => `${server.name} at ${hostOf(server.endpoint)}`);
    throw new UserError(`${names.join(' and ')} is running, but has no model yet. Load one there.`);
  }
  return vscode.window.showQuickPick(items, {
    title: 'Which model should answer?',
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
}

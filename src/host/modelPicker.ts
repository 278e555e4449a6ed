import * as vscode from 'vscode';
import type { Catalogue, CatalogueModel } from '../core/model/catalogue.ts';
import type { OnlineConnection } from '../core/model/connection.ts';
import type { EditorModels } from '../core/model/editorModels.ts';
import { type CommandName, commandId } from './commandTable.ts';
import type { ConnectionSettings } from './connectionSettings.ts';
import type { ModelChoice } from './modelChoice.ts';
import { modelDetail } from './modelDetail.ts';
import type { ModelServer } from './modelServer.ts';
import { withProgress } from './progress.ts';
import type { VsCodeSettings } from './settings.ts';

export interface ModelPickerParts {
  readonly settings: VsCodeSettings;
  readonly connection: ConnectionSettings;
  readonly choice: ModelChoice;
  readonly server: ModelServer;
  readonly editorModels: EditorModels;
  readonly catalogue: () => Promise<Catalogue>;
}

interface ModelItem extends vscode.QuickPickItem {
  /** Empty for Slipstream's own choice; undefined for the item that asks for an id. */
  readonly id?: string;
}

/** Lets the user choose the model that answers in the chat. */
export async function selectModel(parts: ModelPickerParts): Promise<void> {
  const connection = await parts.connection.current();
  if (connection.kind === 'offline') {
    await offerConnecting();
    return;
  }
  if (connection.kind === 'editor') {
    await selectEditorModel(parts);
    return;
  }
  const catalogue = await parts.catalogue();
  const items = await itemsFor(parts, connection, catalogue);
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Which model should answer?',
    placeHolder:
      connection.kind === 'anthropic'
        ? `US dollars for a million tokens, as of ${catalogue.asOf}. Source: ${catalogue.source}`
        : 'Models that the server names',
    matchOnDescription: true,
  });
  const id = picked && (picked.id ?? (await askForId(parts.settings.get('model'))));
  if (id !== undefined) {
    await parts.settings.update('model', id === '' ? undefined : id);
  }
}

/** Of VS Code's own models there are no prices: they belong to a subscription. */
async function selectEditorModel({
  settings,
  choice,
  editorModels,
}: ModelPickerParts): Promise<void> {
  const current = await choice.current();
  const items = (await editorModels.list()).map(({ id, name }) => ({
    id,
    label: (id === current.id ? '$(check) ' : '') + name,
    description: id,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Which model should answer?',
    placeHolder: 'Language models of VS Code',
    matchOnDescription: true,
  });
  if (picked) {
    await settings.update('model', picked.id);
  }
}

async function itemsFor(
  parts: ModelPickerParts,
  connection: OnlineConnection,
  catalogue: Catalogue,
): Promise<readonly ModelItem[]> {
  const isAnthropic = connection.kind === 'anthropic';
  const ids = isAnthropic
    ? catalogue.models.filter(({ lifecycle }) => lifecycle !== 'retired').map(({ id }) => id)
    : await withProgress('Asking the server for its models…', (signal) =>
        parts.server.listModels(connection.endpoint, connection.apiKey, signal),
      );
  const chosen = parts.settings.get('model');
  const current = isAnthropic ? chosen : chosen || ids[0];
  const listed = !current || ids.includes(current) ? ids : [current, ...ids];
  return [
    ...(isAnthropic ? [automaticItem(chosen === '')] : []),
    ...listed.map((id) => toItem(id, catalogue.find(id), id === current)),
    { label: 'Another model…', detail: 'Enter the id of a model that is not listed here' },
  ];
}

function automaticItem(isCurrent: boolean): ModelItem {
  return {
    id: '',
    label: `${isCurrent ? '$(check) ' : ''}Automatic`,
    description: 'Slipstream chooses for each task',
    detail: 'By what the task asks for, the budget, and how well each model has done here',
  };
}

function toItem(id: string, known: CatalogueModel | undefined, isCurrent: boolean): ModelItem {
  const mark = isCurrent ? '$(check) ' : '';
  return known
    ? { id, label: mark + known.name, description: id, detail: modelDetail(known) }
    : { id, label: mark + id };
}

async function askForId(current: string): Promise<string | undefined> {
  const id = await vscode.window.showInputBox({
    title: 'Model id',
    prompt: 'As the server names it, for example claude-sonnet-5-5.',
    value: current,
    ignoreFocusOut: true,
    validateInput: (text) => (/^\S+$/.test(text.trim()) ? undefined : 'An id has no spaces.'),
  });
  return id?.trim();
}

/** Without a connection there is no model to choose: first things first. */
async function offerConnecting(): Promise<void> {
  const ways: readonly (vscode.QuickPickItem & { command: CommandName })[] = [
    { label: 'Set API key', detail: 'Ask Claude at Anthropic', command: 'setApiKey' },
    {
      label: 'Use a local server',
      detail: 'A model that runs on this machine: Ollama, llama.cpp, LM Studio and others',
      command: 'useLocalServer',
    },
    {
      label: 'Use VS Code’s language models',
      detail: 'Models of a subscription that you have in VS Code, such as GitHub Copilot',
      command: 'useEditorModels',
    },
    { label: 'Set endpoint', detail: 'A gateway of your organization', command: 'setEndpoint' },
  ];
  const picked = await vscode.window.showQuickPick(ways, {
    title: 'No model is connected yet. How do you want to connect one?',
  });
  if (picked) {
    await vscode.commands.executeCommand(commandId(picked.command));
  }
}

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { toError } from '../../../src/base/errors.ts';
import { ResourceManager } from '../../../src/base/lifecycle.ts';
import type { StoreConnection } from '../../../src/core/store/storeConnection.ts';
import type { Telemetry } from '../../../src/core/telemetry/telemetry.ts';
import { type Assistant, createAssistant } from '../../../src/host/assistant.ts';
import type { ChatView } from '../../../src/host/chatView.ts';
import {
  type ActivationParts,
  createFoundation,
  type Foundation,
} from '../../../src/host/foundation.ts';
import { Notifications } from '../../../src/host/notifications.ts';
import { OutputLog } from '../../../src/host/outputLog.ts';
import {
  createPerformance,
  type PerformanceFeature,
} from '../../../src/host/performance/performanceFeature.ts';
import type { PerformancePanel } from '../../../src/host/performance/performancePanel.ts';
import { ApiKeys } from '../../../src/host/secrets.ts';
import { VsCodeSettings } from '../../../src/host/settings.ts';
import type { HostEvent, HostRequestName, HostRequests } from '../../../src/shared/protocol.ts';
import type {
  ApprovalDecision,
  AssistantMessageView,
  ThreadView,
  ToolBlockView,
  ToolStatus,
} from '../../../src/shared/views.ts';
import type { MessagesServer } from '../../support/messagesServer.ts';
import { applyEvent } from '../../support/panelMirror.ts';
import { replaced } from './stubs.ts';

export const extensionId = 'slipstream.slipstream';

const pollMs = 10;
/** Below mocha's 30 s, so that what was waited for is told. */
const patienceMs = 25_000;

/** Waits until `probe` gives something; a loaded machine is given its time. */
export async function eventually<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  limitMs = patienceMs,
): Promise<T> {
  const endMs = performance.now() + limitMs;
  while (true) {
    const found = await probe();
    if (found !== undefined && found !== false) {
      return found;
    }
    assert.ok(performance.now() < endMs, `Waited in vain for ${what}.`);
    await sleep(pollMs);
  }
}

/** What the extension uses of its context. */
export function extensionContext(
  storageFolder: string,
  secrets: vscode.SecretStorage,
): vscode.ExtensionContext {
  const extension = vscode.extensions.getExtension(extensionId);
  assert.ok(extension);
  const used: Pick<
    vscode.ExtensionContext,
    | 'extension'
    | 'extensionUri'
    | 'globalState'
    | 'globalStorageUri'
    | 'secrets'
    | 'subscriptions'
    | 'workspaceState'
  > = {
    extension,
    extensionUri: extension.extensionUri,
    globalState: memoryState(),
    globalStorageUri: vscode.Uri.file(storageFolder),
    secrets,
    subscriptions: [],
    workspaceState: memoryState(),
  };
  return used as vscode.ExtensionContext;
}

/** What the extension keeps of small things, for as long as the window is open. */
function memoryState(): vscode.ExtensionContext['globalState'] {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, otherwise?: T) => (values.get(key) ?? otherwise) as T,
    update: async (key: string, value: unknown) => void values.set(key, value),
    setKeysForSync: () => undefined,
  };
}

/** As a desktop's: nothing is told of what stays as it was. */
export class MemorySecrets implements vscode.SecretStorage {
  private readonly values = new Map<string, string>();
  private readonly changes = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
  readonly onDidChange = this.changes.event;

  /** The names of all that is kept. */
  names(): readonly string[] {
    return [...this.values.keys()];
  }

  async get(key: string): Promise<string | undefined> {
    return this.values.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    if (this.values.get(key) !== value) {
      this.values.set(key, value);
      this.changes.fire({ key });
    }
  }

  async delete(key: string): Promise<void> {
    if (this.values.delete(key)) {
      this.changes.fire({ key });
    }
  }
}

/** Sets the user's settings so that the scripted server counts as the real API, and its key. */
export async function connect(
  server: Pick<MessagesServer, 'endpoint' | 'apiKey'>,
): Promise<MemorySecrets> {
  const settings = new VsCodeSettings(assert.fail);
  await settings.update('endpoint', server.endpoint);
  // A server on this machine would count as one that speaks only the core of the API.
  await settings.update('endpointKind', 'anthropic');
  settings.dispose();
  const secrets = new MemorySecrets();
  await new ApiKeys(secrets).save(server.endpoint, server.apiKey);
  return secrets;
}

export async function disconnect(): Promise<void> {
  const settings = new VsCodeSettings(assert.fail);
  await settings.update('endpoint', undefined);
  await settings.update('endpointKind', undefined);
  settings.dispose();
}

/** Keeps what would be shown to the user. */
export class KeptNotifications extends Notifications {
  readonly told: string[] = [];

  override info(message: string): void {
    this.told.push(message);
  }

  override warn(message: string): void {
    this.told.push(message);
  }

  override offer(message: string, label: string): void {
    this.told.push(`${message} [${label}]`);
  }

  override report(context: string, error: unknown): void {
    this.told.push(`${context}: ${toError(error).message}`);
  }
}

/**
 * Keeps the errors that are logged: a test in which none is expected asks for them at its end. Makes
 * no channel, because VS Code gives all of an extension's logs of one name the same.
 */
export class KeptLog extends OutputLog {
  readonly errors: string[] = [];
  /** Everything, at any level. */
  readonly written: string[] = [];

  override debug(message: string): void {
    this.written.push(message);
  }

  override info(message: string): void {
    this.written.push(message);
  }

  override warn(message: string): void {
    this.written.push(message);
  }

  override show(): void {
    // Nobody is looking.
  }

  override error(context: string, error: unknown): void {
    this.errors.push(`${context}: ${toError(error).stack}`);
    this.written.push(`${context}: ${toError(error).stack}`);
  }
}

type Panel = Pick<ChatView, 'threadId' | 'taken' | 'send' | 'show' | 'reveal'>;

/** A panel that is kept current by snapshots and events alone, for all threads that it has seen. */
class MirrorPanel implements Panel {
  readonly views = new Map<string, ThreadView>();
  readonly events: HostEvent[] = [];
  threadId: string | undefined;

  readonly taken = (view: ThreadView): void => {
    this.threadId = view.id;
    this.views.set(view.id, view);
  };

  readonly send = (event: HostEvent): void => {
    this.events.push(event);
    for (const [id, view] of this.views) {
      this.views.set(id, applyEvent(view, event));
    }
  };

  readonly show = (thread: ThreadView): void => {
    this.taken(thread);
    this.send({ type: 'thread/opened', thread });
  };

  async reveal(...events: readonly HostEvent[]): Promise<void> {
    events.map(this.send);
  }
}

export interface WindowOptions {
  readonly storageFolder: string;
  readonly secrets: vscode.SecretStorage;
}

/** The whole assistant, as one window of VS Code has it, with a panel that only listens. */
export class AssistantWindow {
  readonly panel = new MirrorPanel();
  readonly resources = new ResourceManager('window', (error) => assert.fail(toError(error)));
  private readonly log: KeptLog;
  private readonly notifications: KeptNotifications;
  private readonly options: WindowOptions;
  /** What the performance feature registered, by name. */
  private readonly documentCommands = new Map<string, (...parameters: unknown[]) => unknown>();
  private assistant: Assistant | undefined;
  private foundation: Foundation | undefined;
  private parts: ActivationParts | undefined;

  constructor(options: WindowOptions) {
    this.options = options;
    this.log = this.resources.add(new KeptLog());
    this.notifications = new KeptNotifications(this.log);
  }

  static async open(options: WindowOptions): Promise<AssistantWindow> {
    const window = new AssistantWindow(options);
    await window.load();
    return window;
  }

  /** What the panel's first request or the first command does. */
  async load(): Promise<Assistant> {
    const chat: Panel = this.panel;
    const settings = this.resources.add(new VsCodeSettings(assert.fail));
    const parts = {
      context: extensionContext(this.options.storageFolder, this.options.secrets),
      resources: this.resources,
      settings,
      log: this.log,
      notifications: this.notifications,
    };
    this.parts = parts;
    this.assistant = await createAssistant({
      ...parts,
      foundation: async () => {
        this.foundation = await createFoundation(parts);
        return this.foundation;
      },
      chat: chat as ChatView,
      completions: { clear: () => undefined, prefetchCounters: () => new Map() },
    });
    return this.assistant;
  }

  /** The performance panel, the report and the alerts, once in a window. */
  async openPerformance(
    panel: Pick<PerformancePanel, 'show' | 'showTrace'> &
      Partial<Pick<PerformancePanel, 'takeWantedTrace'>>,
  ): Promise<PerformanceFeature> {
    assert.ok(this.parts && this.foundation, 'The assistant is not loaded.');
    // The installed Slipstream may have registered its own commands of these names.
    const registering = replaced(vscode.commands, 'registerCommand', (name, handler) => {
      this.documentCommands.set(name, handler);
      return new vscode.Disposable(() => this.documentCommands.delete(name));
    });
    try {
      return await createPerformance({
        ...this.parts,
        foundation: this.foundation,
        // Nothing else of it is used outside of the page.
        panel: panel as PerformancePanel,
        openThread: async () => undefined,
      });
    } finally {
      registering.dispose();
    }
  }

  /** Runs a command of the report's document, as its lenses and links do. */
  async runDocumentCommand(name: string, ...parameters: unknown[]): Promise<void> {
    const handler = this.documentCommands.get(name);
    assert.ok(handler, name);
    await handler(...parameters);
  }

  /** What the user was shown outside of the panel. */
  get told(): readonly string[] {
    return this.notifications.told;
  }

  get loggedErrors(): readonly string[] {
    return this.log.errors;
  }

  /** The whole log. */
  get logged(): readonly string[] {
    return this.log.written;
  }

  /** What is measured in this window. */
  get telemetry(): Telemetry {
    assert.ok(this.foundation, 'The assistant is not loaded.');
    return this.foundation.telemetry;
  }

  /** Where threads and figures are kept. */
  get store(): StoreConnection {
    assert.ok(this.foundation, 'The assistant is not loaded.');
    return this.foundation.models.storeConnection;
  }

  /** What the palette runs. */
  get commands(): Assistant['commands'] {
    assert.ok(this.assistant, 'The assistant is not loaded.');
    return this.assistant.commands;
  }

  ask<Name extends HostRequestName>(
    name: Name,
    params: HostRequests[Name]['params'],
  ): Promise<HostRequests[Name]['result']> {
    assert.ok(this.assistant, 'The assistant is not loaded.');
    return this.assistant.requests[name](params, new AbortController().signal);
  }

  async newThread(): Promise<string> {
    return (await this.ask('thread/new', {})).id;
  }

  /** Sends a message. The answer is the turn's id, once the turn has begun. */
  async send(text: string, threadId = this.threadId): Promise<string> {
    const draft = { text, chips: [], images: [] };
    return (await this.ask('turn/send', { threadId, draft })).turnId;
  }

  /** Sends a message and waits for the end of its turn. */
  async converse(text: string, threadId = this.threadId): Promise<AssistantMessageView> {
    return this.ended(await this.send(text, threadId));
  }

  ended(turnId: string): Promise<AssistantMessageView> {
    return eventually(() => {
      const answer = this.answer(turnId);
      return answer?.state === 'running' ? undefined : answer;
    }, 'the end of the turn');
  }

  /** What the panel shows of a turn. */
  answer(turnId: string): AssistantMessageView | undefined {
    return [...this.panel.views.values()]
      .flatMap((view) => view.messages)
      .find(
        (message): message is AssistantMessageView =>
          message.role === 'assistant' && message.turnId === turnId,
      );
  }

  /** The text of the answer so far. */
  textOf(turnId: string): string {
    const blocks = this.answer(turnId)?.blocks ?? [];
    return blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
  }

  /** The last card of a turn, once it has this status. */
  card(turnId: string, status: ToolStatus): Promise<ToolBlockView> {
    return eventually(() => {
      const card = this.cards(turnId).at(-1);
      return card?.status === status ? card : undefined;
    }, `a card that is ${status}`);
  }

  cards(turnId: string): readonly ToolBlockView[] {
    return (this.answer(turnId)?.blocks ?? []).filter((block) => block.type === 'tool');
  }

  /** Waits until the turn asks for leave, and gives the answer. */
  async decide(turnId: string, decision: ApprovalDecision): Promise<void> {
    const { id: blockId } = await this.card(turnId, 'awaitingApproval');
    await this.ask('approval/decide', { threadId: this.threadId, blockId, decision });
  }

  /** The thread in view. */
  get threadId(): string {
    assert.ok(this.panel.threadId, 'No thread is open.');
    return this.panel.threadId;
  }

  /** What VS Code does when it closes the window or disables the extension. */
  async close(): Promise<void> {
    await this.assistant?.endTurns();
    this.resources.dispose();
  }
}

export interface SentResult {
  readonly text: string;
  readonly isError: boolean;
}

/** The tool results that the last request gave to the model. */
export function sentResults(server: MessagesServer): readonly SentResult[] {
  const messages = asList(server.messageRequests.at(-1)?.body?.['messages']);
  return asList(messages.at(-1)?.['content'])
    .filter((block) => block['type'] === 'tool_result')
    .map((block) => ({ text: textOf(block['content']), isError: block['is_error'] === true }));
}

/** Everything that the last request said, as JSON. */
export function lastRequest(server: MessagesServer): string {
  return JSON.stringify(server.messageRequests.at(-1)?.body);
}

/** Everything that was sent was a request that the real API takes. */
export function assertNoneRefused(server: MessagesServer): void {
  const refused = server.messageRequests.filter((request) => (request.status ?? 0) >= 400);
  assert.deepEqual(
    refused.map((request) => request.status),
    [],
  );
}

function textOf(content: unknown): string {
  return typeof content === 'string'
    ? content
    : asList(content)
        .map((block) => String(block['text'] ?? ''))
        .join('');
}

function asList(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : [];
}

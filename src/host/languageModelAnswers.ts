import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import { type CatalogueModel, loadCatalogue } from '../core/model/catalogue.ts';
import type { ModelEvent, ModelGateway } from '../core/model/request.ts';
import type { Settings } from '../core/settings.ts';
import type { ConnectionSettings } from './connectionSettings.ts';
import type { LanguageModelAnswers } from './languageModelProvider.ts';
import { fromLanguageModelMessages, fromLanguageModelTools } from './languageModelRequest.ts';
import type { ModelServer } from './modelServer.ts';

export interface LanguageModelAnswerParts {
  readonly gateway: ModelGateway;
  readonly connection: ConnectionSettings;
  readonly server: ModelServer;
  readonly settings: Settings;
  /** About how many tokens a text has. */
  readonly countText: (text: string) => number;
}

/** What local models can take is not told in advance: as much as any current model writes at once. */
const unknownContextTokens = 32_000;

/** Answers what VS Code and other extensions ask, on the same path as the panel's requests. */
export class GatewayLanguageModels implements LanguageModelAnswers, Disposable {
  private readonly parts: LanguageModelAnswerParts;
  private readonly resources = new ResourceManager('languageModels');
  private readonly changes = this.resources.add(new vscode.EventEmitter<void>());
  private readonly disposal = this.resources.abortController().signal;
  readonly onDidChange = this.changes.event;

  constructor(parts: LanguageModelAnswerParts) {
    this.parts = parts;
    this.resources.add(parts.connection.onDidChange(() => this.changes.fire()));
  }

  /** None while Slipstream itself has no model, or has VS Code's. */
  async list(): Promise<vscode.LanguageModelChatInformation[]> {
    const { connection, server } = this.parts;
    const current = await connection.current();
    switch (current.kind) {
      case 'anthropic': {
        const { models } = await loadCatalogue();
        return models.filter(({ lifecycle }) => lifecycle === 'current').map(toInformation);
      }
      case 'compatible': {
        const ids = await server.listModels(current.endpoint, current.apiKey, this.disposal);
        return ids.map(toUnknown);
      }
      default:
        return [];
    }
  }

  async respond(
    model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const controller = new AbortController();
    const registration = token.onCancellationRequested(() => controller.abort());
    const events = this.parts.gateway.stream(
      {
        id: randomUUID(),
        surface: 'chat',
        priority: 'interactive',
        model: model.id,
        tools: fromLanguageModelTools(options.tools),
        maxOutputTokens: Math.min(
          model.maxOutputTokens,
          this.parts.settings.get('maxOutputTokens'),
        ),
        ...fromLanguageModelMessages(messages),
      },
      controller.signal,
    );
    try {
      for await (const event of events) {
        report(event, progress);
      }
    } finally {
      registration.dispose();
    }
  }

  count(text: string | vscode.LanguageModelChatRequestMessage): Promise<number> {
    const content = typeof text === 'string' ? text : JSON.stringify(text.content);
    return Promise.resolve(this.parts.countText(content));
  }

  dispose(): void {
    this.resources.dispose();
  }
}

/** Throws where the request failed, which VS Code shows to whoever asked. */
function report(
  event: ModelEvent,
  progress: vscode.Progress<vscode.LanguageModelResponsePart>,
): void {
  if (event.type === 'textDelta') {
    progress.report(new vscode.LanguageModelTextPart(event.text));
  } else if (event.type === 'blockEnded' && event.block.type === 'tool_use') {
    const { id, name, input } = event.block;
    progress.report(new vscode.LanguageModelToolCallPart(id, name, Object(input)));
  } else if (event.type === 'ended' && event.outcome.kind === 'failed') {
    throw new UserError(event.outcome.failure.message);
  }
}

function toInformation(model: CatalogueModel): vscode.LanguageModelChatInformation {
  return {
    id: model.id,
    name: model.name,
    family: model.id,
    version: model.id,
    detail: 'Slipstream',
    maxInputTokens: model.contextTokens - model.maxOutputTokens,
    maxOutputTokens: model.maxOutputTokens,
    capabilities: { imageInput: model.acceptsImages, toolCalling: true },
  };
}

function toUnknown(id: string): vscode.LanguageModelChatInformation {
  return {
    id,
    name: id,
    family: id,
    version: id,
    detail: 'Slipstream',
    maxInputTokens: unknownContextTokens,
    maxOutputTokens: unknownContextTokens,
    capabilities: { toolCalling: true },
  };
}

import { UserError } from '../base/errors.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { ResourceManager } from '../base/lifecycle.ts';
import type { ModelProfile } from '../core/agent/threadParts.ts';
import type { CatalogueModel } from '../core/model/catalogue.ts';
import { hostOf, type OnlineConnection } from '../core/model/connection.ts';
import type { EditorModels } from '../core/model/editorModels.ts';
import type { LiveCatalogue } from '../core/model/liveCatalogue.ts';
import type { Retirement } from '../core/model/retirement.ts';
import type { Settings } from '../core/settings.ts';
import type { ConnectionSettings } from './connectionSettings.ts';
import type { ModelServer } from './modelServer.ts';

/** Stands for the built-in responder where a model's id is asked for. */
const offlineProfile: ModelProfile = { id: 'offline', name: 'Offline', isUnlimited: true };

export interface ModelChoiceParts {
  readonly settings: Settings;
  readonly connection: Pick<ConnectionSettings, 'current' | 'onDidChange'>;
  readonly server: Pick<ModelServer, 'listModels'>;
  readonly editorModels: Pick<EditorModels, 'list' | 'onDidChange'>;
  readonly catalogue: () => Promise<LiveCatalogue>;
  /** What stands in for a model that answers no more. */
  readonly replacementOf: (model: string) => Promise<Retirement | undefined>;
}

/**
 * Which model answers: the setting's, else one that Slipstream chooses for each task at Anthropic, and
 * the first of a local server.
 */
export class ModelChoice implements Disposable {
  private readonly resources = new ResourceManager('modelChoice');
  private readonly parts: ModelChoiceParts;
  private readonly disposal: AbortSignal;
  /** The first model of a server, kept so that not every message asks for the list. */
  private firstModel: { readonly endpoint: string; readonly id: string } | undefined;

  constructor(parts: ModelChoiceParts) {
    this.parts = parts;
    this.disposal = this.resources.abortController().signal;
    this.resources.add(
      parts.connection.onDidChange(() => {
        this.firstModel = undefined;
      }),
    );
  }

  /** Throws `UserError` where a server must be asked for its models and has none or does not answer. */
  async current(): Promise<ModelProfile> {
    const connection = await this.parts.connection.current();
    if (connection.kind === 'offline') {
      return offlineProfile;
    }
    if (connection.kind === 'editor') {
      return this.editorModel();
    }
    const catalogue = await this.parts.catalogue();
    const chosen = this.parts.settings.get('model');
    if (connection.kind === 'anthropic') {
      return chosen === '' ? automatic(catalogue) : this.pinned(chosen, catalogue);
    }
    const id = chosen || (await this.firstOf(connection));
    return toProfile(id, catalogue.find(id));
  }

  /** Tells that another model may have been chosen. */
  onDidChange(listener: () => void): Disposable {
    const resources = this.resources.child('listener');
    resources.add(this.parts.settings.onDidChange('model', listener));
    resources.add(this.parts.connection.onDidChange(listener));
    resources.add(this.parts.editorModels.onDidChange(listener));
    return resources;
  }

  dispose(): void {
    this.resources.dispose();
  }

  private async pinned(chosen: string, catalogue: LiveCatalogue): Promise<ModelProfile> {
    const id = (await this.parts.replacementOf(chosen))?.replacement.id ?? chosen;
    return toProfile(id, catalogue.find(id));
  }

  /** The chosen one where VS Code has it: a name of another provider's means nothing to it. */
  private async editorModel(): Promise<ModelProfile> {
    const models = await this.parts.editorModels.list();
    const chosen = this.parts.settings.get('model');
    const model = models.find(({ id }) => id === chosen) ?? models[0];
    if (!model) {
      throw new UserError(
        'VS Code offers no language model. Install an extension that brings one, such as GitHub Copilot, and sign in there.',
      );
    }
    return { id: model.id, name: model.name, contextWindow: model.maxInputTokens };
  }

  private async firstOf({ endpoint, apiKey }: OnlineConnection): Promise<string> {
    if (this.firstModel?.endpoint !== endpoint) {
      const [id] = await this.parts.server.listModels(endpoint, apiKey, this.disposal);
      if (id === undefined) {
        throw new UserError(`The server at ${hostOf(endpoint)} has no model yet. Load one there.`);
      }
      this.firstModel = { endpoint, id };
    }
    return this.firstModel.id;
  }
}

/** Until a model has been chosen, the usual one's figures stand for it. */
function automatic(catalogue: LiveCatalogue): ModelProfile {
  const usual = catalogue.defaultModel;
  return {
    ...toProfile(usual, catalogue.find(usual)),
    name: 'Automatic',
    isAutomatic: true,
  };
}

/** What the agent must know of a model. */
export function toProfile(id: string, known: CatalogueModel | undefined): ModelProfile {
  return known
    ? {
        id,
        name: known.name,
        contextWindow: known.contextTokens,
        maxOutputTokens: known.maxOutputTokens,
        ...(known.longPrompt ? { longPrompt: known.longPrompt } : {}),
      }
    : { id, name: id };
}

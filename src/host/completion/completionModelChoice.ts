import { Emitter, type Event } from '../../base/emitter.ts';
import { UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { CompletionModel } from '../../core/completion/runningCompletion.ts';
import type { ConnectionProvider } from '../../core/model/connection.ts';
import type { LiveCatalogue } from '../../core/model/liveCatalogue.ts';
import type { Retirements } from '../../core/model/retirement.ts';
import type { Settings } from '../../core/settings.ts';
import type { CompletionModelState } from './completionState.ts';

interface NamedModel {
  readonly id: string;
  readonly name: string;
}

export interface CompletionModelChoiceParts {
  readonly settings: Settings;
  readonly models: {
    readonly connection: Pick<ConnectionProvider, 'current'>;
    /** The chat's. */
    readonly choice: {
      current(): Promise<NamedModel>;
      onDidChange(listener: () => void): Disposable;
    };
    readonly catalogue: () => Promise<Pick<LiveCatalogue, 'models' | 'find'>>;
    readonly retirements: Pick<Retirements, 'replacementOf'>;
    readonly editorModels: { list(): Promise<readonly NamedModel[]> };
  };
  readonly onProblem: (error: unknown) => void;
}

interface Chosen {
  readonly model: CompletionModel | undefined;
  readonly state: CompletionModelState;
}

/** Which model completes: known without a wait, and looked up anew when something about it changes. */
export class CompletionModelChoice implements Disposable {
  private readonly resources = new ResourceManager('completionModelChoice');
  private readonly parts: CompletionModelChoiceParts;
  private readonly changes = this.resources.add(new Emitter<void>());
  private chosen: Chosen = { model: undefined, state: { kind: 'unknown' } };
  private looks = 0;

  constructor(parts: CompletionModelChoiceParts) {
    this.parts = parts;
    const look = (): void => {
      this.refresh().catch(parts.onProblem);
    };
    this.resources.add(parts.models.choice.onDidChange(look));
    for (const key of ['completion.model', 'routing.models'] as const) {
      this.resources.add(parts.settings.onDidChange(key, look));
    }
  }

  /** Undefined where no model completes. */
  get model(): CompletionModel | undefined {
    return this.chosen.model;
  }

  get state(): CompletionModelState {
    return this.chosen.state;
  }

  /** Tells of each look, whatever came of it. */
  get onDidChange(): Event<void> {
    return this.changes.event;
  }

  async refresh(): Promise<void> {
    this.looks += 1;
    const look = this.looks;
    const chosen = await this.choose().catch((error: unknown) => {
      if (error instanceof UserError) {
        return none(error.message);
      }
      throw error;
    });
    // A later look has seen more.
    if (look === this.looks && !this.resources.isDisposed) {
      this.chosen = chosen;
      this.changes.fire();
    }
  }

  dispose(): void {
    this.resources.dispose();
  }

  private async choose(): Promise<Chosen> {
    const { models, settings } = this.parts;
    const pinned = settings.get('completion.model');
    switch ((await models.connection.current()).kind) {
      case 'offline':
        return none(
          'No model is connected.',
          'The commands Set API key and Use a local server connect one.',
        );
      case 'editor':
        return this.ofEditor(pinned);
      case 'anthropic':
        return this.ofAnthropic(pinned);
      case 'compatible': {
        const { id, name } = await models.choice.current();
        return pinned === '' ? named(id, name) : named(pinned, pinned);
      }
    }
  }

  private async ofEditor(pinned: string): Promise<Chosen> {
    if (pinned === '') {
      return none(
        'VS Code’s own language models complete only where the setting slipstream.completion.model names one.',
      );
    }
    const model = (await this.parts.models.editorModels.list()).find(({ id }) => id === pinned);
    return model
      ? named(model.id, model.name)
      : none(
          `VS Code has no language model ${pinned}, which the settings name for completions.`,
          'Name another one in the setting slipstream.completion.model.',
        );
  }

  private async ofAnthropic(pinned: string): Promise<Chosen> {
    const { catalogue, retirements } = this.parts.models;
    const { completionModels, suitsCompletions } = await import(
      '../../core/completion/completionModels.ts'
    );
    const known = await catalogue();
    const id = (await retirements.replacementOf(pinned))?.replacement.id ?? pinned;
    const model = known.find(id);
    if (pinned !== '' && suitsCompletions(model)) {
      return named(id, model?.name ?? id);
    }
    const allowed = this.parts.settings.get('routing.models');
    const quickest = completionModels(known).find(
      (one) => allowed.length === 0 || allowed.includes(one.id),
    );
    if (!quickest) {
      return none(
        'None of the models that the settings allow answers quickly enough.',
        'Allow a quicker one in the setting slipstream.routing.models.',
      );
    }
    const note =
      pinned === '' ? undefined : `${model?.name ?? id} would answer too late and is not asked.`;
    return {
      model: { id: quickest.id, isAutomatic: true },
      state: { kind: 'model', name: quickest.name, ...(note === undefined ? {} : { note }) },
    };
  }
}

function named(id: string, name: string): Chosen {
  return { model: { id, isAutomatic: false }, state: { kind: 'model', name } };
}

function none(reason: string, change?: string): Chosen {
  const state = { kind: 'offline', reason, ...(change === undefined ? {} : { change }) } as const;
  return { model: undefined, state };
}

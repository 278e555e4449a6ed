import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { CompletionPrompts } from '../../core/completion/completion.ts';
import { CompletionEngine } from '../../core/completion/completionEngine.ts';
import { CompletionOutcomes } from '../../core/completion/completionOutcomes.ts';
import { CompletionPrefetch } from '../../core/completion/completionPrefetch.ts';
import {
  completionPromptVersion,
  createCompletionPrompts,
} from '../../core/completion/completionPrompts.ts';
import type { CompletionActivity } from '../../core/completion/completionQuery.ts';
import { createCompletionShaping } from '../../core/completion/completionShaping.ts';
import { CompletionStatistics } from '../../core/completion/completionStatistics.ts';
import { FileAccess } from '../../core/completion/fileAccess.ts';
import { createLocalPredictor } from '../../core/completion/localPredictor.ts';
import { PromptPreparation } from '../../core/completion/promptPreparation.ts';
import { SurvivalWatch } from '../../core/completion/survival.ts';
import { costUsd } from '../../core/model/catalogue.ts';
import type { PrefetchCounters, PrefetchKind } from '../../core/prefetch/preparation.ts';
import type { ActivationParts, Foundation } from '../foundation.ts';
import { CompletionAccess } from './completionAccess.ts';
import { CompletionDocuments, linesOf } from './completionDocuments.ts';
import { CompletionFeature } from './completionFeature.ts';
import { CompletionModelChoice } from './completionModelChoice.ts';
import type { CompletionModelState } from './completionState.ts';
import type { CompletionSwitches } from './completionSwitches.ts';
import { EditorSurroundings } from './editorSurroundings.ts';
import { createKeptCompletions } from './keptCompletions.ts';
import { PredictorFeeding } from './predictorFeeding.ts';

const clock = systemClock;

export interface LoadOptions {
  readonly switches: CompletionSwitches;
  /** The command that VS Code runs when a completion is accepted. */
  readonly acceptedCommand: string;
}

/** Everything that completes, once it is loaded. */
export interface LoadedCompletions {
  readonly feature: CompletionFeature;
  activity(): CompletionActivity;
  modelState(): CompletionModelState;
  /** Tells that one of these may have changed. */
  readonly onDidChange: Event<void>;
  /** Has ready what the first completion in a document would wait for, unless a key comes first. */
  warm(document: vscode.TextDocument, position: vscode.Position): Promise<void>;
  prefetchCounters(): ReadonlyMap<PrefetchKind, PrefetchCounters>;
  /** Forgets what is kept in memory. */
  clear(): void;
}

/**
 * Puts together what loads when a completion is first asked for. Where that fails nothing of it is
 * left, so that it may be tried again.
 */
export async function loadCompletions(
  parts: ActivationParts,
  foundation: Foundation,
  options: LoadOptions,
): Promise<LoadedCompletions> {
  const resources = parts.resources.child('completions');
  try {
    return await assemble({ ...parts, resources }, foundation, options);
  } catch (error) {
    resources.dispose();
    throw error;
  }
}

async function assemble(
  parts: ActivationParts,
  foundation: Foundation,
  { switches, acceptedCommand }: LoadOptions,
): Promise<LoadedCompletions> {
  const { resources, settings, log } = parts;
  const onProblem = (error: unknown): void => log.error('Completing', error);
  const editor = createEditorParts(parts, foundation, switches, onProblem);
  const { models, syntax } = foundation;
  const choice = resources.add(new CompletionModelChoice({ settings, models, onProblem }));
  const { surroundings } = editor;
  const prompts = resources.add(createCompletionPrompts({ surroundings, syntax, clock }));
  const engine = createEngine(parts, foundation, { ...editor, prompts, choice, onProblem });
  const preparation = resources.add(
    new PromptPreparation({ clock, prompts, engine, syntax, onInternalError: onProblem }),
  );
  const survival = watchOutcomes(parts, foundation, engine);
  const prefetch = await createPrefetch(parts, foundation, engine);
  const changes = resources.add(new Emitter<void>());
  resources.add(engine.onDidChangeActivity(() => changes.fire()));
  // Tells of a change as well.
  resources.add(choice.onDidChange(() => engine.resume()));
  const feature = resources.add(
    new CompletionFeature({
      ...editor,
      settings,
      engine,
      switches,
      syntax,
      survival,
      prefetch,
      preparation,
      acceptedCommand,
      onProblem,
    }),
  );
  await choice.refresh();
  return {
    feature,
    activity: () => engine.activity,
    modelState: () => choice.state,
    onDidChange: changes.event,
    warm: async (document, position) => {
      await preparation.warm(editor.documents.spot(document, position).place);
      if (settings.get('prefetch.enabled')) {
        await models.gateway.warm();
      }
    },
    prefetchCounters: () => prefetch.counters(),
    clear: () => engine.clear(),
  };
}

/** What is seen of the editor: documents, what surrounds them, and which of them may be read. */
function createEditorParts(
  { resources, settings }: ActivationParts,
  { folders }: Foundation,
  switches: CompletionSwitches,
  onProblem: (error: unknown) => void,
) {
  const documents = new CompletionDocuments(folders);
  const isCode = (document: vscode.TextDocument): boolean => switches.offHere(document) !== 'kind';
  const surroundings = resources.add(new EditorSurroundings({ folders, documents, isCode }));
  const access = new CompletionAccess({
    files: resources.add(new FileAccess({ surroundings, clock })),
    clock,
    pathOf: (document) => documents.pathOf(document),
    onProblem,
  });
  const predictor = createLocalPredictor();
  const feeding = resources.add(
    new PredictorFeeding({
      predictor,
      clock,
      isEnabled: () => settings.get('completion.local'),
      mayLearn: (document) => isCode(document) && access.mayComplete(document),
      onProblem,
    }),
  );
  for (const document of vscode.workspace.textDocuments) {
    feeding.changed(document);
  }
  resources.add(vscode.workspace.onDidOpenTextDocument((document) => feeding.changed(document)));
  return { documents, surroundings, access, predictor, feeding };
}

function createEngine(
  parts: ActivationParts,
  { models, syntax, telemetry }: Foundation,
  {
    predictor,
    prompts,
    choice,
    onProblem,
  }: Pick<ReturnType<typeof createEditorParts>, 'predictor'> & {
    readonly prompts: CompletionPrompts;
    readonly choice: CompletionModelChoice;
    readonly onProblem: (error: unknown) => void;
  },
): CompletionEngine {
  const { resources, settings } = parts;
  return resources.add(
    new CompletionEngine({
      clock,
      newId: randomUUID,
      prompts,
      promptVersion: completionPromptVersion,
      shaping: createCompletionShaping({ syntax }),
      predictor,
      gateway: models.gateway,
      tracing: telemetry,
      keeping: createKeptCompletions(models.answers, onProblem),
      model: () => choice.model,
      minDebounceMs: () => settings.get('completion.debounceMinMs'),
      isLocalEnabled: () => settings.get('completion.local'),
      isLocalWhileSlow: () => settings.get('completion.localWhileSlow'),
      onFailure: loggedOnce(parts),
      onInternalError: onProblem,
    }),
  );
}

/** Counts what becomes of completions, and tells the router which of its models did well. */
function watchOutcomes(
  { resources, log }: ActivationParts,
  { models: { storeConnection: store, router } }: Foundation,
  engine: CompletionEngine,
): SurvivalWatch {
  const survival = resources.add(new SurvivalWatch({ clock, readLines }));
  const outcomes = new CompletionOutcomes({
    survival,
    statistics: new CompletionStatistics({
      store,
      clock,
      onProblem: (error) => log.error('Keeping what became of completions', error),
    }),
    recordOutcome: (requestId, held, model) => router.recordOutcome(requestId, held, model),
  });
  resources.add(engine.onDidOffer((watched) => outcomes.offered(watched)));
  resources.add(engine.onDidJudge((judged) => outcomes.judged(judged)));
  return survival;
}

async function createPrefetch(
  { resources, settings }: ActivationParts,
  { models }: Foundation,
  engine: CompletionEngine,
): Promise<CompletionPrefetch> {
  const catalogue = await models.catalogue();
  const prefetch = resources.add(
    new CompletionPrefetch({
      engine,
      clock,
      isEnabled: () => settings.get('prefetch.enabled'),
      costOf: (usage, model) => costUsd(usage, catalogue.pricesOf(model)),
    }),
  );
  resources.add(engine.onDidJudge((judged) => prefetch.judged(judged)));
  return prefetch;
}

/** A failure is written to the log once, until another one comes: each key may meet it again. */
function loggedOnce({ log }: ActivationParts): (failure: { readonly message: string }) => void {
  let last = '';
  return ({ message }) => {
    if (message !== last) {
      last = message;
      log.warn(`Asking for a completion: ${message}`);
    }
  };
}

function readLines(documentId: string, from: number, to: number): readonly string[] | undefined {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === documentId);
  return document && linesOf(document, from, to);
}

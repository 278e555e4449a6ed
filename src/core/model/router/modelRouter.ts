import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { completionModels } from '../../completion/completionModels.ts';
import type { CatalogueModel } from '../catalogue.ts';
import type { LiveCatalogue } from '../liveCatalogue.ts';
import type { ModelFailureKind, ModelRequest, Surface } from '../request.ts';
import type { RequestRecord } from '../requestLog.ts';
import { isRetired, type Retirement, type Retirements } from '../retirement.ts';
import {
  AdaptiveModelSelector,
  type Selection,
  type SelectionInput,
} from './adaptiveModelSelector.ts';
import { estimateComplexity } from './complexity.ts';
import type { ModelFigures, ModelStatistics } from './modelStatistics.ts';
import { promptSize } from './promptSize.ts';
import { RecentMap } from './recentMap.ts';

export interface ModelRouterParts {
  readonly catalogue: () => Promise<LiveCatalogue>;
  readonly statistics: ModelStatistics;
  readonly clock: Clock;
  /** Ids to choose from; empty for all current models. */
  readonly allowedModels: () => readonly string[];
  /** From 0 to 1. */
  readonly explorationShare: () => number;
  /** What may still be spent on a surface, US dollars; undefined without a limit. */
  readonly budgetLeftUsd?: (surface: Surface) => number | undefined;
  readonly retirements: Retirements;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** As many turns as can be under way or be judged later. */
const keptTurns = 256;
/** More threads than anybody goes back and forth between; others begin anew. */
const keptThreads = 64;

/** A turn that nobody came back to for so long has held. */
const heldAfterMs = 10 * 60_000;
/** When the window is closed, one is counted that was at least read for so long. */
const readForMs = 60_000;

/** How long the provider keeps a prompt, milliseconds. */
const cacheLifetimesMs = { '5m': 5 * 60_000, '1h': 60 * 60_000 } as const;

/** A shorter answer tells nothing about speed, tokens. */
const leastTokensForSpeed = 50;

/** What speaks against the model; the other failures are the request's, the user's or the network's. */
const modelsOwnFailures: ReadonlySet<ModelFailureKind> = new Set<ModelFailureKind>([
  'overloaded',
  'server',
  'stalled',
  'protocol',
]);

interface KnownTurn {
  readonly model: string;
  readonly usedAtMs: number;
  readonly isJudged: boolean;
  /** Whether it has held where nobody says otherwise: a turn, all of whose requests were answered. */
  readonly holdsByItself: boolean;
}

/** Chooses models, remembers what was chosen, and learns how well that went. */
export class ModelRouter implements Disposable {
  private readonly parts: ModelRouterParts;
  private readonly selector: AdaptiveModelSelector;
  /** By the id of the turn, or of the request where there is none. */
  private readonly turns = new RecentMap<KnownTurn>(keptTurns);
  private readonly threads = new RecentMap<{ readonly model: string; readonly usedAtMs: number }>(
    keptThreads,
  );
  /** Models that the endpoint has refused to this user. */
  private readonly rejected = new Set<string>();

  constructor(parts: ModelRouterParts) {
    this.parts = parts;
    this.selector = new AdaptiveModelSelector(parts.random ?? Math.random);
  }

  /** Chooses a model for a request that may have any. Undefined where there is none to choose. */
  async choose(request: ModelRequest): Promise<Selection | undefined> {
    const [catalogue] = await Promise.all([this.parts.catalogue(), this.parts.statistics.load()]);
    const candidates = this.candidates(catalogue, request);
    if (candidates.length === 0) {
      return undefined;
    }
    this.settleOldTurns(heldAfterMs);
    return this.selector.choose(this.inputFor(request, candidates));
  }

  /** What stands in for a model that answers no more. */
  replacementOf(model: string): Promise<Retirement | undefined> {
    return this.parts.retirements.replacementOf(model);
  }

  async nameOf(model: string): Promise<string> {
    return (await this.parts.catalogue()).find(model)?.name ?? model;
  }

  /** What was measured of each model in this workspace. */
  async figures(): Promise<ReadonlyMap<string, ModelFigures>> {
    await this.parts.statistics.load();
    return this.parts.statistics.all();
  }

  /** Remembers which model a request goes to, chosen or not. */
  used({ id, turnId, threadId, surface }: ModelRequest, model: string): void {
    // There is one for every other key: they would push out the turns that are still to be judged.
    // Who judges one of them names its model.
    if (surface === 'completion') {
      return;
    }
    const usedAtMs = this.parts.clock.now();
    const holdsByItself = turnId !== undefined;
    this.turns.set(turnId ?? id, { model, usedAtMs, isJudged: false, holdsByItself });
    // Summaries of a thread have prompts of their own, and mostly another model.
    if (threadId !== undefined && surface === 'chat') {
      this.threads.set(threadId, { model, usedAtMs });
    }
  }

  /** Whether the user leaves the choice of this model to Slipstream. */
  isAllowed(model: string): boolean {
    const allowed = this.parts.allowedModels();
    return allowed.length === 0 || allowed.includes(model);
  }

  /** The endpoint does not let this user have the model: it is not chosen again in this window. */
  reject(model: string): void {
    this.rejected.add(model);
  }

  /**
   * Tells whether an outcome held: an edit that stayed, a completion that was accepted, a turn that
   * was not asked again. Each is counted once.
   * @param id Of the turn or, without one, of the request.
   * @param model The model that answered, for a turn of before a reload.
   */
  recordOutcome(id: string, held: boolean, model?: string): void {
    const known = this.turns.get(id);
    const judged = known?.model ?? model;
    if (judged === undefined || known?.isJudged) {
      return;
    }
    this.judged(id, judged);
    this.parts.statistics.add(judged, 'success', held ? 1 : 0);
  }

  /** Takes in how a request went. */
  learn(record: RequestRecord): void {
    const { statistics } = this.parts;
    const { model, firstTokenMs, durationMs, usage, outcome, failureKind } = record;
    this.noteEnd(record);
    if (failureKind !== undefined && modelsOwnFailures.has(failureKind)) {
      statistics.add(model, 'success', 0);
    }
    // Without an endpoint the answer came from a cache; after a retry its time is not the model's.
    if (outcome !== 'done' || record.endpoint === undefined || record.attempts > 1) {
      return;
    }
    if (firstTokenMs !== undefined && record.priority === 'interactive') {
      statistics.add(model, 'firstTokenMs', firstTokenMs);
    }
    const tokens = usage?.outputTokens ?? 0;
    const writingMs = durationMs - (firstTokenMs ?? durationMs);
    if (tokens >= leastTokensForSpeed && writingMs > 0) {
      statistics.add(model, 'tokensPerSecond', tokens / (writingMs / 1_000));
    }
  }

  /** The turns that nobody complained about have held. */
  dispose(): void {
    this.settleOldTurns(readForMs);
  }

  private settleOldTurns(ageMs: number): void {
    const before = this.parts.clock.now() - ageMs;
    for (const [id, turn] of this.turns.all()) {
      // The others were used later.
      if (turn.usedAtMs > before) {
        return;
      }
      if (turn.holdsByItself) {
        this.recordOutcome(id, true);
      } else {
        // To be judged yet by whoever knows; it goes behind those that are still to be looked at.
        this.turns.set(id, { ...turn, usedAtMs: this.parts.clock.now() });
      }
    }
  }

  private judged(id: string, model: string): void {
    const usedAtMs = this.parts.clock.now();
    this.turns.set(id, { model, usedAtMs, isJudged: true, holdsByItself: false });
  }

  /** A turn that failed or was stopped has not held only because nobody came back to it. */
  private noteEnd({ turnId, outcome }: RequestRecord): void {
    const turn = turnId === undefined ? undefined : this.turns.get(turnId);
    if (turn && turnId !== undefined && outcome !== 'done') {
      this.turns.set(turnId, { ...turn, holdsByItself: false });
    }
  }

  private candidates(
    catalogue: LiveCatalogue,
    { model: usual, surface }: ModelRequest,
  ): readonly CatalogueModel[] {
    const now = this.parts.clock.wallTime();
    const isUsable = (model: CatalogueModel): boolean =>
      !isRetired(model, now) && catalogue.isOffered(model.id) && !this.rejected.has(model.id);
    const allowed = this.parts.allowedModels();
    const models =
      allowed.length > 0
        ? allowed.flatMap((id) => catalogue.find(id) ?? [])
        : catalogue.models.filter(({ lifecycle }) => lifecycle === 'current');
    const able = models.filter(isUsable);
    const usable = surface === 'completion' ? quickest(able) : able;
    const fallback = catalogue.find(usual);
    return usable.length > 0 || allowed.length > 0 || !fallback ? usable : [fallback];
  }

  private inputFor(request: ModelRequest, candidates: readonly CatalogueModel[]): SelectionInput {
    const { parts } = this;
    const { threadId, turnId, surface, promptCacheLifetime = '5m', routing } = request;
    const size = promptSize(request);
    const thread = threadId === undefined ? undefined : this.threads.get(threadId);
    const idleMs = thread ? parts.clock.now() - thread.usedAtMs : (routing?.threadIdleMs ?? 0);
    const threadModel = thread?.model ?? routing?.threadModel;
    const turnModel = turnId === undefined ? undefined : this.turns.get(turnId)?.model;
    const budgetLeftUsd = parts.budgetLeftUsd?.(surface);
    return {
      candidates,
      defaultModel: request.model,
      complexity: estimateComplexity(request, size.tokens),
      isUrgent: request.priority === 'interactive',
      promptTokens: size.tokens,
      hasImages: size.hasImages,
      hasTools: request.tools.length > 0,
      outputTokens: request.maxOutputTokens,
      mustSave: request.mustSave === true,
      ...(budgetLeftUsd === undefined ? {} : { budgetLeftUsd }),
      ...(turnModel === undefined ? {} : { turnModel }),
      ...(threadModel === undefined ? {} : { threadModel }),
      isThreadCached: threadModel !== undefined && idleMs < cacheLifetimesMs[promptCacheLifetime],
      explorationShare: parts.explorationShare(),
      figuresOf: (model: string) => parts.statistics.figuresOf(model),
    };
  }
}

/** Of those that can answer before the next key, the ones of the quickest kind. */
function quickest(models: readonly CatalogueModel[]): readonly CatalogueModel[] {
  const suitable = completionModels({ models });
  return suitable.filter(({ latency }) => latency === suitable[0]?.latency);
}

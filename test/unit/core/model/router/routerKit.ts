import { loadCatalogue } from '../../../../../src/core/model/catalogue.ts';
import { LiveCatalogue } from '../../../../../src/core/model/liveCatalogue.ts';
import { Retirements } from '../../../../../src/core/model/retirement.ts';
import type { SelectionInput } from '../../../../../src/core/model/router/adaptiveModelSelector.ts';
import {
  ModelRouter,
  type ModelRouterParts,
} from '../../../../../src/core/model/router/modelRouter.ts';
import {
  type ModelFigures,
  ModelStatistics,
  noFigures,
} from '../../../../../src/core/model/router/modelStatistics.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';

export const shipped = await loadCatalogue();
export const currentModels = shipped.models.filter(({ lifecycle }) => lifecycle === 'current');

/** An ordinary turn with tools in a new thread. */
export function anInput(changes: Partial<SelectionInput> = {}): SelectionInput {
  return {
    candidates: currentModels,
    defaultModel: 'claude-sonnet-5-5',
    complexity: { score: 0.45, because: '' },
    isUrgent: true,
    promptTokens: 10_000,
    hasImages: false,
    hasTools: true,
    outputTokens: 32_000,
    mustSave: false,
    isThreadCached: changes.threadModel !== undefined,
    explorationShare: 0,
    figuresOf: () => noFigures,
    ...changes,
  };
}

/** Figures of a model whose outcomes were as given. */
export function figures(success: number, count: number): ModelFigures {
  return { ...noFigures, success: { value: success, count } };
}

export interface RouterKit {
  readonly router: ModelRouter;
  readonly catalogue: LiveCatalogue;
  readonly statistics: ModelStatistics;
  readonly clock: FakeClock;
  /** What the user was told of retired models. */
  readonly told: string[];
}

export function createRouterKit(changes: Partial<ModelRouterParts> = {}): RouterKit {
  const clock = new FakeClock();
  const live = new LiveCatalogue(shipped);
  const catalogue = async (): Promise<LiveCatalogue> => live;
  const told: string[] = [];
  const statistics = new ModelStatistics({
    workspace: () => '/home/ada/shop',
    onProblem: (error) => {
      throw error;
    },
  });
  const router = new ModelRouter({
    catalogue,
    retirements: new Retirements({ catalogue, clock, onRetired: (text) => told.push(text) }),
    statistics,
    clock,
    allowedModels: () => [],
    explorationShare: () => 0,
    ...changes,
  });
  return { router, catalogue: live, statistics, clock, told };
}

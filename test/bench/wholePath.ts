import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { ResourceManager } from '../../src/base/lifecycle.ts';
import { CacheKeyGenerator } from '../../src/core/cache/cacheKeys.ts';
import { TieredCache } from '../../src/core/cache/tieredCache.ts';
import { Budget } from '../../src/core/model/budget/budget.ts';
import { costUsd, loadCatalogue } from '../../src/core/model/catalogue.ts';
import type { ConnectionProvider } from '../../src/core/model/connection.ts';
import { createGateway, type Gateway } from '../../src/core/model/gateway.ts';
import { LiveCatalogue } from '../../src/core/model/liveCatalogue.ts';
import { RequestLog } from '../../src/core/model/requestLog.ts';
import { Retirements } from '../../src/core/model/retirement.ts';
import { ModelRouter } from '../../src/core/model/router/modelRouter.ts';
import { ModelStatistics } from '../../src/core/model/router/modelStatistics.ts';
import { RequestScheduler } from '../../src/core/model/schedule/requestScheduler.ts';
import { ThreadPrompts } from '../../src/core/model/threadPrompts.ts';
import { openThreadStore } from '../../src/core/store/openThreadStore.ts';
import type { StoreConnection } from '../../src/core/store/storeConnection.ts';
import { UsageLedger } from '../../src/core/store/usageLedger.ts';
import { Calibration } from '../../src/core/tokens/calibration.ts';
import { PromptTokens } from '../../src/core/tokens/promptTokens.ts';
import { TokenCounter } from '../../src/core/tokens/tokenCounter.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';

/** The product's defaults of the settings of these names. */
const explorationShare = 0.03;
const warnAtPercent = 80;
const maxConcurrentRequests = 8;
const memoryBytes = 32_000_000;
const diskBytes = 200_000_000;
/** Far above what a benchmark spends, so that limits are looked at and never reached. */
const limitUsd = 1e6;

/** All stages, composed as `src/host/modelParts.ts` does, over files that are there for one run. */
export interface WholePath {
  readonly gateway: Gateway;
  dispose(): void;
}

/** Every request goes to `endpoint`. The caller owns the answer. */
export async function openWholePath(endpoint: string, apiKey: string): Promise<WholePath> {
  const resources = new ResourceManager('wholePath');
  const folder = resources.add(createTemporaryFolder('bench-path'));
  const { store, connection: storeConnection } = await openThreadStore({
    path: join(folder.path, 'threads.db'),
    clock: systemClock,
  });
  resources.add(store);
  const live = new LiveCatalogue(await loadCatalogue());
  const catalogue = (): Promise<LiveCatalogue> => Promise.resolve(live);
  const tokens = new PromptTokens({ counter: new TokenCounter(), calibration: new Calibration() });
  await tokens.load();
  const current: ConnectionProvider['current'] = () =>
    Promise.resolve({ kind: 'anthropic', endpoint, apiKey });
  const log = resources.add(new RequestLog());
  const budget = createBudget(resources, storeConnection, live, tokens);
  const router = createRouter(resources, { storeConnection, catalogue, budget });
  resources.add(log.onDidEnd((record) => router.learn(record)));
  const scheduler = resources.add(
    new RequestScheduler({ clock: systemClock, maxConcurrent: () => maxConcurrentRequests }),
  );
  const gateway = resources.add(
    createGateway({
      connection: { current },
      offline: () => {
        throw new Error('This bench is never offline.');
      },
      clock: systemClock,
      version: '0.0.0',
      log,
      catalogue,
      budget,
      router,
      answers: createAnswers(resources, folder.path),
      schedule: { scheduler, laneOf: () => Promise.resolve(endpoint) },
      prompts: resources.add(new ThreadPrompts()),
      onRateLimits: (lane, limits) => scheduler.observe(lane, Object.values(limits)),
      onInternalError: fail,
    }),
  );
  return { gateway, dispose: () => resources.dispose() };
}

function createBudget(
  resources: ResourceManager,
  storeConnection: StoreConnection,
  catalogue: LiveCatalogue,
  tokens: PromptTokens,
): Budget {
  const ledger = resources.add(
    new UsageLedger({
      connection: storeConnection,
      clock: systemClock,
      workspace: () => 'bench',
      newId: randomUUID,
      onUnsaved: fail,
    }),
  );
  return resources.add(
    new Budget({
      ledger,
      clock: systemClock,
      limits: () => [
        { period: 'day', usd: limitUsd },
        { period: 'month', usd: limitUsd },
      ],
      warnAtPercent: () => warnAtPercent,
      pricing: async () => (usage, model) => costUsd(usage, catalogue.pricesOf(model)),
      countPrompt: tokens.estimatePromptTokens,
    }),
  );
}

interface RouterParts {
  readonly storeConnection: StoreConnection;
  readonly catalogue: () => Promise<LiveCatalogue>;
  readonly budget: Budget;
}

function createRouter(
  resources: ResourceManager,
  { storeConnection, catalogue, budget }: RouterParts,
): ModelRouter {
  return resources.add(
    new ModelRouter({
      catalogue,
      retirements: new Retirements({ catalogue, clock: systemClock, onRetired: () => undefined }),
      statistics: new ModelStatistics({
        store: storeConnection,
        workspace: () => 'bench',
        onProblem: fail,
      }),
      clock: systemClock,
      allowedModels: () => [],
      explorationShare: () => explorationShare,
      budgetLeftUsd: (surface) => budget.leftUsd(surface),
    }),
  );
}

function createAnswers(resources: ResourceManager, folder: string) {
  const cache = resources.add(
    new TieredCache({
      clock: systemClock,
      memoryBytes: () => memoryBytes,
      diskBytes: () => diskBytes,
      diskPath: join(folder, 'cache.db'),
      onProblem: fail,
    }),
  );
  const keys = new CacheKeyGenerator(() => ({ workspace: 'bench', owner: 'bench' }));
  return { cache, keys, isEnabled: () => true };
}

/** What fails quietly in the product must not make a benchmark look fast. */
function fail(error: unknown): never {
  throw error;
}

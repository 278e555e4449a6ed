import { systemClock } from '../base/clock.ts';
import { lazy } from '../base/lazy.ts';
import type { Budget } from '../core/model/budget/budget.ts';
import { loadCatalogue } from '../core/model/catalogue.ts';
import { CatalogueRefresh } from '../core/model/catalogueRefresh.ts';
import { isOnline, type OnlineConnection } from '../core/model/connection.ts';
import { LiveCatalogue } from '../core/model/liveCatalogue.ts';
import type { RequestLog } from '../core/model/requestLog.ts';
import { Retirements } from '../core/model/retirement.ts';
import { ModelRouter } from '../core/model/router/modelRouter.ts';
import { ModelStatistics } from '../core/model/router/modelStatistics.ts';
import type { StoreConnection } from '../core/store/storeConnection.ts';
import type { ConnectionSettings } from './connectionSettings.ts';
import type { ActivationParts } from './foundation.ts';
import type { ModelServer } from './modelServer.ts';
import { workspaceKey } from './workspaceKey.ts';

const clock = systemClock;

type HostParts = Pick<ActivationParts, 'resources' | 'settings' | 'notifications' | 'log'>;

/** What is known of the models. */
export type ModelCatalogue = ReturnType<typeof createModelCatalogue>;

/** The catalogue with the user's own prices, and what stands in for models that answer no more. */
export function createModelCatalogue({ resources, settings, notifications }: HostParts) {
  const catalogue = lazy(async () => {
    const live = new LiveCatalogue(await loadCatalogue());
    const takePrices = (): void => live.setPrices(settings.get('prices'));
    takePrices();
    resources.add(settings.onDidChange('prices', takePrices));
    return live;
  });
  const onRetired = (text: string): void => notifications.warn(text);
  return { catalogue, retirements: new Retirements({ catalogue, clock, onRetired }) };
}

export interface RouterParts extends ModelCatalogue {
  readonly connection: ConnectionSettings;
  readonly server: ModelServer;
  readonly storeConnection: StoreConnection;
  readonly requestLog: RequestLog;
  readonly budget: Budget;
}

/** What chooses models, learns from each request, and keeps the catalogue up to date. */
export function createRouter(host: HostParts, parts: RouterParts): ModelRouter {
  const { resources, settings, log } = host;
  const { catalogue, retirements, storeConnection: store, requestLog, budget } = parts;
  const statistics = new ModelStatistics({
    store,
    workspace: workspaceKey,
    onProblem: (error) => log.error('Keeping how well models do', error),
  });
  const router = resources.add(
    new ModelRouter({
      catalogue,
      retirements,
      statistics,
      clock,
      allowedModels: () => settings.get('routing.models'),
      explorationShare: () => settings.get('routing.explorationPercent') / 100,
      budgetLeftUsd: (surface) => budget.leftUsd(surface),
    }),
  );
  const refresh = createRefresh(host, parts);
  resources.add(parts.connection.onDidChange(() => void refresh.restore()));
  resources.add(
    requestLog.onDidEnd((record) => {
      router.learn(record);
      if (record.outcome === 'done' && record.endpoint !== undefined) {
        void refresh.requestSucceeded();
      }
    }),
  );
  void refresh.restore();
  return router;
}

function createRefresh({ resources, log }: HostParts, parts: RouterParts): CatalogueRefresh {
  const disposal = resources.abortController().signal;
  const { catalogue, storeConnection: store, connection, server } = parts;
  return new CatalogueRefresh({
    catalogue,
    store,
    clock,
    connection: async (): Promise<OnlineConnection | undefined> => {
      const current = await connection.current();
      return isOnline(current) && current.kind === 'anthropic' ? current : undefined;
    },
    requestList: ({ endpoint, apiKey }) => server.requestModels(endpoint, apiKey, disposal),
    // A background request for what is nice to know: nobody is told but the log.
    onProblem: (error) => {
      if (!resources.isDisposed) {
        log.error('Asking for the list of models', error);
      }
    },
  });
}

import { systemClock } from '../base/clock.ts';
import { loadCatalogue } from '../core/model/catalogue.ts';
import { createGateway } from '../core/model/gateway.ts';
import { defaultCandidates } from '../core/model/localServers.ts';
import { createOfflineResponder } from '../core/model/offline/responder.ts';
import { RequestLog } from '../core/model/requestLog.ts';
import { RequestScheduler } from '../core/model/schedule/requestScheduler.ts';
import { defaultTransportLimits } from '../core/model/transportLimits.ts';
import type { StoreConnection } from '../core/store/storeConnection.ts';
import type { ConnectionView } from '../shared/protocol.ts';
import type { AssistantParts } from './assistant.ts';
import { ConnectionFlows } from './connectionFlows.ts';
import { toConnectionView } from './connectionLabel.ts';
import { ConnectionSettings } from './connectionSettings.ts';
import type { Environment } from './environment.ts';
import { ModelChoice } from './modelChoice.ts';
import { ModelServer } from './modelServer.ts';
import { hostFetch } from './proxySettings.ts';
import { ApiKeys } from './secrets.ts';

const clock = systemClock;

/** What asks a model, and what the user sets about it. */
export type ModelParts = ReturnType<typeof createModelParts>;

/** Composes the path to the model. `storeConnection` is where what it learns and spends is kept. */
export function createModelParts(
  parts: Omit<AssistantParts, 'chat'>,
  environment: Environment,
  storeConnection: StoreConnection,
) {
  const { context, resources, settings, log, notifications } = parts;
  const keys = resources.add(new ApiKeys(context.secrets));
  const connection = resources.add(
    new ConnectionSettings({
      settings,
      keys,
      environment,
      onProblem: (message) => notifications.warn(message),
    }),
  );
  const server = new ModelServer(clock);
  const choice = resources.add(new ModelChoice({ settings, connection, server }));
  const requestLog = resources.add(new RequestLog());
  const scheduler = resources.add(
    new RequestScheduler({
      clock,
      maxConcurrent: () => settings.get('schedule.maxConcurrentRequests'),
    }),
  );
  const gateway = resources.add(
    createGateway({
      connection,
      offline: createOfflineResponder(),
      clock,
      log: requestLog,
      schedule: {
        scheduler,
        laneOf: async () => {
          const current = await connection.current();
          return current.kind === 'offline' ? undefined : current.endpoint;
        },
      },
      version: String(context.extension.packageJSON.version),
      hostFetch: () => hostFetch(settings, environment),
      maxWaitMs: () => settings.get('retry.maxWaitSeconds') * 1_000,
      limits: () => ({
        ...defaultTransportLimits,
        idleMs: settings.get('streamIdleTimeoutSeconds') * 1_000,
      }),
      onInternalError: (error) => log.error('Asking the model', error),
    }),
  );
  return {
    settings,
    connection,
    server,
    choice,
    gateway,
    requestLog,
    storeConnection,
    flows: new ConnectionFlows({
      settings,
      keys,
      environment,
      connection,
      server,
      notifications,
      clock,
    }),
    view: async (): Promise<ConnectionView> => {
      const current = await connection.current();
      const catalogue = await loadCatalogue();
      const usual = current.kind === 'anthropic' ? catalogue.defaultModel : '';
      return toConnectionView(
        current,
        settings.get('model') || usual,
        catalogue,
        defaultCandidates,
      );
    },
  };
}

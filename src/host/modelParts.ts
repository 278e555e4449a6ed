import { systemClock } from '../base/clock.ts';
import { loadCatalogue } from '../core/model/catalogue.ts';
import { createGateway } from '../core/model/gateway.ts';
import { defaultCandidates } from '../core/model/localServers.ts';
import { createOfflineResponder } from '../core/model/offline/responder.ts';
import { RequestLog } from '../core/model/requestLog.ts';
import { RequestScheduler } from '../core/model/schedule/requestScheduler.ts';
import type { ScheduleOptions } from '../core/model/stages/schedule.ts';
import { ThreadPrompts } from '../core/model/threadPrompts.ts';
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
import { createContextOptimizer, createPromptTokens } from './tokenParts.ts';

const clock = systemClock;

type PathParts = Omit<AssistantParts, 'chat'>;

/** What asks a model, and what the user sets about it. */
export type ModelParts = ReturnType<typeof createModelParts>;

/** Composes the path to the model. `storeConnection` is where what it learns and spends is kept. */
export function createModelParts(
  parts: PathParts,
  environment: Environment,
  storeConnection: StoreConnection,
) {
  const connections = createConnections(parts, environment);
  const path = createPath(parts, environment, connections.connection);
  return { settings: parts.settings, storeConnection, ...connections, ...path };
}

/** Where requests go, with which key, and which models there are. */
function createConnections(parts: PathParts, environment: Environment) {
  const { context, resources, settings, notifications } = parts;
  const keys = resources.add(new ApiKeys(context.secrets));
  const onProblem = (message: string): void => notifications.warn(message);
  const connection = resources.add(
    new ConnectionSettings({ settings, keys, environment, onProblem }),
  );
  const server = new ModelServer(clock);
  const flowParts = { settings, keys, environment, connection, server, notifications, clock };
  return {
    connection,
    server,
    choice: resources.add(new ModelChoice({ settings, connection, server })),
    flows: new ConnectionFlows(flowParts),
    view: async (): Promise<ConnectionView> => {
      const current = await connection.current();
      const catalogue = await loadCatalogue();
      const usual = current.kind === 'anthropic' ? catalogue.defaultModel : '';
      const model = settings.get('model') || usual;
      return toConnectionView(current, model, catalogue, defaultCandidates);
    },
  };
}

/** The stages that a request goes through, and what they keep. */
function createPath(parts: PathParts, environment: Environment, connection: ConnectionSettings) {
  const { context, resources, settings, log } = parts;
  const requestLog = resources.add(new RequestLog());
  const prompts = resources.add(new ThreadPrompts());
  const tokens = createPromptTokens(context, log);
  const gateway = resources.add(
    createGateway({
      connection,
      offline: createOfflineResponder(),
      clock,
      log: requestLog,
      schedule: createSchedule(parts, connection),
      prompts,
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
  const optimizer = createContextOptimizer(tokens, gateway);
  return { gateway, requestLog, prompts, tokens, optimizer };
}

function createSchedule(
  { resources, settings }: PathParts,
  connection: ConnectionSettings,
): ScheduleOptions {
  const maxConcurrent = (): number => settings.get('schedule.maxConcurrentRequests');
  return {
    scheduler: resources.add(new RequestScheduler({ clock, maxConcurrent })),
    laneOf: async () => {
      const current = await connection.current();
      return current.kind === 'offline' ? undefined : current.endpoint;
    },
  };
}

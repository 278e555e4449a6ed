import { systemClock } from '../base/clock.ts';
import { isOnline } from '../core/model/connection.ts';
import { createGateway } from '../core/model/gateway.ts';
import { defaultCandidates } from '../core/model/localServers.ts';
import { createOfflineResponder } from '../core/model/offline/responder.ts';
import { RequestLog } from '../core/model/requestLog.ts';
import { RequestScheduler } from '../core/model/schedule/requestScheduler.ts';
import type { ScheduleOptions } from '../core/model/stages/schedule.ts';
import { ThreadPrompts } from '../core/model/threadPrompts.ts';
import { defaultTransportLimits } from '../core/model/transportLimits.ts';
import type { StoreConnection } from '../core/store/storeConnection.ts';
import type { Telemetry } from '../core/telemetry/telemetry.ts';
import type { ConnectionView } from '../shared/views.ts';
import { createAnswerParts } from './answerParts.ts';
import { createBudget } from './budgetParts.ts';
import { ConnectionFlows } from './connectionFlows.ts';
import { toConnectionView } from './connectionLabel.ts';
import { ConnectionSettings } from './connectionSettings.ts';
import { EditorLanguageModels } from './editorLanguageModels.ts';
import type { Environment } from './environment.ts';
import type { ActivationParts } from './foundation.ts';
import { ModelChoice } from './modelChoice.ts';
import { ModelServer } from './modelServer.ts';
import { hostFetch, systemAuthorities, wayTo } from './proxySettings.ts';
import { createModelCatalogue, createRouter, type ModelCatalogue } from './routerParts.ts';
import { ApiKeys } from './secrets.ts';
import { createContextOptimizer, createPromptTokens } from './tokenParts.ts';

const clock = systemClock;

type PathParts = ActivationParts & { readonly telemetry: Telemetry };

/** What asks a model, and what the user sets about it. */
export type ModelParts = ReturnType<typeof createModelParts>;

/** Composes the path to the model. `storeConnection` is where what it learns and spends is kept. */
export function createModelParts(
  parts: PathParts,
  environment: Environment,
  storeConnection: StoreConnection,
) {
  const models = createModelCatalogue(parts);
  const connections = createConnections(parts, environment, models);
  const path = createPath(parts, environment, connections, storeConnection);
  return { settings: parts.settings, storeConnection, ...connections, ...path };
}

/** Where requests go, with which key, and which models there are. */
function createConnections(
  parts: PathParts,
  environment: Environment,
  { catalogue, retirements }: ModelCatalogue,
) {
  const { context, resources, settings, notifications } = parts;
  const keys = resources.add(new ApiKeys(context.secrets));
  const onProblem = (message: string): void => notifications.warn(message);
  const connection = resources.add(
    new ConnectionSettings({ settings, keys, environment, onProblem }),
  );
  const server = new ModelServer(clock);
  const editorModels = resources.add(new EditorLanguageModels());
  const flowParts = {
    settings,
    keys,
    environment,
    connection,
    server,
    notifications,
    clock,
    editorModels,
  };
  return {
    connection,
    server,
    editorModels,
    catalogue,
    retirements,
    choice: resources.add(
      new ModelChoice({
        settings,
        connection,
        server,
        editorModels,
        catalogue,
        replacementOf: retirements.replacementOf,
      }),
    ),
    flows: new ConnectionFlows(flowParts),
    view: async (): Promise<ConnectionView> => {
      const current = await connection.current();
      const known = await catalogue();
      const usual = current.kind === 'anthropic' ? known.defaultModel : '';
      const model = settings.get('model') || usual;
      return toConnectionView(current, model, known, defaultCandidates);
    },
  };
}

/** The stages that a request goes through, and what they keep. */
function createPath(
  parts: PathParts,
  environment: Environment,
  connections: ReturnType<typeof createConnections>,
  storeConnection: StoreConnection,
) {
  const { context, resources, settings, log } = parts;
  const { connection, editorModels, catalogue } = connections;
  const requestLog = resources.add(new RequestLog());
  const prompts = resources.add(new ThreadPrompts());
  const tokens = createPromptTokens(context, log);
  const budget = createBudget(parts, { storeConnection, catalogue, tokens });
  const schedule = createSchedule(parts, connection);
  const answers = createAnswerParts(parts, clock);
  const router = createRouter(parts, { ...connections, storeConnection, requestLog, budget });
  const gateway = resources.add(
    createGateway({
      connection,
      offline: createOfflineResponder(),
      editorModels: editorModels.stream,
      clock,
      log: requestLog,
      tracer: parts.telemetry.tracer,
      catalogue,
      budget,
      router,
      answers,
      schedule,
      prompts,
      version: String(context.extension.packageJSON.version),
      hostFetch: () => hostFetch(settings, environment),
      wayTo: (endpoint) => wayTo(settings, environment, endpoint),
      maxWaitMs: () => settings.get('retry.maxWaitSeconds') * 1_000,
      limits: () => ({
        ...defaultTransportLimits,
        idleMs: settings.get('streamIdleTimeoutSeconds') * 1_000,
      }),
      choices: () => ({
        inferenceGeo: settings.get('inferenceGeo'),
        speed: settings.get('speed'),
      }),
      moreAuthorities: () => systemAuthorities(settings),
      onRateLimits: (endpoint, limits) =>
        schedule.scheduler.observe(endpoint, Object.values(limits)),
      onToolsRefused: (message) => parts.notifications.info(message),
      onInternalError: (error) => log.error('Asking the model', error),
    }),
  );
  const optimizer = createContextOptimizer(tokens, gateway);
  const { scheduler } = schedule;
  return { gateway, scheduler, answers, requestLog, budget, router, prompts, tokens, optimizer };
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
      // VS Code's own models have their limits, which nobody tells.
      return isOnline(current) ? current.endpoint : undefined;
    },
  };
}

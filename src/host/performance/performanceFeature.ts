import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import type { ResourceManager } from '../../base/lifecycle.ts';
import { AlertEngine } from '../../core/alerts/alertEngine.ts';
import { isRuleOn } from '../../core/alerts/alertSettings.ts';
import { type Catalogue, costUsd } from '../../core/model/catalogue.ts';
import { PerfFeed } from '../../core/performance/perfFeed.ts';
import type { StoreConnection } from '../../core/store/storeConnection.ts';
import type { Telemetry } from '../../core/telemetry/telemetry.ts';
import type { ModelParts } from '../modelParts.ts';
import type { Notifications } from '../notifications.ts';
import type { OutputLog } from '../outputLog.ts';
import type { Reports } from '../reports.ts';
import type { VsCodeSettings } from '../settings.ts';
import { AlertChannels } from './alertChannels.ts';
import { createAlertWatches } from './alertWatches.ts';
import { createFeedSources } from './feedSources.ts';
import type { PerformancePanel } from './performancePanel.ts';
import { createPerformanceRequests, type PerformanceRequests } from './performanceRequests.ts';
import { ReportCommand, type ReportSources } from './reportCommand.ts';
import { WebhookSecret } from './webhookSecret.ts';

const clock = systemClock;

export interface PerformanceParts {
  readonly context: vscode.ExtensionContext;
  /** Owns everything that is made here. */
  readonly resources: ResourceManager;
  readonly settings: VsCodeSettings;
  readonly log: OutputLog;
  readonly notifications: Notifications;
  readonly telemetry: Telemetry;
  readonly models: ModelParts;
  readonly storeConnection: StoreConnection;
  readonly reports: Reports;
  readonly panel: PerformancePanel;
  readonly prepared: ReportSources['prepared'];
  readonly completions: ReportSources['completions'];
  readonly openThread: (threadId: string) => Promise<void>;
}

export interface PerformanceFeature {
  readonly requests: PerformanceRequests;
  readonly commands: {
    showPerformance(): Promise<void>;
    showPerformanceReport(): Promise<void>;
    setWebhookSecret(): Promise<void>;
  };
}

/** The third door: the performance panel, the report and the alerts, over what was measured. */
export async function createPerformance(parts: PerformanceParts): Promise<PerformanceFeature> {
  const { resources, settings, telemetry, models, panel } = parts;
  const catalogue = await models.catalogue();
  const nameOf = (model: string): string => nameIn(catalogue, model);
  const watches = resources.add(createAlertWatches({ ...parts, nameOf }));
  const engine = resources.add(
    new AlertEngine({
      clock,
      newId: randomUUID,
      watches: watches.all,
      isEnabled: (rule) => telemetry.isOn && isRuleOn(settings, rule),
      onWake: () => watches.reset(),
    }),
  );
  const secret = new WebhookSecret(parts.context.secrets);
  const channels = resources.add(
    new AlertChannels({
      ...parts,
      engine,
      clock,
      secret,
      open: async ({ traceId }) =>
        traceId === undefined ? panel.show() : panel.showTrace(traceId),
    }),
  );
  const feed = resources.add(
    new PerfFeed({
      clock,
      reader: telemetry,
      requestLog: models.requestLog,
      nameOf,
      costOf: (usage, model) => costUsd(usage, catalogue.pricesOf(model)),
      ...createFeedSources({ ...parts, nameOf, engine }),
    }),
  );
  const report = resources.add(new ReportCommand({ ...parts, nameOf, catalogue, engine }));
  return {
    requests: createPerformanceRequests({ ...parts, feed, engine, channels, report }),
    commands: {
      showPerformance: async () => panel.show(),
      showPerformanceReport: () => report.run(),
      setWebhookSecret: () => secret.ask(),
    },
  };
}

/** Offline answers have no model of a catalogue, and local ones are named by their server. */
function nameIn(catalogue: Catalogue, model: string): string {
  return model === 'offline' ? 'Offline' : (catalogue.find(model)?.name ?? model);
}

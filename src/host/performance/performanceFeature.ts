import { randomUUID } from 'node:crypto';
import { systemClock } from '../../base/clock.ts';
import type { Alert } from '../../core/alerts/alert.ts';
import { AlertEngine } from '../../core/alerts/alertEngine.ts';
import { AlertHistory } from '../../core/alerts/alertHistory.ts';
import { isRuleOn } from '../../core/alerts/alertSettings.ts';
import type { Catalogue } from '../../core/model/catalogue.ts';
import { PerfFeed } from '../../core/performance/perfFeed.ts';
import { callCostUsd } from '../callCosts.ts';
import type { PerformanceCommands } from '../commandTable.ts';
import type { ActivationParts, Foundation } from '../foundation.ts';
import { AlertChannels } from './alertChannels.ts';
import { createAlertWatches } from './alertWatches.ts';
import { createFeedSources } from './feedSources.ts';
import type { PerformancePanel } from './performancePanel.ts';
import { createPerformanceRequests, type PerformanceRequests } from './performanceRequests.ts';
import { ReportCommand } from './reportCommand.ts';
import { WebhookSecret } from './webhookSecret.ts';

const clock = systemClock;

export interface PerformanceParts extends ActivationParts {
  readonly foundation: Pick<
    Foundation,
    'environment' | 'telemetry' | 'models' | 'reports' | 'team'
  >;
  readonly panel: PerformancePanel;
  readonly openThread: (threadId: string) => Promise<void>;
}

export interface PerformanceFeature {
  readonly requests: PerformanceRequests;
  readonly commands: PerformanceCommands;
}

/**
 * The third door: the performance panel, the report and the alerts, over what was measured. Where
 * loading fails nothing of it is left, so that it may be tried again.
 */
export async function createPerformance(parts: PerformanceParts): Promise<PerformanceFeature> {
  const resources = parts.resources.child('performance');
  try {
    return assemble({ ...parts, resources }, await parts.foundation.models.catalogue());
  } catch (error) {
    resources.dispose();
    throw error;
  }
}

function assemble(parts: PerformanceParts, catalogue: Catalogue): PerformanceFeature {
  const { resources, settings, foundation, panel, log } = parts;
  const { telemetry, models } = foundation;
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
  const history = resources.add(
    new AlertHistory({
      clock,
      engine,
      store: models.storeConnection,
      onProblem: (error) => log.error('Keeping alerts', error),
    }),
  );
  const secret = new WebhookSecret(parts.context.secrets);
  const open = async ({ traceId }: Alert): Promise<void> =>
    traceId === undefined ? panel.show() : panel.showTrace(traceId);
  const channels = resources.add(new AlertChannels({ ...parts, engine, clock, secret, open }));
  const feed = resources.add(
    new PerfFeed({
      clock,
      reader: telemetry,
      requestLog: models.requestLog,
      nameOf,
      costOf: (usage, model) => callCostUsd(usage, model, { catalogue, settings }),
      ...createFeedSources({ ...parts, nameOf, catalogue, engine, history }),
    }),
  );
  const report = resources.add(new ReportCommand({ ...parts, nameOf, catalogue, history }));
  return {
    requests: createPerformanceRequests({ ...parts, feed, engine, history, channels, report }),
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

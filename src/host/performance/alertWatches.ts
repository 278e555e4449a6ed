import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { Watch } from '../../core/alerts/alertEngine.ts';
import { thresholdOf } from '../../core/alerts/alertSettings.ts';
import { type Baseline, baselineOfHistogram } from '../../core/alerts/baseline.ts';
import { budgetFindings } from '../../core/alerts/budgetWatch.ts';
import { LatencyWatch } from '../../core/alerts/latencyWatch.ts';
import { RequestWatch } from '../../core/alerts/requestWatch.ts';
import { SystemWatch } from '../../core/alerts/systemWatch.ts';
import { type TeamFacts, teamFindings } from '../../core/alerts/teamWatch.ts';
import { isNearTimeOfDay } from '../../core/alerts/timeOfDay.ts';
import { limitsOf, stateOf } from '../../core/model/budget/limits.ts';
import { Figures } from '../../core/report/figures.ts';
import type { MetricPoint } from '../../core/telemetry/metricKey.ts';
import type { PerformanceParts } from './performanceFeature.ts';

type WatchParts = Pick<PerformanceParts, 'context' | 'settings' | 'log' | 'foundation'> & {
  readonly nameOf: (model: string) => string;
};

export interface AlertWatches extends Disposable {
  readonly all: readonly Watch[];
  /** Forgets what was seen last: it says nothing of now. */
  reset(): void;
}

const clock = systemClock;
const dayMs = 24 * 60 * 60_000;
const baselineDays = 7;
/** Hours around this one that are counted as the same time of day. */
const nearHours = 1;
/** What is kept on disk changes slowly. */
const sizePeriodMs = 10 * 60_000;
const databases = ['threads.db', 'threads.db-wal', 'cache.db', 'cache.db-wal'];

/** Everything that is watched, fed with what happens in this window. */
export function createAlertWatches(parts: WatchParts): AlertWatches {
  const { settings, foundation, nameOf } = parts;
  const { telemetry, models } = foundation;
  const resources = new ResourceManager('alertWatches');
  const threshold = (rule: Parameters<typeof thresholdOf>[1]): number =>
    thresholdOf(settings, rule);
  const latency = new LatencyWatch({
    nameOf,
    threshold: () => threshold('latency'),
    earlier: earlierLatency(parts),
  });
  const requests = new RequestWatch({
    now: () => clock.wallTime(),
    thresholds: () => ({
      errors: threshold('errors'),
      tokenRate: threshold('tokenRate'),
      promptCache: threshold('promptCache'),
    }),
  });
  const system = new SystemWatch({
    reader: telemetry,
    now: () => clock.wallTime(),
    thresholds: () => ({
      stalled: threshold('stalled'),
      loopDelay: threshold('loopDelay'),
      memory: threshold('memory'),
      pools: threshold('pools'),
      storage: threshold('storage'),
      edits: threshold('edits'),
    }),
    storedBytes: watchSize(parts, resources),
  });
  resources.add(
    models.requestLog.onDidEnd((record) => {
      latency.add(record);
      requests.add(record);
    }),
  );
  const budget = (): ReturnType<Watch> => {
    const totals = models.budget.totals();
    const states = limitsOf(settings).map((limit) => stateOf(limit, totals));
    return budgetFindings(states, threshold('budget'));
  };
  const team = (): ReturnType<Watch> =>
    teamFindings(
      { server: foundation.team.current?.sync.state, tiers: sharedTiers(models) },
      threshold('team'),
    );
  return {
    all: [
      () => latency.findings(),
      () => requests.findings(),
      () => system.findings(),
      budget,
      team,
    ],
    reset: () => {
      latency.reset();
      requests.reset();
    },
    dispose: () => resources.dispose(),
  };
}

function sharedTiers({ answers }: PerformanceParts['foundation']['models']): TeamFacts['tiers'] {
  return answers.cache
    .remoteStates()
    .map(({ name, figures: { rejected } }) => ({ name, rejected }));
}

/** What was usual in the last days, at this time of day where enough is known of it. */
function earlierLatency({ foundation, log }: WatchParts) {
  let points: readonly MetricPoint[] = [];
  const fromMs = clock.wallTime() - baselineDays * dayMs;
  foundation.telemetry.history({ name: 'timeToFirstToken', fromMs }).then(
    (read) => {
      points = read;
    },
    (error: unknown) => log.error('Reading what is usual', error),
  );
  return (surface: string, model: string): Baseline | undefined => {
    const nowMs = clock.wallTime();
    const nearby = points.filter(({ atMs }) => isNearTimeOfDay(atMs, nowMs, nearHours));
    const query = { name: 'timeToFirstToken', surface, model } as const;
    return (
      baselineOfHistogram(new Figures(nearby).histogram(query)) ??
      baselineOfHistogram(new Figures(points).histogram(query))
    );
  };
}

/** Looks now and then at what the databases take. */
function watchSize(
  { context, log }: WatchParts,
  resources: ResourceManager,
): () => number | undefined {
  let bytes: number | undefined;
  const look = (): void => {
    storedBytes(context.globalStorageUri.fsPath).then(
      (found) => {
        bytes = found;
      },
      (error: unknown) => log.error('Looking at the size of the databases', error),
    );
  };
  look();
  resources.setInterval(look, sizePeriodMs);
  return () => bytes;
}

async function storedBytes(folder: string): Promise<number> {
  const sizes = await Promise.all(
    databases.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        // Not every file is there at every time.
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

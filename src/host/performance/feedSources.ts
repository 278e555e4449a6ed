import { systemClock } from '../../base/clock.ts';
import type { AlertEngine } from '../../core/alerts/alertEngine.ts';
import type { AlertHistory } from '../../core/alerts/alertHistory.ts';
import { type Limit, limitsOf, stateOf } from '../../core/model/budget/limits.ts';
import { nameOfLimit, upperFirst } from '../../core/model/budget/wording.ts';
import type { Catalogue } from '../../core/model/catalogue.ts';
import type { Measure } from '../../core/model/router/modelStatistics.ts';
import type { PerfFeedParts } from '../../core/performance/perfFeed.ts';
import { periodMs } from '../../core/performance/perfPeriod.ts';
import { readThreadSpending } from '../../core/store/threadSpending.ts';
import { localDay, type UsagePeriod, type UsageTotals } from '../../core/store/usageRecords.ts';
import type { Telemetry } from '../../core/telemetry/telemetry.ts';
import type { AlertView, BudgetRow, ModelRow, SavingRow } from '../../shared/perf.ts';
import type { PerformanceParts } from './performanceFeature.ts';

type FeedParts = Pick<PerformanceParts, 'settings' | 'foundation'> & {
  readonly nameOf: (model: string) => string;
  readonly catalogue: Catalogue;
  readonly engine: AlertEngine;
  readonly history: AlertHistory;
};

const clock = systemClock;

const wholes: readonly (readonly [UsagePeriod, string])[] = [
  ['session', 'This window'],
  ['day', 'Today'],
  ['month', 'This month'],
];

/** What the panel shows that is not in the figures: limits, ledger, caches, models and alerts. */
export function createFeedSources(
  parts: FeedParts,
): Pick<PerfFeedParts, 'cost' | 'caches' | 'models' | 'alertCount' | 'alerts'> {
  const { foundation, nameOf, engine } = parts;
  const { models, telemetry } = foundation;
  return {
    cost: {
      nameOf,
      budgets: () => budgetRows(parts),
      byThread: async (period) => {
        const from = localDay(clock.wallTime() - periodMs[period]);
        const rows = await readThreadSpending(models.storeConnection, from);
        return rows.map(({ title, costUsd, ...row }) => ({
          ...row,
          name: title,
          ...(costUsd === undefined ? {} : { costUsd }),
        }));
      },
      byMember: () =>
        foundation.team.current?.spending
          .current()
          ?.map(({ member, calls, usd }) => ({ name: member, calls, costUsd: usd })),
    },
    caches: {
      sizes: () => ({ ...models.answers.cache.sizes() }),
      remote: () => models.answers.cache.remoteStates(),
      prepared: () => preparedRows(telemetry),
      readSavesUsd: (model, tokens) => {
        const prices = parts.catalogue.pricesOf(model)?.usdPerMillionTokens;
        return prices && ((prices.input - prices.cacheRead) * tokens) / 1e6;
      },
    },
    models: () => modelRows(parts),
    alertCount: () => engine.all().filter(({ endedAt }) => endedAt === undefined).length,
    alerts: () => alertViews(parts),
  };
}

/** What was prepared ahead or asked together, by the names that the counters have. */
const preparedNames: ReadonlyMap<string, string> = new Map([
  ['prefetch.connection', 'Prepared: connection'],
  ['prefetch.tokenizer', 'Prepared: tokenizer'],
  ['prefetch.promptCache', 'Prepared: prompt cache'],
  ['prefetch.summary', 'Prepared: summary'],
  ['prefetch.completion', 'Prepared: next completion'],
  ['together.nameThreads', 'Asked together: names of threads'],
  ['together.summarizeDiffs', 'Asked together: notes on changes'],
]);

function preparedRows(telemetry: Telemetry): readonly SavingRow[] {
  return [...telemetry.sources('counters')].flatMap(([id, counters]) => {
    const name = preparedNames.get(id);
    return name === undefined
      ? []
      : { name, used: counters['hits'] ?? 0, wasted: counters['wasted'] ?? 0 };
  });
}

function budgetRows({ settings, foundation: { models } }: FeedParts): readonly BudgetRow[] {
  const totals = models.budget.totals();
  const limits = limitsOf(settings);
  const whole = wholes.map(([period, name]) => {
    const limit = limits.find((one) => one.period === period && one.surface === undefined);
    return {
      name,
      spentUsd: spentIn(period, totals),
      ...(limit ? { limitUsd: limit.usd } : {}),
    };
  });
  const parts = limits.filter(isForSurface).map((limit) => {
    const state = stateOf(limit, totals);
    return {
      name: upperFirst(nameOfLimit(state)),
      spentUsd: state.spentUsd,
      limitUsd: limit.usd,
    };
  });
  return [...whole, ...parts];
}

function isForSurface({ surface }: Limit): boolean {
  return surface !== undefined;
}

function spentIn(period: UsagePeriod, totals: readonly UsageTotals[]): number {
  return totals.reduce((sum, row) => sum + (row.period === period ? row.usd : 0), 0);
}

async function modelRows({ foundation, nameOf }: FeedParts): Promise<readonly ModelRow[]> {
  const figures = await foundation.models.router.figures();
  return [...figures].map(([model, { success, firstTokenMs, tokensPerSecond }]) => ({
    model: nameOf(model),
    calls: firstTokenMs.count,
    ...known('success', success),
    ...known('firstTokenMs', firstTokenMs),
    ...known('tokensPerSecond', tokensPerSecond),
  }));
}

function known<Name extends string>(
  name: Name,
  { value, count }: Measure,
): Partial<Record<Name, number>> {
  return count === 0 ? {} : ({ [name]: value } as Record<Name, number>);
}

async function alertViews({ engine, history }: FeedParts): Promise<readonly AlertView[]> {
  const alerts = await history.all();
  return alerts.map((alert) => {
    const { id, severity, title, detail, since, endedAt, traceId, isElsewhere } = alert;
    return {
      id,
      severity,
      title,
      detail,
      since,
      isSnoozed: engine.isSnoozed(alert),
      isElsewhere,
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(traceId === undefined ? {} : { traceId }),
    };
  });
}

import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import { completionReport } from '../core/completion/completionReport.ts';
import { CompletionStatistics } from '../core/completion/completionStatistics.ts';
import { Budget } from '../core/model/budget/budget.ts';
import { limitsOf } from '../core/model/budget/limits.ts';
import { spendingReport } from '../core/model/budget/spendingReport.ts';
import { type Catalogue, loadCatalogue } from '../core/model/catalogue.ts';
import type { Settings } from '../core/settings.ts';
import type { StoreConnection } from '../core/store/storeConnection.ts';
import { UsageLedger } from '../core/store/usageLedger.ts';
import type { PromptTokens } from '../core/tokens/promptTokens.ts';
import { callCostUsd } from './callCosts.ts';
import type { ActivationParts } from './foundation.ts';
import type { Reports } from './reports.ts';
import { workspaceKey } from './workspaceKey.ts';

export interface BudgetParts {
  readonly storeConnection: StoreConnection;
  readonly catalogue: () => Promise<Catalogue>;
  readonly tokens: PromptTokens;
}

type HostParts = Pick<ActivationParts, 'resources' | 'settings' | 'notifications' | 'log'>;

const changeLimit = 'Change the limit';
const enterPrice = 'Enter its price';

/** What keeps spending within the user's limits, and tells them of it. */
export function createBudget(
  { resources, settings, notifications, log }: HostParts,
  { storeConnection, catalogue, tokens }: BudgetParts,
): Budget {
  const clock = systemClock;
  const ledger = resources.add(
    new UsageLedger({
      connection: storeConnection,
      clock,
      workspace: workspaceKey,
      newId: randomUUID,
      onUnsaved: (error) => {
        log.error('Keeping what calls cost', error);
        notifications.warn(
          'What calls to models cost cannot be saved at the moment. This window counts it in memory and saves it once that works again; other windows and a restart do not know of it.',
        );
      },
    }),
  );
  const budget = resources.add(
    new Budget({
      ledger,
      clock,
      limits: () => limitsOf(settings),
      warnAtPercent: () => settings.get('budget.warnAtPercent'),
      pricing: async () => {
        const known = { catalogue: await catalogue(), settings };
        return (usage, model) => callCostUsd(usage, model, known);
      },
      countPrompt: tokens.estimatePromptTokens,
    }),
  );
  resources.add(
    budget.onDidWarn(({ kind, text }) => {
      const isPrice = kind === 'unpriced';
      notifications.offer(text, isPrice ? enterPrice : changeLimit, () =>
        openSettings(isPrice ? 'slipstream.prices' : 'slipstream.budget'),
      );
    }),
  );
  return budget;
}

/** Opens the limits on spending. */
export function openBudgetSettings(): Promise<void> {
  return openSettings('slipstream.budget');
}

/** Shows what was spent in this session, today and this month. */
export async function showSpending({
  reports,
  budget,
  settings,
  store,
}: {
  readonly reports: Reports;
  readonly budget: Budget;
  readonly settings: Settings;
  readonly store: StoreConnection;
}): Promise<void> {
  const catalogue = await loadCatalogue();
  const nameOf = (model: string): string => catalogue.find(model)?.name ?? model;
  const statistics = new CompletionStatistics({ store, clock: systemClock });
  const markdown = spendingReport({
    totals: budget.totals(),
    limits: limitsOf(settings),
    areLimitsLifted: budget.areLimitsLifted,
    nameOf,
  });
  const completions = completionReport({
    day: await statistics.totals('day'),
    month: await statistics.totals('month'),
    nameOf,
  });
  await reports.showPreview('Spending', `${markdown}\n${completions}`);
}

async function openSettings(query: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', query);
}

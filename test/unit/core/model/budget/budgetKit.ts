import { join } from 'node:path';
import {
  Budget,
  type BudgetWarning,
  type CostOf,
} from '../../../../../src/core/model/budget/budget.ts';
import type { Limit } from '../../../../../src/core/model/budget/limits.ts';
import { openThreadStore } from '../../../../../src/core/store/openThreadStore.ts';
import type { StoreConnection } from '../../../../../src/core/store/storeConnection.ts';
import { UsageLedger } from '../../../../../src/core/store/usageLedger.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import { createTemporaryFolder } from '../../../../support/temporaryFolder.ts';

/** A window with its ledger and budget; all of a kit share one file. */
export interface Window {
  readonly connection: StoreConnection;
  readonly ledger: UsageLedger;
  readonly budget: Budget;
  readonly warnings: BudgetWarning[];
  /** What was told of calls that could not be saved. */
  readonly unsaved: unknown[];
  close(): void;
}

export interface WindowOptions {
  readonly limits?: readonly Limit[];
  readonly workspace?: string;
  readonly processId?: number;
  readonly costOf?: CostOf;
}

export interface BudgetKit {
  readonly path: string;
  readonly clock: FakeClock;
  /** Process ids that have ended. */
  readonly dead: Set<number>;
  open(options?: WindowOptions): Promise<Window>;
}

/** A cent for each token in, two for each token out; nothing is known of `local`. */
export const centPrices: CostOf = (usage, model) =>
  model === 'local'
    ? undefined
    : (usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens) / 100 +
      usage.outputTokens / 50;

/** Runs `test` with windows on one file, and closes them all. */
export async function withBudget(
  test: (kit: BudgetKit) => Promise<void>,
  startWallTime = new Date(2030, 4, 15, 12).getTime(),
): Promise<void> {
  const folder = createTemporaryFolder('budget');
  const path = join(folder.path, 'threads.db');
  const clock = new FakeClock(startWallTime);
  const dead = new Set<number>();
  const windows: Window[] = [];
  let lastId = 0;
  const newId = (): string => {
    lastId += 1;
    return `id-${lastId}`;
  };
  const open = async (options: WindowOptions = {}): Promise<Window> => {
    const { store, connection } = await openThreadStore({ path, clock });
    const warnings: BudgetWarning[] = [];
    const unsaved: unknown[] = [];
    const ledger = new UsageLedger({
      connection,
      clock,
      workspace: () => options.workspace ?? '/home/ada/shop',
      newId,
      onUnsaved: (error) => unsaved.push(error),
      processId: options.processId ?? windows.length,
      isProcessAlive: (processId) => !dead.has(processId),
    });
    const budget = new Budget({
      ledger,
      clock,
      limits: () => options.limits ?? [],
      warnAtPercent: () => 80,
      pricing: async () => options.costOf ?? centPrices,
      countPrompt: (request) => request.system.length,
    });
    budget.onDidWarn((warning) => warnings.push(warning));
    const close = (): void => {
      budget.dispose();
      ledger.dispose();
      store.dispose();
    };
    const window = { connection, ledger, budget, warnings, unsaved, close };
    windows.push(window);
    return window;
  };
  try {
    await test({ path, clock, dead, open });
  } finally {
    for (const window of windows) {
      window.close();
    }
    folder.dispose();
  }
}

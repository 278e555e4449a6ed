/**
 * What keeping within limits costs a request: admission and ledger with 100,000 calls in the store,
 * against adding the calls up anew for each request.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { Budget } from '../../src/core/model/budget/budget.ts';
import { costUsd, loadCatalogue } from '../../src/core/model/catalogue.ts';
import { noUsage } from '../../src/core/model/message.ts';
import type { ModelRequest } from '../../src/core/model/request.ts';
import { openThreadStore } from '../../src/core/store/openThreadStore.ts';
import type { StoreConnection } from '../../src/core/store/storeConnection.ts';
import { UsageLedger } from '../../src/core/store/usageLedger.ts';
import { localDay } from '../../src/core/store/usageRecords.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { median, percentile, printReport, rounded } from './support.ts';

const callCount = 100_000;
/** Calls of a heavy month: the rest is spread over the two before it. */
const callsThisMonth = 60_000;
const requests = 2_000;
const naiveRequests = 50;

const request: ModelRequest = {
  id: 'request',
  surface: 'chat',
  priority: 'interactive',
  model: 'claude-sonnet-5-5',
  system: '',
  tools: [],
  messages: [],
  maxOutputTokens: 1_000,
};
const connection = { kind: 'anthropic', endpoint: 'https://models.example' } as const;
const { signal } = new AbortController();

/** Fills the table as months of use do: some models, all surfaces. */
function fill({ database }: StoreConnection, today: string): void {
  const [year = 2030, month = 1] = today.split('-').map(Number);
  const dayOf = (n: number): string => {
    const back = n < callsThisMonth ? 0 : 1 + (n % 2);
    const date = new Date(year, month - 1 - back, 1 + (n % 28), 12);
    return localDay(date.getTime());
  };
  const surfaces = ['chat', 'completion', 'codeAction', 'summary', 'commitMessage'];
  const models = ['claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-opus-5-5', 'local'];
  database.transaction(() => {
    for (let n = 0; n < callCount; n += 1) {
      database.run(
        `INSERT INTO usage_calls (id, request_id, session_id, surface, priority, model, workspace,
           day, started_at, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
           thinking_tokens, estimate_usd, cost_usd, outcome)
         VALUES (?, 'r', ?, ?, 'interactive', ?, 'w', ?, ?, 100, 50, 2000, 100, 0, 0.01, 0.01, 'done')`,
        [
          `call-${n}`,
          `session-${n % 300}`,
          surfaces[n % surfaces.length] ?? '',
          models[n % models.length] ?? '',
          dayOf(n),
          n,
        ],
      );
    }
  });
}

/** The same limits, checked by adding up. */
function naive({ database }: StoreConnection, session: string, today: string): number {
  const sum = (where: string, value: string): number =>
    Number(
      database.get(
        `SELECT sum(coalesce(cost_usd, estimate_usd)) AS usd FROM usage_calls WHERE ${where}`,
        [value],
      )?.['usd'] ?? 0,
    );
  return (
    sum('session_id = ?', session) +
    sum('day = ?', today) +
    sum('substr(day, 1, 7) = ?', today.slice(0, 7))
  );
}

const folder = createTemporaryFolder('bench-budget');
const opened = await openThreadStore({ path: join(folder.path, 'threads.db'), clock: systemClock });
const catalogue = await loadCatalogue();
const ledger = new UsageLedger({
  connection: opened.connection,
  clock: systemClock,
  workspace: () => 'w',
  newId: randomUUID,
});
const budget = new Budget({
  ledger,
  clock: systemClock,
  limits: () => [
    { period: 'session', usd: 1e6 },
    { period: 'day', usd: 1e6 },
    { period: 'month', usd: 1e6 },
  ],
  warnAtPercent: () => 80,
  pricing: async () => (usage, model) => costUsd(usage, catalogue.pricesOf(model)),
  countPrompt: () => 20_000,
});
try {
  const today = localDay(Date.now());
  fill(opened.connection, today);
  const beforeMs: number[] = [];
  const afterMs: number[] = [];
  for (let n = 0; n < requests; n += 1) {
    const start = performance.now();
    await budget.forecast(request, connection);
    const admission = await budget.admit(request, connection, signal);
    beforeMs.push(performance.now() - start);
    if (admission.kind !== 'admitted') {
      throw new Error('A call was refused.');
    }
    const endStart = performance.now();
    admission.call.finish({
      outcome: 'done',
      usage: { ...noUsage, inputTokens: 100, outputTokens: 50 },
      durationMs: 1,
    });
    afterMs.push(performance.now() - endStart);
  }
  const naiveMs: number[] = [];
  for (let n = 0; n < naiveRequests; n += 1) {
    const start = performance.now();
    naive(opened.connection, 'session-1', today);
    naiveMs.push(performance.now() - start);
  }
  printReport('budget', {
    calls: callCount,
    beforeSendingMicros: rounded(median(beforeMs) * 1_000),
    beforeSendingP95Micros: rounded(percentile(beforeMs, 95) * 1_000),
    afterAnswerMicros: rounded(median(afterMs) * 1_000),
    addingUpMicros: rounded(median(naiveMs) * 1_000),
    ratio: rounded(median(naiveMs) / median(beforeMs)),
  });
} finally {
  budget.dispose();
  ledger.dispose();
  opened.store.dispose();
  folder.dispose();
}

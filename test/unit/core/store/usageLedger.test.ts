import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { noUsage } from '../../../../src/core/model/message.ts';
import type { UsageLedger } from '../../../../src/core/store/usageLedger.ts';
import type {
  UsageCall,
  UsageCallEnd,
  UsagePeriod,
} from '../../../../src/core/store/usageRecords.ts';
import { type BudgetKit, type Window, withBudget } from '../model/budget/budgetKit.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function begin(ledger: UsageLedger, estimateUsd?: number, surface = 'chat' as const): UsageCall {
  const call = ledger.begin(
    { requestId: 'r', surface, priority: 'interactive', model: 'm', endpoint: 'localhost' },
    () => ({ estimateUsd }),
  );
  assert.ok(call);
  return call;
}

function end(ledger: UsageLedger, call: UsageCall, costUsd?: number, outputTokens = 5): void {
  const finished: UsageCallEnd = {
    outcome: 'done',
    usage: { ...noUsage, outputTokens },
    costUsd,
    durationMs: 1,
  };
  ledger.finish(call, finished);
}

function spent(ledger: UsageLedger, period: UsagePeriod): number {
  return ledger
    .totals()
    .filter((row) => row.period === period)
    .reduce((sum, row) => sum + row.usd, 0);
}

/** What the triggers must agree with. */
function slowTotals({ connection }: Window): unknown {
  return connection.database.all(
    `SELECT period, surface, model, sum(calls) AS calls, sum(running) AS running,
       sum(answered) AS answered, sum(unpriced) AS unpriced, round(sum(usd), 6) AS usd,
       sum(output_tokens) AS output_tokens
     FROM usage_shares GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  );
}

function fastTotals({ connection }: Window): unknown {
  return connection.database.all(
    `SELECT period, surface, model, calls, running, answered, unpriced, round(usd, 6) AS usd,
       output_tokens
     FROM usage_totals ORDER BY 1, 2, 3`,
  );
}

/** With and without an estimate, an end and a price. */
function useSomehow(ledger: UsageLedger, n: number): void {
  const call = begin(ledger, n % 7 === 0 ? undefined : n / 10);
  if (n % 3 !== 0) {
    end(ledger, call, n % 5 === 0 ? undefined : n / 11, n);
  }
}

describe('The usage ledger', () => {
  it('counts a call with its estimate while it runs, and with its cost afterwards', () =>
    withBudget(async ({ open }) => {
      const { ledger, connection } = await open();
      const first = begin(ledger, 2);
      begin(ledger, 3);
      assert.equal(spent(ledger, 'day'), 5);
      end(ledger, first, 0.5);
      assert.equal(spent(ledger, 'day'), 3.5);
      assert.equal(spent(ledger, 'month'), 3.5);
      const rows = connection.database.all(
        'SELECT outcome, estimate_usd, cost_usd, day FROM usage_calls ORDER BY row',
      );
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        [
          { outcome: 'done', estimate_usd: 2, cost_usd: 0.5, day: '2030-05-15' },
          { outcome: 'running', estimate_usd: 3, cost_usd: null, day: '2030-05-15' },
        ],
      );
    }));

  it('keeps the sums that adding up all rows gives', () =>
    withBudget(async (kit) => {
      const windows = [await kit.open(), await kit.open({ workspace: '/home/ada/other' })];
      for (let n = 0; n < 60; n += 1) {
        const { ledger } = windows[n % 2] ?? assert.fail();
        useSomehow(ledger, n);
        await kit.clock.advance(7 * hourMs);
      }
      for (const window of windows) {
        assert.deepEqual(fastTotals(window), slowTotals(window));
      }
    }));

  it('takes a cost that is not known for no dollar, and counts the call', () =>
    withBudget(async ({ open }) => {
      const { ledger } = await open();
      end(ledger, begin(ledger, undefined), undefined);
      const today = ledger.totals().filter((row) => row.period === 'day');
      assert.deepEqual(
        today.map(({ calls, unpriced, usd, usage }) => [calls, unpriced, usd, usage.outputTokens]),
        [[1, 1, 0, 5]],
      );
    }));

  it('begins a day and a month at midnight on the wall, and keeps a call in the day it began', () =>
    withBudget(async ({ open, clock }) => {
      const { ledger } = await open();
      const call = begin(ledger, 1);
      await clock.advance(2 * minuteMs);
      assert.equal(spent(ledger, 'day'), 0, 'a new day, which is the first of June');
      assert.equal(spent(ledger, 'month'), 0);
      end(ledger, call, 4);
      begin(ledger, 8);
      assert.equal(spent(ledger, 'day'), 8);
      assert.equal(spent(ledger, 'month'), 8);
      assert.equal(spent(ledger, 'session'), 12);
    }, new Date(2030, 4, 31, 23, 59).getTime()));

  it('keeps days of a month together where clocks are put forward or back', () =>
    withBudget(async ({ open, clock }) => {
      const { ledger } = await open();
      for (let day = 0; day < 3; day += 1) {
        end(ledger, begin(ledger, 1), 1);
        await clock.advance(24 * hourMs);
      }
      assert.equal(spent(ledger, 'month'), 3);
    }, new Date(2030, 2, 10, 12).getTime()));

  it('forgets calls after some months, and nothing of what they add up to', () =>
    withBudget(async ({ open, clock }) => {
      const early = await open();
      end(early.ledger, begin(early.ledger, 1), 2);
      await clock.advance(100 * 24 * hourMs);
      const late = await open();
      begin(late.ledger, 1);
      const count = (sql: string): unknown => late.connection.database.get(sql)?.['n'];
      assert.equal(count('SELECT count(*) AS n FROM usage_calls'), 1);
      assert.equal(count("SELECT usd AS n FROM usage_totals WHERE period = 'month/2030-05'"), 2);
    }));
});

describe('A session of the usage ledger', () => {
  async function spendIn(kit: BudgetKit, options: Parameters<BudgetKit['open']>[0] = {}) {
    const window = await kit.open(options);
    end(window.ledger, begin(window.ledger, 1), 1);
    return window;
  }

  it('goes on after a reload of the window', () =>
    withBudget(async (kit) => {
      (await spendIn(kit)).close();
      await kit.clock.advance(10_000);
      assert.equal(spent((await kit.open()).ledger, 'session'), 1);
    }));

  it('goes on after the extension host has died', () =>
    withBudget(async (kit) => {
      await spendIn(kit, { processId: 77 });
      kit.dead.add(77);
      assert.equal(spent((await kit.open()).ledger, 'session'), 1);
    }));

  it('is another one for each of two windows on one folder, and for other folders', () =>
    withBudget(async (kit) => {
      const first = await spendIn(kit);
      const second = await spendIn(kit);
      first.close();
      second.close();
      const other = await kit.open({ workspace: '/home/ada/other' });
      assert.equal(spent(other.ledger, 'session'), 0);
      const [one, two] = [await kit.open(), await kit.open()];
      assert.equal(spent(one.ledger, 'session'), 1);
      assert.equal(spent(two.ledger, 'session'), 1);
      assert.equal(spent((await kit.open()).ledger, 'session'), 0);
    }));

  it('is a new one when the window was closed a while ago', () =>
    withBudget(async (kit) => {
      (await spendIn(kit)).close();
      await kit.clock.advance(6 * minuteMs);
      assert.equal(spent((await kit.open()).ledger, 'session'), 0);
    }));
});

describe('A ledger whose store cannot be written', () => {
  it('counts in memory, tells once, and saves what it missed as soon as it can', () =>
    withBudget(async ({ open }) => {
      const { ledger, connection, unsaved } = await open();
      const before = begin(ledger, 1);
      connection.database.exec('PRAGMA query_only = ON');
      end(ledger, before, 0.5);
      const during = begin(ledger, 2);
      begin(ledger, 4);
      assert.equal(spent(ledger, 'day'), 6.5);
      end(ledger, during, 3);
      assert.equal(spent(ledger, 'day'), 7.5);
      assert.equal(unsaved.length, 1);
      connection.database.exec('PRAGMA query_only = OFF');
      begin(ledger, 8);
      assert.equal(spent(ledger, 'day'), 15.5);
      const saved = connection.database.get('SELECT count(*) AS n FROM usage_calls');
      assert.equal(saved?.['n'], 4);
      const sum = connection.database.get(
        "SELECT sum(usd) AS usd FROM usage_totals WHERE period LIKE 'day/%'",
      );
      assert.equal(sum?.['usd'], 15.5);
    }));

  it('counts in memory while another window keeps the store busy, and says nothing of it', () =>
    withBudget(async ({ open, path }) => {
      const { ledger, connection, unsaved } = await open();
      begin(ledger, 1);
      const other = new DatabaseSync(path);
      other.exec('BEGIN IMMEDIATE');
      const call = begin(ledger, 2);
      other.exec('ROLLBACK');
      other.close();
      assert.equal(spent(ledger, 'day'), 3);
      end(ledger, call, 4);
      assert.equal(spent(ledger, 'day'), 5);
      assert.deepEqual(unsaved, []);
      const saved = connection.database.get('SELECT count(*) AS n FROM usage_calls');
      assert.equal(saved?.['n'], 2);
    }));

  it('keeps a call in memory that never can be saved, and saves the others', () =>
    withBudget(async ({ open }) => {
      const { ledger, connection, unsaved } = await open();
      end(ledger, begin(ledger, 1), 2, Number.NaN);
      end(ledger, begin(ledger, 1), 4);
      assert.equal(spent(ledger, 'day'), 6);
      assert.equal(unsaved.length, 1);
      const saved = connection.database.all('SELECT cost_usd FROM usage_calls ORDER BY row');
      assert.deepEqual(
        saved.map((row) => row['cost_usd']),
        [null, 4],
      );
    }));

  it('decides by what is counted in memory', () =>
    withBudget(async ({ open }) => {
      const { ledger, connection } = await open();
      connection.database.exec('PRAGMA query_only = ON');
      begin(ledger, 2);
      let seen = 0;
      const refused = ledger.begin(
        { requestId: 'r', surface: 'chat', priority: 'bulk', model: 'm', endpoint: 'e' },
        (totals) => {
          seen = totals.find((row) => row.period === 'day')?.usd ?? 0;
          return undefined;
        },
      );
      assert.equal(refused, undefined);
      assert.equal(seen, 2);
    }));
});

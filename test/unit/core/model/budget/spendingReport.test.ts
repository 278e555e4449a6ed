import assert from 'node:assert/strict';
import { spendingReport } from '../../../../../src/core/model/budget/spendingReport.ts';
import { noUsage } from '../../../../../src/core/model/message.ts';
import type { UsageTotals } from '../../../../../src/core/store/usageRecords.ts';

function totals(overrides: Partial<UsageTotals>): UsageTotals {
  return {
    period: 'day',
    surface: 'chat',
    model: 'claude-sonnet-5-5',
    calls: 1,
    running: 0,
    answered: 1,
    unpriced: 0,
    usd: 0,
    usage: noUsage,
    ...overrides,
  };
}

function report(rows: readonly UsageTotals[], lifted = false): string {
  return spendingReport({
    totals: rows,
    limits: [
      { period: 'day', usd: 25 },
      { period: 'month', surface: 'completion', usd: 5 },
    ],
    areLimitsLifted: lifted,
    nameOf: (model) => (model === 'claude-sonnet-5-5' ? 'Claude Sonnet 5.5' : model),
  });
}

describe('The report on spending', () => {
  it('adds up surfaces and models', () => {
    const text = report([
      totals({ calls: 2, running: 1, usd: 1.5, usage: { ...noUsage, inputTokens: 1_200 } }),
      totals({ surface: 'completion', usd: 0.0002, usage: { ...noUsage, outputTokens: 30 } }),
    ]);
    assert.match(text, /- Today’s limit of \$25\.00: \$1\.50 spent, 6 %\./);
    assert.match(text, /- This month’s limit of \$5\.00 for completions: \$0\.00 spent, 0 %\./);
    assert.match(
      text,
      /\| The chat \| 2 \(1 not ended\) \| 1,200 \| 0 \| 0 \| 0 \| 0 \| \$1\.50 \|/,
    );
    assert.match(text, /\| Completions \| 1 \| 0 \| 0 \| 0 \| 30 \| 0 \| \$0\.0002 \|/);
    assert.match(
      text,
      /\| \*\*All\*\* \| 3 \(1 not ended\) \| 1,200 \| 0 \| 0 \| 30 \| 0 \| \$1\.50 \|/,
    );
    assert.match(text, /\| Claude Sonnet 5\.5 \| 3 /);
    assert.match(text, /## This month\n\nNo call was made\./);
  });

  it('shows tokens and no dollars where no price is known', () => {
    const local = { model: 'qwen', unpriced: 2, calls: 2, usage: { ...noUsage, inputTokens: 9 } };
    const text = report([totals(local), totals({ usd: 2 })]);
    assert.match(text, /\| qwen \| 2 \| 9 .*\| No price known for 2 calls \|/);
    assert.match(text, /\*\*All\*\* \| 3 \| 9 .*\| \$2\.00, no price known for 2 calls \|/);
  });

  it('says that limits are lifted', () => {
    assert.match(report([], true), /You lifted all limits until this window is closed\./);
  });
});

import assert from 'node:assert/strict';
import { budgetFindings } from '../../../../src/core/alerts/budgetWatch.ts';
import type { LimitState } from '../../../../src/core/model/budget/limits.ts';

const day: LimitState = { limit: { period: 'day', usd: 10 }, spentUsd: 8 };
const thresholdPercent = 80;

describe('Looking at limits on spending', () => {
  it('finds those of which the share is used, and says how much of how much', () => {
    const [finding, ...others] = budgetFindings([day], thresholdPercent);
    assert.deepEqual(others, []);
    assert.equal(finding?.rule, 'budget');
    assert.equal(finding?.severity, 'info');
    assert.equal(finding?.title, '80 % of a limit is spent');
    assert.match(finding?.detail ?? '', /^Today’s limit of \$10\.00: \$8\.00 of \$10\.00\. /);
  });

  it('says nothing below the share', () => {
    assert.deepEqual(budgetFindings([{ ...day, spentUsd: 7.99 }], thresholdPercent), []);
    assert.deepEqual(budgetFindings([], thresholdPercent), []);
  });

  it('tells limits apart by their period and surface, so that each has an alert of its own', () => {
    const findings = budgetFindings(
      [
        day,
        { limit: { period: 'month', usd: 100 }, spentUsd: 120 },
        { limit: { period: 'day', surface: 'completion', usd: 1 }, spentUsd: 0.9 },
      ],
      thresholdPercent,
    );
    assert.equal(new Set(findings.map(({ subject }) => subject)).size, 3);
    assert.deepEqual(
      findings.map(({ title }) => title),
      ['80 % of a limit is spent', '120 % of a limit is spent', '90 % of a limit is spent'],
    );
    assert.match(findings[2]?.detail ?? '', /for completions/);
  });
});

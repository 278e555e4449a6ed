import assert from 'node:assert/strict';
import { DecisionTrail } from '../../../../../src/core/model/decisionTrail.ts';
import type { ModelRequest } from '../../../../../src/core/model/request.ts';
import { createBudgetStage } from '../../../../../src/core/model/stages/budget.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import { withBudget } from '../budget/budgetKit.ts';
import { aRequest, collect, outcomeOf } from '../gatewayKit.ts';
import { done, scriptedNext, started } from '../scriptedNext.ts';

const online = { kind: 'anthropic', endpoint: 'https://models.example' } as const;

interface Passed {
  /** As the next stage got it; undefined where it was refused. */
  readonly request: ModelRequest | undefined;
  readonly outcome: string;
  readonly decisions: readonly string[];
}

/** Sends a request of so many cents with `spent` of a dollar gone. */
async function pass(
  cents: { readonly spent: number; readonly asks: number },
  overrides: Partial<ModelRequest> = {},
): Promise<Passed> {
  let passed: Passed | undefined;
  await withBudget(async ({ open }) => {
    const { budget } = await open({ limits: [{ period: 'day', usd: 1 }] });
    const ofCents = (count: number): ModelRequest =>
      aRequest({ system: 'x'.repeat(count), maxOutputTokens: 0 });
    const { signal } = new AbortController();
    await budget.admit(ofCents(cents.spent), online, signal);
    const trail = new DecisionTrail(new FakeClock());
    const stage = createBudgetStage({
      budget,
      connection: { current: () => Promise.resolve(online) },
    });
    const { next, requests } = scriptedNext([started, done]);
    const request = { ...ofCents(cents.asks), ...overrides, trail };
    const outcome = outcomeOf(await collect(stage(request, next, signal)));
    const decisions = trail.decisions.map((decision) => decision.text);
    passed = { request: requests[0], outcome: outcome.kind, decisions };
  });
  return passed ?? assert.fail();
}

describe('The budget stage', () => {
  it('lets a request pass as it is while there is enough', async () => {
    const { request, decisions } = await pass({ spent: 20, asks: 10 });
    assert.equal(request?.mustSave, undefined);
    assert.deepEqual(decisions, ['About $0.10; today’s limit of $1.00 has $0.20 spent.']);
  });

  it('asks for a cheaper model near the limit', async () => {
    const { request, decisions } = await pass({ spent: 75, asks: 10 });
    assert.equal(request?.mustSave, true);
    assert.deepEqual(decisions, [
      'About $0.10; today’s limit of $1.00 has $0.75 spent, so a cheaper model is preferred.',
    ]);
  });

  it('refuses at the limit', async () => {
    const { request, outcome, decisions } = await pass({ spent: 95, asks: 10 });
    assert.equal(request, undefined);
    assert.equal(outcome, 'failed');
    assert.deepEqual(decisions, [
      'About $0.10; today’s limit of $1.00 has $0.95 spent, which leaves too little.',
    ]);
  });

  it('leaves a request whose model is open to the choice of a cheaper one, while there is any left', async () => {
    assert.equal((await pass({ spent: 95, asks: 10 }, { routing: {} })).request?.mustSave, true);
    assert.equal((await pass({ spent: 100, asks: 10 }, { routing: {} })).request, undefined);
  });

  it('leaves a request that the cache may answer to the cache', async () => {
    const caching = { operation: 'explain', version: 1 };
    assert.equal((await pass({ spent: 100, asks: 10 }, { caching })).outcome, 'done');
  });
});

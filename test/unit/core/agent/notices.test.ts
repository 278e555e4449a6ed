import assert from 'node:assert/strict';
import { endingOf } from '../../../../src/core/agent/notices.ts';
import type { ModelFailureKind } from '../../../../src/core/model/request.ts';

function actionsFor(kind: ModelFailureKind, hasBegun: boolean): readonly string[] {
  const failure = { kind, message: 'It failed.', canRetry: true };
  const { notice } = endingOf({ kind: 'failed', failure, hasBegun });
  return notice?.actions.map(({ action }) => action) ?? [];
}

describe('The notice of a failure', () => {
  const kinds: readonly ModelFailureKind[] = [
    'authentication',
    'billing',
    'invalidRequest',
    'rateLimited',
    'overloaded',
    'server',
    'connection',
    'stalled',
    'protocol',
    'internal',
  ];
  for (const kind of kinds) {
    it(`offers to go on before anything else where a turn has begun: ${kind}`, () => {
      const fresh = actionsFor(kind, false);
      assert.ok(fresh.includes('retryTurn'));
      assert.ok(!fresh.includes('continueTurn'));
      assert.deepEqual(actionsFor(kind, true), ['continueTurn', ...fresh]);
    });
  }

  it('leaves it to the user’s word where their limit is reached', () => {
    const expected = ['allowOverBudget', 'openBudgetSettings'];
    assert.deepEqual(actionsFor('overBudget', false), expected);
    assert.deepEqual(actionsFor('overBudget', true), expected);
  });
});

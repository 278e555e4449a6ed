import assert from 'node:assert/strict';
import type { CompletionFate } from '../../../../src/core/completion/completionDebounce.ts';
import { CompletionOutcomes } from '../../../../src/core/completion/completionOutcomes.ts';
import type { WatchedOffer } from '../../../../src/core/completion/offerWatch.ts';
import type { AcceptedText, SurvivalListener } from '../../../../src/core/completion/survival.ts';

describe('CompletionOutcomes', () => {
  let added: object[];
  let accepted: [AcceptedText, SurvivalListener][];
  let held: unknown[];
  let outcomes: CompletionOutcomes;
  beforeEach(() => {
    added = [];
    accepted = [];
    held = [];
    outcomes = new CompletionOutcomes({
      statistics: { add: (kind, counters) => added.push({ ...kind, ...counters }) },
      survival: { accepted: (...one) => accepted.push(one) },
      recordOutcome: (...one) => held.push(one),
    });
  });

  it('counts what is offered and what becomes of it, by language and model', () => {
    outcomes.offered(watched());
    judge('followed');
    assert.deepEqual(added, [
      { languageId: 'typescript', model: 'quick', offered: 1, offered_characters: 8 },
      { languageId: 'typescript', model: 'quick', followed: 1, accepted_characters: 4 },
    ]);
    assert.deepEqual(accepted, [], 'only what was accepted is looked after');
  });

  it('tells the router whether what was accepted held, by what stands there after 30 s', () => {
    judge('accepted');
    const [[text, tell] = []] = accepted;
    assert.deepEqual(text, { documentId: 'file:///a.ts', line: 3, text: 'sole' });
    tell?.(30_000, 0.8);
    tell?.(300_000, 0.1);
    assert.deepEqual(held, [['request', true, 'quick']]);
    assert.deepEqual(added.slice(1), [
      { languageId: 'typescript', model: 'quick', checked_30s: 1, kept_30s: 0.8 },
      { languageId: 'typescript', model: 'quick', checked_5min: 1, kept_5min: 0.1 },
    ]);
    judge('accepted');
    accepted[1]?.[1](30_000, 0.2);
    assert.deepEqual(held[1], ['request', false, 'quick']);
  });

  it('says nothing of models for what was ignored, or made by this machine', () => {
    judge('ignored');
    judge('rejected');
    outcomes.judged({
      watched: watched({ offer: { ...watched().offer, origin: { id: '1', source: 'local' } } }),
      fate: 'accepted',
    });
    accepted[0]?.[1](30_000, 1);
    assert.deepEqual(held, []);
  });

  function judge(fate: CompletionFate): void {
    outcomes.judged({ watched: watched(), fate });
  }
});

function watched(parts: Partial<WatchedOffer> = {}): WatchedOffer {
  return {
    offer: {
      id: '1',
      text: 'sole.log',
      closers: '',
      origin: { id: '1', source: 'model', model: 'quick', requestId: 'request' },
    },
    documentId: 'file:///a.ts',
    languageId: 'typescript',
    line: 3,
    before: 'con',
    text: 'sole.log',
    reached: 4,
    acceptedCharacters: 4,
    ...parts,
  };
}

import assert from 'node:assert/strict';
import {
  type CompletionFacts,
  type CompletionState,
  completionState,
  completionStateText,
} from '../../../../src/host/completion/completionState.ts';

const usual: CompletionFacts = {
  isEnabled: true,
  snoozedUntil: undefined,
  offHere: undefined,
  languageName: 'YAML',
  model: { kind: 'model', name: 'Claude Haiku 5.5' },
  isLocal: true,
  isAsking: false,
  failure: undefined,
};

describe('The state of completions', () => {
  it('is told in the order of what the user can do about it', () => {
    const failure = { kind: 'server', message: 'The server is down.', canRetry: true } as const;
    check({}, 'ready', 'Completions are on, by Claude Haiku 5.5.');
    check({ model: { kind: 'unknown' } }, 'ready', 'Completions are on.');
    check({ failure }, 'error', 'The last completion failed.');
    check({ failure, isAsking: true }, 'asking', 'A completion is being asked for.');
    check(
      { failure: { ...failure, kind: 'overBudget' } },
      'overBudget',
      'A limit on spending stops completions.',
    );
    check(
      { model: offline, isAsking: true },
      'offline',
      'Completions are local only: what repeats itself in your files.',
    );
    check({ model: offline, isLocal: false }, 'offline', 'Completions wait for a model.');
    check(
      { offHere: 'language', model: offline },
      'off',
      'Completions are off for the language YAML.',
    );
    check(
      { offHere: 'file' },
      'off',
      'Completions are off for this file until the window is closed.',
    );
    check(
      { snoozedUntil: 5, offHere: 'kind' },
      'snoozed',
      'Completions are snoozed until 5 o’clock.',
    );
    check({ offHere: 'kind' }, 'off', 'There are no completions in a document like this.');
    check({ isEnabled: false, snoozedUntil: 5 }, 'off', 'Completions are off.');
  });

  it('says why a model that the user named is not asked', () => {
    const note = 'Claude Opus 5.5 would answer too late and is not asked.';
    const state = stateOf({ model: { kind: 'model', name: 'Claude Haiku 5.5', note } });
    assert.equal(state.text, 'Completions are on, by Claude Haiku 5.5.');
    assert.equal(state.reason, note);
  });

  it('says what went wrong, and what is wrong with the connection', () => {
    const failure = { kind: 'server', message: 'The server is down.', canRetry: true } as const;
    assert.equal(stateOf({ failure }).reason, failure.message);
    assert.equal(stateOf({ model: offline }).reason, offline.reason);
    assert.equal(stateOf({ model: offline }).change, offline.change);
  });

  it('says in every state but one what changes it, and that one says it with its reason', () => {
    const { change: _, ...known } = offline;
    const states: readonly Partial<CompletionFacts>[] = [
      {},
      { model: { kind: 'unknown' } },
      { isAsking: true },
      { isEnabled: false },
      { snoozedUntil: 5 },
      { offHere: 'language' },
      { offHere: 'file' },
      { offHere: 'kind' },
      { failure: { kind: 'overBudget', message: 'It is spent.', canRetry: false } },
    ];
    for (const facts of states) {
      assert.match(stateOf(facts).change, /\.$/, JSON.stringify(facts));
    }
    assert.equal(stateOf({ model: known }).change, '');
  });

  it('is one text for the tooltip and screen readers, without gaps', () => {
    assert.equal(
      completionStateText(stateOf({ model: offline, isLocal: false })),
      'Completions wait for a model. No model is connected. Connect one.',
    );
    assert.equal(
      completionStateText(stateOf({ snoozedUntil: 5 })),
      'Completions are snoozed until 5 o’clock. The menu ends the snooze sooner.',
    );
  });
});

const offline = {
  kind: 'offline',
  reason: 'No model is connected.',
  change: 'Connect one.',
} as const;

function stateOf(facts: Partial<CompletionFacts>): CompletionState {
  return completionState({ ...usual, ...facts }, (time) => `${time} o’clock`);
}

function check(facts: Partial<CompletionFacts>, kind: string, text: string): void {
  const state = stateOf(facts);
  assert.deepEqual([state.kind, state.text], [kind, text]);
}
